"""People: reviewers, admins, auditors. One account per person; deactivated, never deleted."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from governance.routing import CEILINGS


class Role(models.TextChoices):
    """What a person is here for. Permissions follow from it: governance/roles.py."""

    NONE = "none", "No role"
    REVIEWER = "reviewer", "Reviewer"
    SENIOR = "senior", "Senior reviewer"
    ADMIN = "admin", "Admin"
    AUDITOR = "auditor", "Auditor"


class Person(AbstractUser):
    """Somebody who signs in. Teams are the Django groups the person belongs to."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.NONE)
    approval_level = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text="1 to 4: approves scores up to 50, 70, 85, 100. Empty: approves nothing.",
    )

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                name="person_level_is_one_to_four",
                condition=models.Q(approval_level__isnull=True) | models.Q(approval_level__range=(1, 4)),
                violation_error_message="The approval level is a number from 1 to 4, or empty.",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name other people see."""
        return self.get_full_name() or self.username

    @property
    def approval_ceiling(self) -> float:
        """The highest score (0-100) this person may approve; below zero means none."""
        return CEILINGS.get(self.approval_level or 0, -1.0)

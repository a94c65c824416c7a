"""People: reviewers, admins, auditors. One account per person; deactivated, never deleted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is here for. Permissions follow from it: governance/roles.py."""

    NONE = "none", _("No role")
    REVIEWER = "reviewer", pgettext_lazy("role", "Reviewer")
    SENIOR = "senior", _("Senior reviewer")
    ADMIN = "admin", pgettext_lazy("role", "Admin")
    AUDITOR = "auditor", _("Auditor")


class Theme(models.TextChoices):
    """How a person wants the pages to look."""

    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How close the rows of a listing stand."""

    COMFORTABLE = "", _("Comfortable")
    COMPACT = "compact", _("Compact")


class Person(AbstractUser):
    """Somebody who signs in. Teams are the Django groups the person belongs to."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.NONE)
    approval_level = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text="1 to 4: approves scores up to 50, 70, 85, 100. Empty: approves nothing.",
    )
    same_as = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="other_accounts",
        help_text="The main account of the same human being. Linked accounts count once in every quorum.",
    )

    # How the pages are shown to them: no rule reads these, and everybody sets their own.
    time_zone = models.CharField(max_length=64, default="UTC", help_text="The zone that times are shown in.")
    language = models.CharField(max_length=8, blank=True, help_text="Empty: what the browser asks for.")
    theme = models.CharField(max_length=8, choices=Theme.choices, blank=True, default=Theme.SYSTEM)
    density = models.CharField(max_length=8, choices=Density.choices, blank=True, default=Density.COMFORTABLE)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                name="person_level_is_one_to_four",
                condition=models.Q(approval_level__isnull=True) | models.Q(approval_level__range=(1, 4)),
                violation_error_message="The approval level is a number from 1 to 4, or empty.",
            ),
            models.CheckConstraint(
                name="person_is_linked_to_another_account",
                condition=Q(same_as__isnull=True) | ~Q(same_as=F("id")),
                violation_error_message="An account is linked to another account, not to itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name other people see."""
        return self.get_full_name() or self.username

    @property
    def identity(self) -> int:
        """The id of the human being: that of the main account, however many accounts there are (threats AC08)."""
        return self.same_as_id or self.pk

    def acts_for(self) -> models.QuerySet[Group]:
        """The groups this person acts for now: their own, and those of people whose delegate they are."""
        lent = Delegation.objects.active().filter(delegate=self).values("person")
        return Group.objects.filter(Q(user=self) | Q(user__in=lent)).order_by().distinct()


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def active(self, at: datetime | None = None) -> DelegationQuerySet:
        """Those in force at that moment (now)."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at, ended_at__isnull=True, person__is_active=True)


class Delegation(models.Model):
    """While somebody is away, another acts for them: in their groups, by both their levels, under every other rule."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegated")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False, help_text="Ended before its time.")

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                name="delegation_begins_before_it_ends",
                condition=Q(starts_at__lt=F("ends_at")),
                violation_error_message="The delegation must begin before it ends.",
            ),
            models.CheckConstraint(
                name="delegation_is_to_another",
                condition=~Q(person=F("delegate")),
                violation_error_message="Name somebody else as your delegate.",
            ),
        ]
        indexes = [models.Index(fields=["delegate", "ends_at"], name="delegation_by_delegate")]

    def __str__(self) -> str:
        return gettext("{delegate} for {person}").format(delegate=self.delegate, person=self.person)

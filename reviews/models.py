"""What people say about an action."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from actions.models import Action


class Verdict(models.TextChoices):
    """A person's verdict."""

    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"


class Vote(models.Model):
    """One person's verdict on one stage of an action's route, bound to the digest they were shown."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="votes")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    stage = models.PositiveSmallIntegerField(default=1)
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "person"], name="vote_one_per_person_and_action"),
            models.CheckConstraint(name="vote_verdict_is_known", condition=Q(verdict__in=Verdict.values)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.verdict} #{self.action_id}"

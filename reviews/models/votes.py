"""Verdicts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.models import Action
from governance.routing import Ballot


class Verdict(models.TextChoices):
    """A person's verdict."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")


class Vote(models.Model):
    """One person's verdict on one stage of an action's route, bound to the digest they were shown.

    `identity`, `groups`, `level` and `in_team` are the person's as they were then: who moves to another group later
    neither gains nor loses a vote that was given.
    """

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="votes")
    identity = models.BigIntegerField(help_text="The human being: linked accounts share it.")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="votes_by_delegates",
        help_text="The person who was away, and whose seat this is.",
    )
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    stage = models.PositiveSmallIntegerField(default=1)
    groups = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField()
    in_team = models.BooleanField()
    reason = models.TextField(blank=True)
    conditions = models.JSONField(default=list, help_text="What this person asks the agent to keep to.")
    digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField(
        null=True, help_text="When the page it came from was opened, as far as that is known."
    )
    bulk_of = models.PositiveSmallIntegerField(
        null=True, help_text="With how many rows of a queue it was cast at one press; empty: by itself."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("view_oversight", "Can see how people review")]
        constraints = [
            models.UniqueConstraint(fields=["action", "identity"], name="vote_one_per_person_and_action"),
            models.CheckConstraint(name="vote_verdict_is_known", condition=Q(verdict__in=Verdict.values)),
        ]
        indexes = [
            # How people review over some days, and the votes of one of them.
            models.Index(fields=["-created_at"], name="vote_by_time"),
            models.Index(fields=["person", "-created_at"], name="vote_by_person"),
            models.Index(fields=["-created_at"], name="vote_in_bulk", condition=Q(bulk_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.verdict} #{self.action_id}"

    @property
    def ballot(self) -> Ballot:
        """The vote as routing counts it."""
        return Ballot(
            person=self.identity,
            groups=frozenset(self.groups),
            level=self.level,
            in_team=self.in_team,
            stage=self.stage,
        )

"""Standing approvals: what people allowed in advance, narrowly and for a while; and samples of what nobody saw."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.models.action import Action
from actions.models.agents import Agent
from governance import routing


class StandingApproval(models.Model):
    """So many more actions like one that people looked at, until a moment. Given by the quorum it stands in for."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Revoked")

    example = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="standing_approvals")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="standing_approvals")
    action_type = models.CharField(max_length=100)
    condition = models.TextField(help_text="A CEL expression: which actions of this agent and type it covers.")
    score_up_to = models.FloatField(help_text="Never above the score of the example.")
    reason = models.TextField()
    max_uses = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    route = models.JSONField(help_text="The route of the example, frozen: the quorum this one needs itself.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over its terms; votes are bound to it.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="standing_uses_are_limited", condition=Q(uses__lte=F("max_uses"))),
            models.CheckConstraint(name="standing_ends", condition=Q(valid_from__lt=F("valid_until"))),
        ]
        indexes = [models.Index(fields=["agent", "action_type"], name="standing_active", condition=Q(status="active"))]

    def __str__(self) -> str:
        return f"{self.action_type} of {self.agent}, up to {self.max_uses}"

    @property
    def way(self) -> routing.Route:
        """The route it is given by, as a value."""
        return routing.from_snapshot(self.route)

    @property
    def stream(self) -> str:
        """The name of its ledger stream."""
        return f"standing:{self.pk}"


class StandingVote(models.Model):
    """One person's verdict on a standing approval, bound to its terms."""

    standing = models.ForeignKey(StandingApproval, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identity = models.BigIntegerField()
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=7)
    stage = models.PositiveSmallIntegerField(default=1)
    groups = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField()
    in_team = models.BooleanField()
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standing", "identity"], name="standing_vote_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.verdict} standing {self.standing_id}"

    @property
    def ballot(self) -> routing.Ballot:
        """The vote as routing counts it."""
        return routing.Ballot(self.identity, frozenset(self.groups), self.level, self.in_team, self.stage)


class StandingUse(models.Model):
    """One action that a standing approval let pass."""

    standing = models.ForeignKey(StandingApproval, on_delete=models.PROTECT, related_name="used_for")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="standing_use")
    used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"standing {self.standing_id} for #{self.action_id}"


class Sample(models.Model):
    """An action the rules approved and that a person is to look at afterwards. One in so many, chosen by a key."""

    class Finding(models.TextChoices):
        FINE = "fine", _("Rightly approved")
        CONCERN = "concern", _("Should have been seen by a person")

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="sample")
    drawn_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=8, choices=Finding.choices, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["drawn_at"], name="sample_open", condition=Q(looked_at__isnull=True))]

    def __str__(self) -> str:
        return f"sample #{self.action_id}"

"""The actions agents intend. Immutable content; `state` is written by lifecycle.py only."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions.models.agents import Agent, AgentKey
from governance import routing
from governance.models import Person


class State(models.TextChoices):
    """The fine states of design section 4. How each is worded for clients: wire.py."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    CANCELLED = "cancelled", _("Cancelled")
    EXECUTING = "executing", _("Executing")
    EXECUTED = "executed", _("Executed")
    FAILED = "failed", _("Failed")
    OUTCOME_UNKNOWN = "outcome_unknown", _("Outcome unknown")


class DecidedVia(models.TextChoices):
    """Who settled the decision: the rules, people's votes, the deadline, the agent withdrawing, ...

    ... a standing approval people gave before, or one senior person breaking the glass.
    """

    RULES = "rules", _("Rules")
    PERSON = "person", _("Person")
    DEADLINE = "deadline", _("Deadline")
    AGENT = "agent", _("Agent")
    STANDING = "standing", _("Standing approval")
    GLASS = "glass", _("Break-glass")


class ActionQuerySet(models.QuerySet["Action"]):
    def for_agent(self, agent: Agent) -> ActionQuerySet:
        """What this agent's keys submitted. A stranger's id is not in here, so it is a 404.

        Nor is a canary: it was planted for reviewers, and no agent may learn of it, let alone execute it.
        """
        return self.filter(principal=agent, is_canary=False)

    def visible_to(self, person: Person, groups: Collection[int] | None = None) -> ActionQuerySet:
        """The actions of the person's teams, and those whose route asks for a group of theirs.

        All of them with the global permission. Groups lent by a delegation count; whoever asks often looks up once
        which `groups` the person acts for.
        """
        if person.has_perm("actions.view_all_teams"):
            return self
        if groups is None:
            return self._of(person.acts_for().values("pk"))
        return self._of(groups)

    def _of(self, groups: Any) -> ActionQuerySet:
        return self.filter(Q(team__in=groups) | Exists(Seat.objects.filter(action=OuterRef("pk"), group__in=groups)))

    def pending(self) -> ActionQuerySet:
        return self.filter(state=State.PENDING)

    def overdue(self) -> ActionQuerySet:
        return self.pending().filter(deadline__lte=timezone.now())


class Action(models.Model):
    """What an agent intends to do. `content` is the exact text its digest binds; it never changes."""

    # Who
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="actions")
    principal = models.ForeignKey(
        Agent,
        on_delete=models.PROTECT,
        related_name="submissions",
        help_text="The agent whose key submitted it.",
    )
    key = models.ForeignKey(AgentKey, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    # What: canonical JSON, and projections of it to search by
    content = models.TextField()
    digest = models.CharField(max_length=64)
    agent_name = models.CharField(max_length=255, blank=True)
    action_type = models.CharField(max_length=100)
    tool_name = models.CharField(max_length=1024)
    resource = models.CharField(max_length=1024)
    description = models.TextField()

    # What the rules said, frozen as of submission
    risk_score = models.FloatField()
    risk_level = models.CharField(max_length=8)
    rulebook_version = models.PositiveIntegerField()
    assessment = models.JSONField()
    verdict = models.JSONField()
    route = models.JSONField()

    # Where it stands
    state = models.CharField(max_length=20, choices=State.choices)
    stage = models.PositiveSmallIntegerField(default=1, help_text="The stage of its route it is at, from 1.")
    escalated = models.BooleanField(default=False)
    deadline = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True, help_text="When those who may decide it were told.")
    conditions = models.JSONField(default=list, help_text="What the approvers asked the agent to keep to.")
    decided_via = models.CharField(max_length=8, choices=DecidedVia.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="decided_actions"
    )
    decided_by_name = models.CharField(max_length=255, blank=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    # How it came
    correlation_id = models.CharField(max_length=255, blank=True)
    idempotency_token = models.CharField(max_length=64, null=True)  # noqa: DJ001  (null: never collides)
    body_digest = models.CharField(max_length=64)
    possible_retry_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="possible_retries")
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="superseded_by",
        help_text="The action that was sent back, or edited, and that this one takes the place of.",
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The reviewer who wrote this content in the place of the one it supersedes.",
    )
    is_canary = models.BooleanField(default=False, help_text="Planted to measure vigilance; it can never be executed.")

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("view_all_teams", "Can see the actions of every team"),
            ("decide_action", "Can approve and reject actions"),
            ("export_history", "Can export the history"),
        ]
        constraints = [
            models.CheckConstraint(name="action_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="action_decided_iff_not_pending",
                condition=Q(state=State.PENDING, decided_at__isnull=True, decided_via="")
                | (~Q(state=State.PENDING) & Q(decided_at__isnull=False) & ~Q(decided_via="")),
            ),
            models.CheckConstraint(
                name="action_pending_has_deadline",
                condition=~Q(state=State.PENDING) | Q(deadline__isnull=False),
            ),
            models.CheckConstraint(name="action_score_in_range", condition=Q(risk_score__range=(0, 100))),
            models.UniqueConstraint(fields=["principal", "idempotency_token"], name="action_one_per_idempotency_token"),
        ]
        indexes = [
            # The queue: riskiest first, oldest first within a score.
            models.Index(fields=["-risk_score", "id"], name="action_queue", condition=Q(state=State.PENDING)),
            models.Index(fields=["deadline"], name="action_deadline", condition=Q(state=State.PENDING)),
            # What the queues count, and what their filters offer: answered without reading the wide rows.
            models.Index(
                fields=[
                    "team",
                    "risk_score",
                    "created_at",
                    "deadline",
                    "escalated",
                    "agent",
                    "principal",
                    "key",
                    "action_type",
                    "id",
                ],
                name="action_waiting",
                condition=Q(state=State.PENDING),
            ),
            models.Index(
                fields=["remind_at"],
                name="action_remind",
                condition=Q(state=State.PENDING, remind_at__isnull=False),
            ),
            models.Index(
                fields=["escalate_at"],
                name="action_escalate",
                condition=Q(state=State.PENDING, escalate_at__isnull=False, escalated=False),
            ),
            models.Index(
                fields=["id"], name="action_unannounced", condition=Q(state=State.PENDING, announced_at__isnull=True)
            ),
            models.Index(fields=["principal", "-id"], name="action_by_principal"),
            # How many of an agent's wait, counted up to a limit with every submission that would wait, too; and which
            # of them are equal, for one row of a queue.
            models.Index(
                fields=["principal", "body_digest", "id"], name="action_waiting_alike", condition=Q(state=State.PENDING)
            ),
            models.Index(fields=["agent", "-id"], name="action_by_agent"),
            models.Index(fields=["team", "-id"], name="action_by_team"),
            # A replay over a range of dates.
            models.Index(fields=["created_at"], name="action_by_time"),
            # The queue of conditions to check: few actions have any.
            models.Index(fields=["id"], name="action_with_conditions", condition=~Q(conditions=[])),
            # The look-up behind possible_retry_of.
            models.Index(fields=["principal", "body_digest", "-id"], name="action_by_body"),
        ]

    def __str__(self) -> str:
        return gettext("#{number} {type} on {resource}").format(
            number=self.pk, type=self.action_type, resource=self.resource
        )

    @property
    def payload(self) -> dict[str, Any]:
        """The submitted content as a value."""
        return json.loads(self.content)

    @property
    def degraded(self) -> list[str]:
        """The stages that could not be evaluated; non-empty means a person must look."""
        return self.verdict["degraded"]

    @cached_property
    def way(self) -> routing.Route:
        """The route frozen on it, as a value."""
        return routing.from_snapshot(self.route)

    @property
    def stream(self) -> str:
        """The name of this action's ledger stream."""
        return f"action:{self.pk}"


class Seat(models.Model):
    """A requirement of an action's route as a row, so that queues can be asked who is wanted.

    A projection of route and votes: only actions whose route is not the default one have any. `is_open` says that one
    more person would help now. The group an escalation called in has a row of its own, without a number of people.
    """

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="seats")
    stage = models.PositiveSmallIntegerField()
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    needed = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["group", "action"], name="seat_by_group")]

    def __str__(self) -> str:
        return f"#{self.action_id} stage {self.stage}"


class Outcome(models.Model):
    """What the agent reported after acting. One per action; the first report stands."""

    class Kind(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="outcome")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    report = models.TextField(help_text="Canonical JSON of what the agent sent.")
    digest = models.CharField(max_length=64)
    duration_ms = models.PositiveBigIntegerField(null=True)
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="outcome_kind_is_known", condition=Q(kind__in=["completed", "failed"])),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.action_id}"

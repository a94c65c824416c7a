"""Agents, their keys, and the actions they intend. Immutable content; `state` is written by lifecycle.py only."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.models import AgentType, Person


class Agent(models.Model):
    """Somebody's program. Belongs to a team; retired, never deleted."""

    agent_id = models.CharField(max_length=255, help_text="What the agent calls itself in a submission.")
    name = models.CharField(max_length=255, blank=True)
    team = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="agents")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_agents",
        help_text="Answers for this agent, and for that reason never decides its actions.",
    )
    agent_type = models.CharField(
        max_length=12,
        choices=AgentType.choices,
        default=AgentType.SUPERVISED,
        help_text="Chooses the threshold it is held to. An id first seen in a submission is unregistered.",
    )
    registered_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        help_text="The agent whose key submitted for this id first; empty when a person registered it.",
    )
    is_active = models.BooleanField(default=True)
    blocked_at = models.DateTimeField(null=True, editable=False)
    blocked_by = models.CharField(max_length=255, blank=True, editable=False)
    blocked_reason = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # DRF's permission classes ask the authenticated party this.
    is_authenticated = True

    class Meta:
        ordering = ["agent_id"]
        constraints = [
            # Per team: two teams that try the same example must not collide, nor learn of each other.
            models.UniqueConstraint(fields=["team", "agent_id"], name="agent_one_per_team"),
        ]

    def __str__(self) -> str:
        return self.agent_id


class AgentKeyQuerySet(models.QuerySet["AgentKey"]):
    def live(self) -> AgentKeyQuerySet:
        """Keys that open the door now."""
        now = timezone.now()
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)


class AgentKey(models.Model):
    """An API key. The public id finds the row, the SHA-256 of the whole key opens it; the key itself is shown once."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="keys")
    public_id = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = AgentKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"ascend_{self.public_id}_…"


class KillSwitch(models.Model):
    """The one switch that blocks every agent. A row with id 1 exists only after its first use."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    blocked = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="kill_switch_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return "blocked" if self.blocked else "released"


class State(models.TextChoices):
    """The fine states of design section 4. How each is worded for clients: wire.py."""

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    CANCELLED = "cancelled", "Cancelled"
    EXECUTING = "executing", "Executing"
    EXECUTED = "executed", "Executed"
    FAILED = "failed", "Failed"
    OUTCOME_UNKNOWN = "outcome_unknown", "Outcome unknown"


class DecidedVia(models.TextChoices):
    """Who settled the decision: the rules, a person's vote, the deadline, or the agent withdrawing."""

    RULES = "rules", "Rules"
    PERSON = "person", "Person"
    DEADLINE = "deadline", "Deadline"
    AGENT = "agent", "Agent"


class ActionQuerySet(models.QuerySet["Action"]):
    def for_agent(self, agent: Agent) -> ActionQuerySet:
        """What this agent's keys submitted. A stranger's id is not in here, so it is a 404."""
        return self.filter(principal=agent)

    def visible_to(self, person: Person) -> ActionQuerySet:
        """The actions of the person's teams; all of them with the global permission."""
        if person.has_perm("actions.view_all_teams"):
            return self
        return self.filter(team__in=person.groups.values("pk"))

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
    escalated = models.BooleanField(default=False)
    deadline = models.DateTimeField(null=True)
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
            models.Index(fields=["principal", "-id"], name="action_by_principal"),
            models.Index(fields=["agent", "-id"], name="action_by_agent"),
            models.Index(fields=["team", "-id"], name="action_by_team"),
            # A replay over a range of dates.
            models.Index(fields=["created_at"], name="action_by_time"),
            # The look-up behind possible_retry_of.
            models.Index(fields=["principal", "body_digest", "-id"], name="action_by_body"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.action_type} on {self.resource}"

    @property
    def payload(self) -> dict[str, Any]:
        """The submitted content as a value."""
        return json.loads(self.content)

    @property
    def degraded(self) -> list[str]:
        """The stages that could not be evaluated; non-empty means a person must look."""
        return self.verdict["degraded"]

    @property
    def stream(self) -> str:
        """The name of this action's ledger stream."""
        return f"action:{self.pk}"


class Outcome(models.Model):
    """What the agent reported after acting. One per action; the first report stands."""

    class Kind(models.TextChoices):
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

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
        return f"{self.kind} #{self.action_id}"

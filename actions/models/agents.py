"""Agents, their keys, and the switch that stops them all."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.models import AgentType


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
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="issued_keys",
        help_text="Who made it in admin, and for that reason never decides what comes with it.",
    )
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

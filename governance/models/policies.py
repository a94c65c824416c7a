"""Policies, and the thresholds at which agents meet a person. Changed through governance.rule_changes only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models.catalogues import Control
from governance.models.rules import POINTS, Level


class Policy(models.Model):
    """An admin's rule: when the condition holds, the effect applies."""

    class Effect(models.TextChoices):
        DENY = "deny", _("Deny")
        REQUIRE_APPROVAL = "require_approval", _("Require approval")
        ALLOW = "allow", _("Allow")

    class Mode(models.TextChoices):
        ENFORCE = "enforce", _("Enforce")
        OBSERVE = "observe", _("Observe only")

    name = models.CharField(max_length=100, unique=True)
    condition = models.TextField(help_text="A CEL expression that is true or false.")
    effect = models.CharField(max_length=16, choices=Effect.choices)
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.ENFORCE)
    reason = models.CharField(max_length=300, help_text="Shown to the reviewer and sent to the agent.")
    severity = models.CharField(
        max_length=8,
        choices=Level.choices,
        default=Level.MEDIUM,
        help_text="How much it matters; it changes no outcome.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_policies",
        help_text="Answers for this policy.",
    )
    controls = models.ManyToManyField(
        Control, blank=True, related_name="policies", help_text="The controls of SP 800-53 it serves."
    )
    valid_from = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: from now on.")
    valid_until = models.DateTimeField(
        null=True, blank=True, help_text="UTC; applies until just before. Empty: for good."
    )
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="Orders the reasons, smallest first. It never changes the outcome."
    )
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["priority", "name"]
        constraints = [
            models.CheckConstraint(
                name="policy_window_is_not_empty",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lt=models.F("valid_until")),
                violation_error_message="The policy must begin before it ends.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgentType(models.TextChoices):
    """What kind of agent it is, for the thresholds."""

    SUPERVISED = "supervised", _("Supervised")
    AUTONOMOUS = "autonomous", _("Autonomous")
    UNREGISTERED = "unregistered", _("Unregistered")


class Threshold(models.Model):
    """From which score a person decides, and from which score it is refused: for a type of agents, or for one agent."""

    agent_type = models.CharField(max_length=12, choices=AgentType.choices, blank=True)
    agent_id = models.CharField(
        max_length=255, blank=True, help_text="One agent, by the id it submits. It beats the type."
    )
    team = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The agent's team. Empty: any.",
    )
    review_from = models.FloatField(
        "review from",
        validators=[*POINTS, MaxValueValidator(90.0)],
        help_text="From this score on a person decides; the guide says 70. At most 90: critical never passes.",
    )
    deny_from = models.FloatField(
        "deny from",
        validators=POINTS,
        null=True,
        blank=True,
        help_text="From this score on it is refused without asking anybody. Empty: never.",
    )
    reason = models.CharField(max_length=300, help_text="Why the line is there.")
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        ordering = ["agent_type", "agent_id", "team__name"]
        constraints = [
            models.CheckConstraint(
                name="threshold_for_a_type_or_an_agent",
                condition=(Q(agent_type="") & ~Q(agent_id=""))
                | (~Q(agent_type="") & Q(agent_id="", team__isnull=True)),
                violation_error_message="Choose a type of agents, or name one agent (and its team); not both.",
            ),
            models.UniqueConstraint(fields=["agent_type"], condition=~Q(agent_type=""), name="threshold_one_per_type"),
            models.UniqueConstraint(
                fields=["agent_id"], condition=Q(agent_type="", team__isnull=True), name="threshold_one_per_agent"
            ),
            models.UniqueConstraint(
                fields=["agent_id", "team"], condition=Q(team__isnull=False), name="threshold_one_per_agent_of_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Whom it is for."""
        if self.agent_type:
            return f"{self.agent_type} agents"
        return f"agent {self.agent_id}" + (f" of {self.team}" if self.team_id else "")

"""Routes: how a pending action is approved. Changed through governance.rule_changes only, like every rule."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from governance.models.rules import POINTS

_MINUTES = [MinValueValidator(1), MaxValueValidator(60 * 24 * 90)]


class Route(models.Model):
    """For which pending actions, which people in which order, and by when. The first that fits is taken."""

    name = models.CharField(max_length=100, unique=True)
    order = models.PositiveSmallIntegerField(
        default=100, help_text="Routes are tried from the smallest number up; the first that fits is taken."
    )
    reason = models.CharField(max_length=300, help_text="Why these people decide. Shown to them.")

    condition = models.TextField(
        blank=True, help_text="A CEL expression that is true or false. Empty: whatever fits team and score."
    )
    score_from = models.FloatField(
        validators=POINTS, null=True, blank=True, help_text="From this score on. Empty: from 0."
    )
    score_below = models.FloatField(
        validators=POINTS, null=True, blank=True, help_text="Below this score, itself not included. Empty: no end."
    )
    team = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The agent's team. Empty: any.",
    )

    stages = models.JSONField(
        help_text="Stages in their order: label, and requirements of needed people, lowest level, and a group's id."
    )
    rejections_needed = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="How many people must reject to end it. One, unless there is a reason.",
    )
    same_person_again = models.BooleanField(
        "same person may count again",
        default=False,
        help_text="An approval also counts in later stages that admit the same person.",
    )
    bulk_approve = models.BooleanField(
        "may be approved in bulk", default=False, help_text="Never holds for high and critical risk."
    )
    edit_allowed = models.BooleanField(
        "may be edited and approved", default=True, help_text="A reviewer may propose a corrected payload."
    )

    deadline_minutes = models.PositiveIntegerField(
        "deadline", null=True, blank=True, validators=_MINUTES, help_text="Minutes. Empty: the portal's own."
    )
    remind_after = models.PositiveIntegerField(
        null=True, blank=True, validators=_MINUTES, help_text="Minutes after submission. Empty: never."
    )
    escalate_after = models.PositiveIntegerField(
        null=True, blank=True, validators=_MINUTES, help_text="Minutes after submission. Empty: never."
    )
    escalate_to = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose people may then stand in for anybody who is wanted.",
    )
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                name="route_band_is_not_empty",
                condition=Q(score_from__isnull=True) | Q(score_below__isnull=True) | Q(score_from__lt=F("score_below")),
                violation_error_message="The band of scores must begin below its end.",
            ),
            models.CheckConstraint(
                name="route_escalates_to_somebody",
                condition=Q(escalate_after__isnull=True) | Q(escalate_to__isnull=False),
                violation_error_message="Say to which group it is escalated, or leave the time empty.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""Replays: what a draft rule would have done to past actions. Working papers, not history; old ones may go."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Replay(models.Model):
    """One question: how would the last actions have come out under this draft of the rules?"""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    # What is asked
    subject = models.CharField(max_length=200, help_text="The drafted rule, in words.")
    rule_kind = models.CharField(max_length=30)
    rule_id = models.CharField(max_length=20, blank=True, help_text="Empty for a rule that is not stored yet.")
    base_version = models.PositiveIntegerField(help_text="The rulebook version it is compared with.")
    draft = models.TextField(help_text="Canonical JSON of every rule, with the draft among them.")
    digest = models.CharField(max_length=64, help_text="Names the draft.")
    latest = models.PositiveIntegerField(null=True, help_text="The latest so many actions; empty: the dates say which.")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    asked_by_id = models.CharField(max_length=255)
    asked_by = models.CharField(max_length=255)
    asked_at = models.DateTimeField(default=timezone.now)

    # How far it is. Actions are looked at from the latest down; `cursor` is the last one that was.
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(null=True)
    lowest = models.BigIntegerField(null=True, help_text="The last one to be looked at.")
    holder = models.CharField(max_length=64, blank=True, help_text="The process at work on it.")
    held_until = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, help_text="Numbers by transition, agent and type.")
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True, help_text="When the one who asked first saw the finished answer.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="replay_state_is_known",
                condition=models.Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
            ),
        ]
        indexes = [
            models.Index(fields=["digest", "asked_by_id"], name="replay_by_draft"),
            models.Index(fields=["id"], name="replay_waiting", condition=models.Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.asked_at:%Y-%m-%d %H:%M})"


class ReplayChange(models.Model):
    """One past action that would come out differently. Copies, no links: the action's own row is another package's."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="changes")
    action_id = models.BigIntegerField()
    agent_id = models.CharField(max_length=255)
    agent_type = models.CharField(max_length=12)
    action_type = models.CharField(max_length=100)
    submitted_at = models.DateTimeField()
    before = models.CharField(max_length=8)
    after = models.CharField(max_length=8)
    score_before = models.FloatField()
    score_after = models.FloatField()
    reason = models.TextField(help_text="The reasons under the draft.")

    class Meta:
        ordering = ["-action_id"]
        constraints = [models.UniqueConstraint(fields=["replay", "action_id"], name="replay_change_once_per_action")]
        indexes = [models.Index(fields=["replay", "-action_id"], name="replay_change_listing")]

    def __str__(self) -> str:
        return f"#{self.action_id}: {self.before} -> {self.after}"

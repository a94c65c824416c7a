"""The three tables of the bare endpoint."""

from __future__ import annotations

from django.db import models

from actions.models import Agent


class Intent(models.Model):
    """What was submitted."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    agent_name = models.CharField(max_length=255, blank=True)
    action_type = models.CharField(max_length=100)
    description = models.TextField()
    tool_name = models.CharField(max_length=1024)
    resource = models.CharField(max_length=1024, blank=True)
    details = models.JSONField(default=dict)
    status = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.action_type} #{self.pk}"


class Decision(models.Model):
    """What came of it."""

    intent = models.OneToOneField(Intent, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.outcome


class HistoryRow(models.Model):
    """That it happened."""

    intent = models.ForeignKey(Intent, on_delete=models.PROTECT)
    event = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.event

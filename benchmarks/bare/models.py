"""Three tables, so that a submission is three inserts: the action, an event, a message to send."""

from __future__ import annotations

from django.db import models

from actions.models import Agent


class Action(models.Model):
    """What an agent intends, stored and nothing more."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    agent_name = models.CharField(max_length=255, blank=True)
    action_type = models.CharField(max_length=100)
    description = models.TextField()
    tool_name = models.CharField(max_length=255)
    resource = models.CharField(max_length=1024, blank=True)
    status = models.CharField(max_length=20, default="approved")
    risk_score = models.FloatField(default=35.0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class Event(models.Model):
    """A line of history."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"event of {self.action_id}"


class Message(models.Model):
    """Something to send later."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"message of {self.action_id}"

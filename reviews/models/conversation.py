"""What people say to each other about an action, and who is at it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from actions.models import Action


class Comment(models.Model):
    """A remark among the people who see the action. The agent never receives it."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="remarks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person_id} on #{self.action_id}"


class Claim(models.Model):
    """Somebody is looking at it: a courtesy that ends by itself and keeps nobody from deciding."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="claim")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    taken_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} has #{self.action_id}"

    def is_live(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return self.expires_at > now


class Assignment(models.Model):
    """Somebody is asked to look at it. It gives no right that the person does not have."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="assignment")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"#{self.action_id} for {self.person_id}"

"""What is looked at afterwards, and how well people look."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions.models import Action


class BreakGlass(models.Model):
    """One senior person approved alone, in an emergency; somebody else must look at it within 24 hours (AC42)."""

    class Finding(models.TextChoices):
        JUSTIFIED = "right", _("Justified")
        NOT_JUSTIFIED = "wrong", _("Not justified")

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="break_glass")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    broken_at = models.DateTimeField(default=timezone.now)
    review_by = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True, help_text="When it was reported that nobody looked in time.")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=5, choices=Finding.choices, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "broken glass"
        indexes = [models.Index(fields=["review_by"], name="glass_to_review", condition=Q(reviewed_at__isnull=True))]

    def __str__(self) -> str:
        return gettext("#{number} by {person}").format(number=self.action_id, person=self.person)


class Canary(models.Model):
    """A test action that ought to be rejected, planted to see whether people look. Revealed when it is decided."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="canary")
    planted_by = models.CharField(max_length=255)
    planted_at = models.DateTimeField(default=timezone.now)
    lesson = models.TextField(help_text="What somebody who looked would have seen. Shown after the decision.")
    caught = models.BooleanField(null=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return gettext("canary #{number}").format(number=self.action_id)


class ConditionCheck(models.Model):
    """Whether the agent kept to the conditions of its approval, as a person read its report."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="condition_check")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kept = models.BooleanField()
    note = models.TextField(blank=True)
    checked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"#{self.action_id} {'kept' if self.kept else 'not kept'}"

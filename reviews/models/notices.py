"""Notices to people and chat rooms: an outbox that is written in the transaction and sent by a worker."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.models import Action


class NoticePreference(models.Model):
    """How one person wants to be told. Without a row: at once, by e-mail."""

    class Email(models.TextChoices):
        NOW = "now", _("At once")
        DIGEST = "digest", _("Once a day, together")
        OFF = "off", _("Not at all")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preference", primary_key=True
    )
    email = models.CharField(max_length=6, choices=Email.choices, default=Email.NOW)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.email}"


class Channel(models.Model):
    """A chat room that is told what waits for a team, by its incoming webhook."""

    class Kind(models.TextChoices):
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        GENERIC = "generic", _("Any JSON receiver")
        APPRISE = "apprise", _("Apprise URL")

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    url = models.TextField(help_text="The incoming webhook. Treated as a secret: shown in part, never logged.")
    team = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Told about actions of this team, or routed to this group. Empty: about all.",
    )
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One message to one person or channel. `sent_at` or `failed_at` ends it; a worker leases it until then."""

    kind = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="notices")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="notices")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="notices")
    facts = models.JSONField(default=dict, help_text="What the sentence is made of; never the payload.")
    created_at = models.DateTimeField(default=timezone.now)
    send_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="notice_has_one_receiver",
                condition=Q(person__isnull=False, channel__isnull=True) | Q(person__isnull=True, channel__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"], name="notice_to_send", condition=Q(sent_at__isnull=True, failed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} #{self.action_id}"

"""Moments as a sentence names them: in the time zone in force, and with it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def shown(at: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment on the reader's clock, with its zone: 2026-03-29 14:00 CEST."""
    if at is None:
        return "–"
    return f"{timezone.localtime(at):{form} %Z}"

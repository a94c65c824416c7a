"""Lengths of time in few words: "41 min", "1 h 12", "3 days". PURE."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LATE = timedelta(minutes=15)
SOON = timedelta(hours=1)


class Due(NamedTuple):
    """How long is left, in words, and how much that matters: "", "soon" or "late"."""

    words: str
    heat: str
    is_over: bool = False


def length(span: timedelta) -> str:
    """A length of time, rounded down to what a reader needs; never negative."""
    minutes = max(0, int(span.total_seconds())) // 60
    if minutes < 1:
        return _("under 1 min")
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        said = _("{hours} h {minutes}") if rest else _("{hours} h")
        return said.format(hours=hours, minutes=f"{rest:02}")
    days = hours // 24
    return ngettext("{days} day", "{days} days", days).format(days=days)


def due(deadline: datetime | None, now: datetime) -> Due:
    """What is left until a deadline."""
    if deadline is None:
        return Due(_("no deadline"), "")
    left = deadline - now
    if left <= timedelta(0):
        return Due(_("overdue"), "late", is_over=True)
    return Due(length(left), "late" if left < LATE else "soon" if left < SOON else "")

"""Days as the person at the page means them: those of their own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

# The calendar's first and last days have no neighbours, and no zone's midnight may fall outside of it.
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    day = min(max(day, _FIRST), _LAST)
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return start_of(min(day, _LAST) + timedelta(days=1)) if day < _LAST else start_of(_LAST)


def today() -> date:
    """The day it is for the person."""
    return timezone.localdate()

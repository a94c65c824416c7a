"""How long it takes to read what is decided, and what was decided faster than that. PURE.

A page shows the whole content of an action. Adults read prose silently at about 240 words a minute, some 1,500
characters; the content of an action is denser than prose, so nobody reads it faster than this.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

CHARACTERS_PER_SECOND = 25
# An approval given sooner than this is a reflex, however short the content is (threats O2).
REFLEX = timedelta(seconds=3)
# The alarm: more than this share of the timed decisions are such approvals, of at least so many.
ALARM_SHARE = 0.95
ALARM_FROM = 10
# Somebody is flagged when more than this share of their timed decisions were faster than reading.
FAST_SHARE = 0.5

T = TypeVar("T", int, float, timedelta)


def reading_time(characters: int) -> timedelta:
    """How long this many characters take to read."""
    return timedelta(seconds=characters / CHARACTERS_PER_SECOND)


def is_faster_than_reading(dwell: timedelta, characters: int) -> bool:
    """Whether somebody decided sooner than anybody can have read it."""
    return dwell < reading_time(characters)


def rank(values: Sequence[T], percent: float) -> T | None:
    """The nearest-rank percentile: the smallest value that so many percent of all are not above. None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]


def words(span: timedelta | None) -> str:
    """A time of reading in few words: "2.4 s", "48 s", "3 min 05"; a dash where none is known."""
    if span is None:
        return "–"
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02}" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"

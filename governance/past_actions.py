"""Past actions as the rules see them. Whoever keeps actions registers a source; nobody here knows its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from governance.risk import Facts


@dataclass(frozen=True, slots=True)
class PastAction:
    """One submitted action: the facts it was judged by, and the outcome the rules gave it then."""

    action_id: int
    facts: Facts
    outcome: str  # approved, pending or rejected
    score: float


@dataclass(frozen=True, slots=True)
class Window:
    """Which actions: the latest so many, or those submitted from `since` until just before `until`."""

    latest: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class Source(Protocol):
    """Who keeps the actions."""

    def one(self, action_id: int) -> PastAction | None:
        """One action, or None."""

    def count(self, window: Window) -> int:
        """How many actions a window holds."""

    def page(self, window: Window, below: int | None, limit: int) -> Sequence[PastAction]:
        """The latest actions of a window with an id below the given one (None: from the top), latest first."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Declare who keeps the actions. There is one."""
    _sources[:] = [source]


def source() -> Source:
    """Who keeps the actions. Raises LookupError when nobody has said so."""
    if not _sources:
        raise LookupError("nobody has registered a source of past actions")
    return _sources[0]

"""Past actions as the rules see them. Whoever keeps actions registers a source; nobody here knows its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

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
    """Which actions: the latest so many, or those submitted from `since` until just before `until`.

    With `lowest`, none with a smaller id: where a window ends, for whoever has asked for its `span` before.
    """

    latest: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    lowest: int | None = None


class Span(NamedTuple):
    """How many actions a window holds now, and the ids at its ends (0 and 0: none)."""

    number: int
    lowest: int
    highest: int


class Source(Protocol):
    """Who keeps the actions."""

    def one(self, action_id: int) -> PastAction | None:
        """One action, or None."""

    def owners(self, action_id: int) -> frozenset[int]:
        """Who answers for its agents, by identity: they never decide it."""

    def span(self, window: Window) -> Span:
        """How many they are, and between which ids."""

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

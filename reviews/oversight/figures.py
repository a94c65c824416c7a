"""How somebody reviews, in numbers, from their votes. PURE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reviews import reading


class Seen(NamedTuple):
    """One vote: whose it was, when, and how much there was to read."""

    person: int
    approves: bool
    at: datetime
    opened: datetime | None
    characters: int
    bulk_of: int | None = None

    @property
    def dwell(self) -> timedelta | None:
        """From opening the page to the vote; None where that is not known."""
        return self.at - self.opened if self.opened is not None else None

    @property
    def is_fast(self) -> bool:
        """Whether it came sooner than anybody can have read the content."""
        return self.dwell is not None and reading.is_faster_than_reading(self.dwell, self.characters)

    @property
    def is_reflex(self) -> bool:
        """Whether it is an approval within three seconds."""
        return self.approves and self.dwell is not None and self.dwell < reading.REFLEX


@dataclass
class Reviewing:
    """The votes of one person over some days."""

    person: int
    name: str = ""
    caught: int = 0
    missed: int = 0
    votes: list[Seen] = field(default_factory=list)

    @property
    def decisions(self) -> int:
        """How many votes they cast."""
        return len(self.votes)

    @property
    def approvals(self) -> int:
        """How many of them approve."""
        return sum(vote.approves for vote in self.votes)

    @property
    def rejections(self) -> int:
        """How many of them reject."""
        return self.decisions - self.approvals

    @property
    def approve_rate(self) -> float:
        """The share of approvals, in percent."""
        return 100 * self.approvals / self.decisions if self.decisions else 0.0

    @property
    def active_hours(self) -> int:
        """In how many hours of the clock they voted at least once."""
        return len({vote.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) for vote in self.votes})

    @property
    def per_hour(self) -> float:
        """Votes per active hour."""
        return self.decisions / self.active_hours if self.votes else 0.0

    @property
    def dwells(self) -> list[timedelta]:
        """The times from opening to voting, as far as they are known."""
        return [vote.dwell for vote in self.votes if vote.dwell is not None]

    @property
    def timed(self) -> int:
        """Of how many votes that time is known."""
        return len(self.dwells)

    @property
    def in_bulk(self) -> int:
        """How many were cast in the queue, on all ticked rows at one press: nobody knows how those were read."""
        return sum(vote.bulk_of is not None for vote in self.votes)

    @property
    def largest_bulk(self) -> int:
        """The most that were decided at one press."""
        return max((vote.bulk_of or 0 for vote in self.votes), default=0)

    @property
    def median(self) -> timedelta | None:
        """Half of the timed votes took no longer."""
        return reading.rank(self.dwells, 50)

    @property
    def p10(self) -> timedelta | None:
        """A tenth of the timed votes took no longer."""
        return reading.rank(self.dwells, 10)

    @property
    def median_words(self) -> str:
        """The median as a reader says it."""
        return reading.words(self.median)

    @property
    def p10_words(self) -> str:
        """The tenth as a reader says it."""
        return reading.words(self.p10)

    @property
    def fast(self) -> int:
        """How many votes were faster than reading."""
        return sum(vote.is_fast for vote in self.votes)

    @property
    def fast_rate(self) -> float:
        """Their share of the timed votes, in percent."""
        return 100 * self.fast / self.timed if self.timed else 0.0

    @property
    def reflexes(self) -> int:
        """How many approvals came within three seconds."""
        return sum(vote.is_reflex for vote in self.votes)

    @property
    def is_fast(self) -> bool:
        """Whether most of what is timed was decided faster than reading."""
        return self.timed > 0 and self.fast > reading.FAST_SHARE * self.timed

    @property
    def is_alarming(self) -> bool:
        """Whether nearly everything that is timed was approved by reflex (threats O2)."""
        return self.timed >= reading.ALARM_FROM and self.reflexes > reading.ALARM_SHARE * self.timed


def by_reviewer(votes: Iterable[Seen]) -> list[Reviewing]:
    """The votes of everybody, whoever needs a look first: alarms, then flags, then the most votes."""
    found: dict[int, list[Seen]] = defaultdict(list)
    for vote in votes:
        found[vote.person].append(vote)
    people = [Reviewing(person, votes=theirs) for person, theirs in found.items()]
    return sorted(people, key=lambda one: (not one.is_alarming, not one.is_fast, -one.decisions, one.person))

"""A range of days in a person's zone, cut into the columns of a chart. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_DAYS = 366
# Up to so many days a column is a day; beyond, it is seven.
_DAILY = 31
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From the first moment of one day to the last of another."""

    first: date
    last: date
    zone: tzinfo

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> int:
        """How many days a column has."""
        return 1 if self.days <= _DAILY else 7

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + DAY, self.zone)

    @property
    def columns(self) -> tuple[tuple[date, date], ...]:
        """The first and the last day of each column; the last column may be shorter."""
        return tuple(self._columns())

    @property
    def edges(self) -> list[datetime]:
        """The first moment after each column."""
        return [midnight(last + DAY, self.zone) for _, last in self.columns]

    def _columns(self) -> Iterator[tuple[date, date]]:
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=self.step - 1), self.last)
            yield first, last
            first = last + DAY


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in a zone, where the clocks change too."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def latest(days: int, now: datetime, zone: tzinfo) -> Span:
    """So many days, today the last of them."""
    today = now.astimezone(zone).date()
    return Span(today - timedelta(days=days - 1), today, zone)

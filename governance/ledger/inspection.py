"""Stored entries held against what verify.py asks of them: one, a stream, a range, or all; memory stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from governance.ledger.verify import Fault, Stored, faults
from governance.models import LedgerEntry

# As many entries as one page looks at: a fraction of a second.
PAGE = 5_000
# As many faulty entries as one answer names; the others are counted.
NAMED = 50

_COLUMNS = tuple(name for name in Stored._fields if name not in ("before", "shares_place"))


class Unreadable(Exception):
    """The database gave no entry, or something that is none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An entry with something wrong, and what."""

    entry_id: int
    place: str
    type: str
    faults: list[Fault]


@dataclass(slots=True)
class Report:
    """What came of looking. `last` is the entry, or the place in its stream, that was looked at last."""

    checked: int = 0
    faulty: int = 0
    findings: list[Finding] = field(default_factory=list)
    last: int = 0
    more: bool = False

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.faulty == 0

    @property
    def unnamed(self) -> int:
        """How many faulty entries are counted only."""
        return self.faulty - len(self.findings)

    def note(self, entry: Stored, wrong: list[Fault]) -> None:
        """Take in one entry that was looked at."""
        self.checked += 1
        if wrong:
            self.faulty += 1
            if len(self.findings) < NAMED:
                self.findings.append(Finding(entry.id, f"{entry.stream} {entry.seq}", entry.type, wrong))


def verify_entry(entry_id: int) -> Report:
    """One entry, with its link to the one before it."""
    return _report(LedgerEntry.objects.filter(pk=entry_id))


def verify_stream(stream: str, *, after: int = 0, limit: int = PAGE) -> Report:
    """A stream, from behind a place on. `more` says that it goes on behind `last`."""
    rows = LedgerEntry.objects.filter(stream=stream, seq__gt=after).order_by("seq")
    return _report(rows, limit=limit, last="seq")


def verify_range(*, after: int = 0, limit: int = PAGE) -> Report:
    """The next entries behind one, whatever their streams. `more` says that there are others behind `last`."""
    return _report(LedgerEntry.objects.filter(pk__gt=after).order_by("pk"), limit=limit)


def verify_these(entries: QuerySet[LedgerEntry], *, limit: int = PAGE) -> Report:
    """A choice of entries."""
    return _report(entries.order_by("pk"), limit=limit)


def everything(*, stream: str | None = None, since: datetime | None = None) -> Iterator[Stored]:
    """All entries, or those of a stream, or those since a moment, one at a time and in constant memory.

    Raises Unreadable when the database gives something that is no entry.
    """
    rows = LedgerEntry.objects.order_by("pk")
    if stream is not None:
        rows = rows.filter(stream=stream)
    if since is not None:
        rows = rows.filter(ts__gte=since)
    return _stored(rows)


def _report(rows: QuerySet[LedgerEntry], *, limit: int = PAGE, last: str = "id") -> Report:
    report = Report()
    for entry in _stored(rows[: limit + 1]):
        if report.checked == limit:
            report.more = True
            break
        report.note(entry, faults(entry))
        report.last = getattr(entry, last)
    return report


def _stored(rows: QuerySet[LedgerEntry]) -> Iterator[Stored]:
    same_stream = LedgerEntry.objects.filter(stream=OuterRef("stream"))
    before = same_stream.filter(seq=OuterRef("seq") - 1).values("leaf")[:1]
    twin = same_stream.filter(seq=OuterRef("seq")).exclude(pk=OuterRef("pk"))
    # F keeps the order of the columns that of Stored, also behind annotations.
    values = rows.annotate(before=Subquery(before), shares_place=Exists(twin)).values_list(
        *map(F, _COLUMNS), "before", "shares_place"
    )
    last = 0
    try:
        for row in values.iterator(chunk_size=1_000):
            entry = Stored(*row)
            last = entry.id
            yield entry
    except (DatabaseError, ValueError, AttributeError, TypeError, OverflowError) as exc:
        raise Unreadable(f"What stands behind entry {last} could not be read: {type(exc).__name__}: {exc}") from exc

"""VERB: export_reviewing. How people review, as CSV; whoever takes it away is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import transaction

from governance.actors import Actor
from governance.csv_lines import csv_line
from governance.taken_away import write_down
from reviews.oversight.figures import Reviewing

COLUMNS = (
    "reviewer", "decisions", "approvals", "rejections", "approve rate %", "active hours", "decisions per active hour",
    "decided in bulk", "largest bulk", "timed decisions", "dwell median s", "dwell p10 s", "faster than reading",
    "faster than reading %", "approved within 3 s", "canaries caught", "canaries missed", "flagged", "alarm",
)  # fmt: skip


def export_reviewing(people: Iterable[Reviewing], *, actor: Actor, filters: dict[str, str]) -> Iterator[str]:
    """Write down that these numbers leave the portal, then give them as lines of CSV."""
    people = list(people)
    with transaction.atomic():
        write_down("history.oversight_exported", actor=actor, rows=len(people), filters=filters)
    return _lines(people)


def _lines(people: list[Reviewing]) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for one in people:
        yield csv_line(
            (
                one.name,
                one.decisions,
                one.approvals,
                one.rejections,
                f"{one.approve_rate:.1f}",
                one.active_hours,
                f"{one.per_hour:.1f}",
                one.in_bulk,
                one.largest_bulk,
                one.timed,
                _seconds(one.median),
                _seconds(one.p10),
                one.fast,
                f"{one.fast_rate:.1f}",
                one.reflexes,
                one.caught,
                one.missed,
                "yes" if one.is_fast else "no",
                "yes" if one.is_alarming else "no",
            )
        )


def _seconds(span: timedelta | None) -> str:
    return "" if span is None else f"{span.total_seconds():.1f}"

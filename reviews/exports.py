"""VERB: export_history. The history as CSV; whoever takes it away is written down in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from actions.models import State
from governance.actors import Actor
from governance.csv_lines import csv_line
from governance.models import LedgerEntry
from governance.taken_away import write_down
from reviews.history import Line

COLUMNS = (
    "time", "type", "actor kind", "actor id", "actor name", "action id", "subject", "sentence", "outcome", "score",
    "level", "reason", "seq", "prev", "leaf", "stream", "request id",
)  # fmt: skip
_CHUNK = 500


def export_history(entries: QuerySet[LedgerEntry], *, actor: Actor, filters: dict[str, str]) -> Iterator[str]:
    """Write down that these entries leave the portal, then give them as lines of CSV, oldest first.

    The lines are read while they are sent; entries written meanwhile are not among them, so the number recorded is
    the number sent.
    """
    with transaction.atomic():
        found = entries.order_by().aggregate(rows=Count("pk"), last=Max("pk"))
        write_down("history.exported", actor=actor, rows=found["rows"], filters=filters)
    return _lines(entries, last=found["last"] or 0)


def _lines(entries: QuerySet[LedgerEntry], *, last: int) -> Iterator[str]:
    yield csv_line(COLUMNS)
    done = 0
    while chunk := list(entries.filter(pk__gt=done, pk__lte=last).order_by("pk")[:_CHUNK]):
        yield "".join(csv_line(_row(entry)) for entry in chunk)
        done = chunk[-1].pk


def _outcome(line: Line) -> str:
    """What became of the action; "to" also says to whom it was escalated, or until when it may be decided."""
    to = line.fact("to")
    return line.fact("outcome") or (to if to in State.values else "")


def _row(entry: LedgerEntry) -> tuple[Any, ...]:
    line = Line(entry)
    return (
        line.body.get("ts") or entry.ts.isoformat(),
        entry.type,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.action_id,
        entry.subject,
        line.text,
        _outcome(line),
        line.fact("score"),
        line.fact("level"),
        line.fact("reason"),
        entry.seq,
        entry.prev,
        entry.leaf,
        entry.stream,
        line.body.get("req"),
    )

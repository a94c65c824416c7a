"""VERB: export_history. The history as CSV; whoever takes it away is written down in it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from governance import ledger
from governance.actors import Actor
from governance.models import LedgerEntry
from reviews.history import Line
from reviews.rendering import plain

COLUMNS = (
    "time", "type", "actor kind", "actor id", "actor name", "action id", "subject", "sentence", "outcome", "score",
    "level", "reason", "seq", "prev", "leaf", "stream", "request id",
)  # fmt: skip
_CHUNK = 500
# What makes a spreadsheet take a cell for a formula, full-width twins included (threats AC41).
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def export_history(entries: QuerySet[LedgerEntry], *, actor: Actor, filters: dict[str, str]) -> Iterator[str]:
    """Write down that these entries leave the portal, then give them as lines of CSV, oldest first.

    The lines are read while they are sent; entries written meanwhile are not among them, so the number recorded is
    the number sent.
    """
    with transaction.atomic():
        found = entries.order_by().aggregate(rows=Count("pk"), last=Max("pk"))
        ledger.append(
            "history.exported",
            actor=actor,
            stream=f"person:{actor.id}",
            subject={"kind": "person", "id": actor.id},
            data={"rows": found["rows"], "filters": filters},
        )
    return _lines(entries, last=found["last"] or 0)


def cell(value: Any) -> str:
    """A value as a cell no spreadsheet executes; hidden characters are named, so none hides in a cell either."""
    text = "" if value is None else str(value)
    armed = text.lstrip(" \u00a0\u3000").startswith(_FORMULA)
    return ("'" if armed else "") + plain(text)


class _Echo:
    """What csv.writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def _lines(entries: QuerySet[LedgerEntry], *, last: int) -> Iterator[str]:
    write = csv.writer(_Echo(), quoting=csv.QUOTE_ALL).writerow
    yield write(COLUMNS)
    done = 0
    while chunk := list(entries.filter(pk__gt=done, pk__lte=last).order_by("pk")[:_CHUNK]):
        yield "".join(write(_row(entry)) for entry in chunk)
        done = chunk[-1].pk


def _row(entry: LedgerEntry) -> list[str]:
    line = Line(entry)
    return [
        cell(value)
        for value in (
            line.body.get("ts") or entry.ts.isoformat(),
            entry.type,
            entry.actor_kind,
            entry.actor_id,
            entry.actor_name,
            entry.action_id,
            entry.subject,
            line.text,
            line.fact("outcome") or line.fact("to"),
            line.fact("score"),
            line.fact("level"),
            line.fact("reason"),
            entry.seq,
            entry.prev,
            entry.leaf,
            entry.stream,
            line.body.get("req"),
        )
    ]

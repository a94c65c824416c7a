"""VERB: export_changes. What a replay found, as CSV; whoever takes it away is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from governance.actors import Actor
from governance.csv_lines import csv_line
from governance.models import Replay, ReplayChange
from governance.taken_away import write_down

COLUMNS = (
    "action", "submitted (UTC)", "agent", "agent type", "action type", "before", "after", "score before",
    "score after", "reason under the draft",
)  # fmt: skip
_CHUNK = 1000


def export_changes(replay: Replay, *, actor: Actor) -> Iterator[str]:
    """Write down that the changes found so far leave the portal, then give them as lines of CSV, latest action first.

    What a replay under way finds meanwhile is not among them.
    """
    with transaction.atomic():
        found = replay.changes.order_by().aggregate(rows=Count("pk"), last=Max("pk"))
        about = {"replay": replay.pk, "of": replay.subject}
        write_down("history.replay_exported", actor=actor, rows=found["rows"], filters={}, **about)
    return _lines(replay, last=found["last"] or 0)


def _lines(replay: Replay, *, last: int) -> Iterator[str]:
    yield csv_line(COLUMNS)
    rows, below = replay.changes.filter(pk__lte=last), None
    while chunk := list((rows if below is None else rows.filter(action_id__lt=below))[:_CHUNK]):
        yield "".join(csv_line(cells(change)) for change in chunk)
        below = chunk[-1].action_id


def cells(change: ReplayChange) -> tuple[Any, ...]:
    """One change under COLUMNS."""
    return (
        change.action_id,
        f"{change.submitted_at:%Y-%m-%d %H:%M:%S}",
        change.agent_id,
        change.agent_type,
        change.action_type,
        change.before,
        change.after,
        f"{change.score_before:g}",
        f"{change.score_after:g}",
        change.reason,
    )

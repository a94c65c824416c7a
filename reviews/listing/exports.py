"""VERB: export_actions. Actions as CSV; whoever takes them away is written down."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from actions.models import Action
from governance.actors import Actor
from governance.csv_lines import csv_line
from governance.taken_away import write_down
from reviews.listing.rows import COLUMNS, Line, with_all_a_line_asks

_CHUNK = 500


def export_actions(rows: QuerySet[Action], *, actor: Actor, filters: dict[str, str]) -> Iterator[str]:
    """Write down that these actions leave the portal, then give them as lines of CSV, oldest first.

    They are read while they are sent. What is submitted meanwhile is not among them; what is decided meanwhile is
    sent as it then stands.
    """
    with transaction.atomic():
        found = rows.order_by().aggregate(rows=Count("pk"), last=Max("pk"))
        write_down("history.actions_exported", actor=actor, rows=found["rows"], filters=filters)
    return _lines(rows, last=found["last"] or 0)


def _lines(rows: QuerySet[Action], *, last: int) -> Iterator[str]:
    yield csv_line(COLUMNS)
    done, now = 0, timezone.now()
    rows = with_all_a_line_asks(rows)
    while chunk := list(rows.filter(pk__gt=done, pk__lte=last).order_by("pk")[:_CHUNK]):
        yield "".join(csv_line(Line(action, now).cells) for action in chunk)
        done = chunk[-1].pk

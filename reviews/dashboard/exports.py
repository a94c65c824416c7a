"""VERB: export_table. A table of the dashboard as CSV; whoever takes it away is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from governance.actors import Actor
from governance.csv_lines import csv_line
from governance.taken_away import write_down


def export_table(
    slug: str, head: Sequence[str], rows: Sequence[Iterable[Any]], *, actor: Actor, filters: dict[str, str]
) -> str:
    """Write down that these numbers leave the portal, then give them as CSV."""
    with transaction.atomic():
        write_down("dashboard.exported", actor=actor, rows=len(rows), filters=filters, table=slug)
    return "".join(csv_line(row) for row in (head, *rows))

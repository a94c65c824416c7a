"""What no index answers: which actions name a technique, a control or a policy, inside their frozen JSON.

No query for a key inside a list of objects means the same on every engine. So the engine only narrows down by text,
and the values themselves are compared here, over a bounded number of actions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from actions.models import Action

# A value that every engine writes into its JSON as it is, so that it can be looked for as text.
_PLAIN = re.compile(r"[A-Za-z0-9 .,:()/-]+\Z")

# Where each of them stands: the JSON column, the lists in it, and the key of an entry.
_PLACES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "technique": ("assessment", ("techniques",), "id"),
    "control": ("assessment", ("controls",), "id"),
    "policy": ("verdict", ("matched", "observed"), "name"),
}


def naming(rows: QuerySet[Action], what: str, value: str) -> list[int]:
    """The numbers of those of these actions that name a technique, a control or a policy."""
    column, lists, key = _PLACES[what]
    rows = rows.order_by()
    if _PLAIN.match(value):
        rows = rows.alias(written=Cast(column, TextField())).filter(written__contains=f'"{value}"')
    return list(_those(rows, column, lists, lambda found: any(_says(one, key, value) for one in found)))


def degraded(rows: QuerySet[Action]) -> list[int]:
    """The numbers of those of these actions for which some rule could not be evaluated."""
    return list(_those(rows.order_by(), "verdict", ("degraded",), bool))


def _those(
    rows: QuerySet[Action], column: str, lists: tuple[str, ...], holds: Callable[[list[Any]], bool]
) -> Iterator[int]:
    read = rows.values_list("pk", *(f"{column}__{name}" for name in lists))
    for pk, *found in read.iterator(chunk_size=1000):
        if holds([item for items in found if isinstance(items, list) for item in items]):
            yield pk


def _says(item: Any, key: str, value: str) -> bool:
    return isinstance(item, dict) and item.get(key) == value

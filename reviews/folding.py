"""Equal actions of one agent as one row of a queue, so that a flood of them pushes nothing off the page (threats AC22).

Folded are only actions with the same body, the same key's agent and the same score, and only for the eye: each is
decided by itself. Pages stay as flat as before, because the oldest of each kind is found by the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from actions.models import Action

MOST = 1000  # read for one page; an agent has rarely so many (MAX_PENDING_PER_AGENT)


@dataclass(frozen=True)
class Twin:
    """One more like the action of the row, with what is needed to select it."""

    pk: int
    digest: str
    possible_retry_of: int | None


def leaders(rows: QuerySet[Action]) -> QuerySet[Action]:
    """The oldest of each kind among these rows."""
    alike = {name: OuterRef(name) for name in ("principal", "body_digest", "risk_score")}
    return rows.filter(~Exists(rows.order_by().filter(**alike, pk__lt=OuterRef("pk"))))


def twins_of(rows: QuerySet[Action], shown: Iterable[Action]) -> dict[int, list[Twin]]:
    """What is folded into each of the shown leaders, by its number. One statement."""
    kinds = {(one.principal_id, one.body_digest, one.risk_score): one.pk for one in shown}
    if not kinds:
        return {}
    found: dict[int, list[Twin]] = {}
    alike = rows.filter(principal__in={kind[0] for kind in kinds}, body_digest__in={kind[1] for kind in kinds})
    columns = ("principal_id", "body_digest", "risk_score", "pk", "digest", "possible_retry_of_id")
    for *kind, pk, digest, retry_of in alike.order_by("pk").values_list(*columns)[:MOST]:
        leader = kinds.get((kind[0], kind[1], kind[2]))
        if leader is not None and leader != pk:
            found.setdefault(leader, []).append(Twin(pk, digest, retry_of))
    return found

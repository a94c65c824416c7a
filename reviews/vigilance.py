"""How well people look: what became of the canaries, in all and person by person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from actions.models import State
from reviews.models import Canary, Verdict, Vote


@dataclass(frozen=True)
class Total:
    """All canaries there ever were."""

    planted: int
    waiting: int
    caught: int
    missed: int
    expired: int


@dataclass(frozen=True)
class Eyes:
    """One person's votes on canaries that are settled."""

    name: str
    caught: int
    missed: int
    person: int = 0


def totals() -> Total:
    """The canaries by what became of them. One that nobody decided in time counts as expired, not as missed."""
    waits = Q(action__state=State.PENDING)
    found = Canary.objects.aggregate(
        planted=Count("pk"),
        waiting=Count("pk", filter=waits),
        were_caught=Count("pk", filter=Q(caught=True)),
        were_missed=Count("pk", filter=Q(caught=False)),
        expired=Count("pk", filter=Q(caught__isnull=True) & ~waits),
    )
    return Total(
        planted=found["planted"],
        waiting=found["waiting"],
        caught=found["were_caught"],
        missed=found["were_missed"],
        expired=found["expired"],
    )


def by_person(votes: QuerySet[Vote] | None = None) -> list[Eyes]:
    """Who caught and who missed how many, most missed first. An approval is a miss, even where another rejected.

    Of all votes, or of these.
    """
    votes = Vote.objects.all() if votes is None else votes
    settled = votes.filter(action__is_canary=True).exclude(action__state=State.PENDING)
    rows = (
        settled.order_by()
        .values("person", "person__first_name", "person__last_name", "person__username")
        .annotate(
            caught=Count("pk", filter=Q(verdict=Verdict.REJECT)),
            missed=Count("pk", filter=Q(verdict=Verdict.APPROVE)),
        )
        .order_by("-missed", "person__username")
    )
    return [
        Eyes(
            f"{row['person__first_name']} {row['person__last_name']}".strip() or row["person__username"],
            row["caught"],
            row["missed"],
            row["person"],
        )
        for row in rows
    ]

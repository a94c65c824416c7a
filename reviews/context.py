"""What every page's frame shows."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, DateTimeField, Min, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from actions.models import Action
from governance.models import Delegation, Person
from reviews import moments
from reviews.eligibility import Reviewer
from reviews.queues import ALL, MINE, QUEUES, Queue, broken_glass, is_due_soon

# From here on the number beside "Review" is not counted further: "99+" says as much.
MANY = 100


class Tally(NamedTuple):
    """How many wait, since when the oldest does, when the first is due, and how many are due within the hour."""

    number: int = 0
    oldest: datetime | None = None
    due: datetime | None = None
    soon: int = 0

    def waiting(self, now: datetime) -> str:
        """How long the oldest waits, in words."""
        return moments.length(now - self.oldest) if self.oldest else ""

    def heat(self, now: datetime) -> str:
        """Whether one of them is overdue ("late") or due within the hour ("soon")."""
        left = moments.due(self.due, now) if self.due else None
        return "" if left is None or not left.heat else "late" if left.is_over else "soon"


class Tab(NamedTuple):
    """A queue with its numbers, as the tabs show it."""

    queue: Queue
    words: str
    number: int
    waiting: str
    heat: str


class Counts:
    """How many actions wait in each queue of a person; each asked once per request, and only if shown."""

    def __init__(self, reviewer: Reviewer):
        self.reviewer = reviewer

    @cached_property
    def shown(self) -> list[Queue]:
        """The queues of this person."""
        return [queue for queue in QUEUES if queue.is_for(self.reviewer)]

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """The numbers of each queue of this person, in two statements however many there are.

        One looks once at everything that waits, for all queues that are a part of it; the other counts the rest.
        """
        now = timezone.now()
        first, *others = [
            _tallied(queue, queue.rows(self.reviewer), now).values_list("slug", *Tally._fields)
            for queue in self.shown
            if queue.within is None
        ]
        found = {slug: Tally(*numbers) for slug, *numbers in first.union(*others, all=True)}
        found |= self._parts_of_everything(now)
        return {queue.slug: found.get(queue.slug, Tally()) for queue in self.shown}

    def _parts_of_everything(self, now: datetime) -> dict[str, Tally]:
        parts = [(queue, queue.within(self.reviewer)) for queue in self.shown if queue.within]
        asked: dict[str, Any] = {}
        for queue, which in parts:
            asked |= {
                f"{queue.slug}_number": Count("pk", filter=which),
                f"{queue.slug}_oldest": Min(queue.since, filter=which),
                f"{queue.slug}_due": Min(queue.due, filter=which),
                f"{queue.slug}_soon": Count("pk", filter=which & is_due_soon(queue, now)),
            }
        found = ALL.rows(self.reviewer).order_by().aggregate(**asked)
        return {queue.slug: Tally(*(found[f"{queue.slug}_{name}"] for name in Tally._fields)) for queue, _ in parts}

    @cached_property
    def mine(self) -> int:
        """What waits for this very person, counted up to MANY: every page shows it."""
        if "tallies" in self.__dict__:
            return min(self.tallies[MINE.slug].number, MANY)
        return MINE.rows(self.reviewer).order_by()[:MANY].count()

    @property
    def rail(self) -> str:
        """The same in few letters."""
        return str(self.mine) if self.mine < MANY else f"{MANY - 1}+"

    @property
    def everything(self) -> int:
        """What waits in the person's teams."""
        return self.tallies[ALL.slug].number

    @property
    def tabs(self) -> list[Tab]:
        """Every queue of this person with its numbers."""
        now = timezone.now()
        return [
            Tab(queue, queue.tab_for(self.reviewer), tally.number, tally.waiting(now), tally.heat(now))
            for queue in self.shown
            for tally in [self.tallies[queue.slug]]
        ]

    @property
    def glass(self) -> int:
        """The broken glasses that wait for somebody to look; 0 for a person whose role does not."""
        return self.tallies.get("glass", Tally()).number

    @cached_property
    def glass_overdue(self) -> int:
        """Those of them nobody looked at in time."""
        rows = broken_glass(self.reviewer).filter(break_glass__review_by__lte=timezone.now())
        return rows.count() if self.glass else 0


def tally_of(queue: Queue, rows: QuerySet[Action], now: datetime) -> Tally:
    """The numbers of some rows of a queue."""
    found = next(iter(_tallied(queue, rows, now).values_list(*Tally._fields)), None)
    return Tally(*found) if found else Tally()


def _tallied(queue: Queue, rows: QuerySet[Action], now: datetime) -> QuerySet[Any, Any]:
    due = queue.due or Cast(Value(None), DateTimeField())
    return (
        rows.order_by()
        .values(slug=Value(queue.slug))
        .annotate(
            number=Count("pk"),
            oldest=Min(queue.since),
            due=Min(due),
            soon=Count("pk", filter=is_due_soon(queue, now)),
        )
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """The numbers of the rail, and for whom the person acts. Lazy: a page without the frame asks nothing."""
    return {
        "counts": SimpleLazyObject(lambda: counts_of(request)),
        "acting": SimpleLazyObject(lambda: acting_on(request)),
    }


def counts_of(request: HttpRequest) -> Counts | None:
    """The signed-in person's queue counts, one object per request."""
    reviewer = reviewer_on(request)
    if reviewer is None:
        return None
    found = getattr(request, "_counts", None)
    if found is None:
        found = request._counts = Counts(reviewer)  # type: ignore[attr-defined]
    return found


def acting_on(request: HttpRequest) -> list[Delegation]:
    """The delegations by which the signed-in person acts for others now."""
    reviewer = reviewer_on(request)
    return reviewer.lent if reviewer is not None and reviewer.decides else []


def reviewer_on(request: HttpRequest) -> Reviewer | None:
    """The signed-in person with the seats they may decide from, one object per request."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return None
    found = getattr(request, "_reviewer", None)
    if found is None:
        found = request._reviewer = Reviewer(person)  # type: ignore[attr-defined]
    return found

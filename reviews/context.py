"""What every page's frame shows."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, DateTimeField, ExpressionWrapper, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from actions.models import Action
from governance.models import Delegation, Person
from governance.statements import Question
from reviews import moments
from reviews.eligibility import Reviewer
from reviews.queues import ALL, MINE, QUEUES, Queue, broken_glass

# From here on the number beside "Review" is not counted further: "99+" says as much.
MANY = 100


class Tally(NamedTuple):
    """How many wait, since when the oldest does, when the first is due, and how many are due within the hour."""

    number: int = 0
    oldest: datetime | None = None
    due: datetime | None = None
    soon: int = 0

    def and_also(self, more: Tally) -> Tally:
        """The numbers of these and of others together."""
        return Tally(
            self.number + more.number,
            min(filter(None, (self.oldest, more.oldest)), default=None),
            min(filter(None, (self.due, more.due)), default=None),
            self.soon + more.soon,
        )

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

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits in it."""
        return not self.number


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
        """The numbers of each queue of this person, in two statements or three however many there are."""
        now = timezone.now()
        found = self._of_what_waits(now) | self._of_the_rest(now)
        return {queue.slug: found.get(queue.slug, Tally()) for queue in self.shown}

    def _of_what_waits(self, now: datetime) -> dict[str, Tally]:
        """One look at everything that waits. Rows that are in the same queues are counted by the database."""
        parts = {queue.slug: queue.within(self.reviewer) for queue in self.shown if queue.within}
        flags = {f"in_{slug}": ExpressionWrapper(which, BooleanField()) for slug, which in parts.items() if which}
        kinds = ALL.rows(self.reviewer).order_by().annotate(**flags).values(*flags).annotate(**_numbers(ALL, now))
        found = dict.fromkeys(parts, Tally())
        for kind in kinds:
            more = Tally(*(kind[name] for name in Tally._fields))
            found |= {slug: found[slug].and_also(more) for slug in parts if kind.get(f"in_{slug}", True)}
        return found

    def _of_the_rest(self, now: datetime) -> dict[str, Tally]:
        """What is looked at afterwards: each queue of a table of its own, where the portal has anything in it."""
        waits = {slug for (slug,) in _ANYWHERE.all()}
        rest = [
            queue.rows(self.reviewer)
            .order_by()
            .values(slug=Value(queue.slug))
            .annotate(**_numbers(queue, now))
            .values_list("slug", *Tally._fields)
            for queue in self.shown
            if queue.slug in waits
        ]
        if not rest:
            return {}
        first, *others = rest
        return {slug: Tally(*numbers) for slug, *numbers in first.union(*others, all=True)}

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
    def elsewhere(self) -> int:
        """What waits in the person's teams, and for somebody else."""
        return max(0, self.everything - self.tallies[MINE.slug].number)

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


def _is_due_soon(queue: Queue, now: datetime) -> Q:
    """The rows of the queue that are due within the hour, or overdue."""
    return Q(**{f"{queue.due}__lte": now + moments.SOON}) if queue.due else Q(pk__in=())


def _anywhere() -> QuerySet[Any, Any]:
    rows = [queue.anywhere().order_by().values_list(Value(queue.slug)) for queue in QUEUES if queue.anywhere]
    return rows[0].union(*rows[1:])


_ANYWHERE = Question(_anywhere)


def tally_of(queue: Queue, rows: QuerySet[Action], now: datetime) -> Tally:
    """The numbers of some rows of a queue."""
    return Tally(**rows.order_by().aggregate(**_numbers(queue, now)))


def _numbers(queue: Queue, now: datetime) -> dict[str, Any]:
    """A tally as the database counts it."""
    return {
        "number": Count("pk"),
        "oldest": Min(queue.since),
        "due": Min(queue.due or Cast(Value(None), DateTimeField())),
        "soon": Count("pk", filter=_is_due_soon(queue, now)),
    }


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

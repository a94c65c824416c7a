"""The queues people work through, declared once; the page, its tabs and the rail read the same list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse

from actions.models import Action, ActionQuerySet
from actions.models import Seat as OpenSeat
from governance.models import Person
from governance.routing import CEILINGS
from reviews import moments
from reviews.check_conditions import REPORTED, may_check
from reviews.eligibility import Reviewer, Seat, reviewer_of
from reviews.keyset import Keyset
from reviews.models import Vote

PAGE_SIZE = 25
ORDER = Keyset("-risk_score", "id")
OLDEST_FIRST = Keyset("id")


@dataclass(frozen=True)
class Queue:
    """One queue: its place in the address, its words, and which actions of a person's teams are in it.

    In most of them actions wait for a decision; `decides` is false where something else is to be done with them.
    """

    slug: str
    title: str
    tab: str
    rows: Callable[[Reviewer], ActionQuerySet]
    decides: bool = True

    @property
    def order(self) -> Keyset:
        """Riskiest first where it is about risk."""
        return ORDER if self.decides else OLDEST_FIRST

    @property
    def newer_words(self) -> str:
        """What the page before this one holds."""
        return "Riskier" if self.decides else "Older"

    @property
    def older_words(self) -> str:
        """What the page after this one holds."""
        return "Less risky" if self.decides else "Newer"

    @property
    def url(self) -> str:
        """Where the queue is."""
        return reverse("queue") if self.slug == QUEUES[0].slug else reverse("queue_of", args=[self.slug])


def mine(who: Person | Reviewer) -> ActionQuerySet:
    """What this person may decide: eligibility.refusal, said in SQL so that it can be counted and paged.

    The rows still ask `refusal` one by one; a test holds the two together.
    """
    reviewer = reviewer_of(who)
    person = reviewer.person
    pending = Action.objects.visible_to(person).pending()
    if not person.is_active or not reviewer.decides:
        return pending.none()
    from_any_seat = Q(pk__in=())
    for seat in reviewer.seats:
        from_any_seat |= _decidable_from(seat)
    return pending.filter(from_any_seat).exclude(_owned_by(person.identity)).exclude(_voted(person.identity))


def _decidable_from(seat: Seat) -> Q:
    """The actions that want somebody like this now. Those of the default route have no rows of seats."""
    away = seat.on_behalf_of
    if away is not None and away.identity == seat.person.identity:
        return Q(pk__in=())
    seats = OpenSeat.objects.filter(action=OuterRef("pk"))
    wanted = seats.filter(is_open=True, level__lte=seat.level)
    in_team = Q() if seat.sees_all else Q(team__in=seat.groups)
    theirs = (
        (~Exists(seats) & in_team)
        | Q(Exists(wanted.filter(group__in=seat.groups)))
        | (Exists(wanted.filter(group__isnull=True)) & in_team)
    )
    theirs &= Q(risk_score__lte=CEILINGS.get(seat.level, -1.0))
    return theirs & ~_owned_by(away.identity) & ~_voted(away.identity) if away else theirs


def _owned_by(identity: int) -> Q:
    return _is("agent__owner", identity) | _is("principal__owner", identity)


def _voted(identity: int) -> Q:
    """They voted, or their delegate did."""
    votes = Vote.objects.filter(action=OuterRef("pk"))
    return Q(Exists(votes.filter(Q(identity=identity) | _is("on_behalf_of", identity))))


def _is(person: str, identity: int) -> Q:
    """Whether the person at this place is that human being, by whichever account."""
    return Q(**{person: identity}) | Q(**{f"{person}__same_as": identity})


def everything(who: Person | Reviewer) -> ActionQuerySet:
    """All that waits in the person's teams, theirs to decide or not."""
    return Action.objects.visible_to(reviewer_of(who).person).pending()


def to_check(who: Person | Reviewer) -> ActionQuerySet:
    """The reported actions whose conditions nobody has checked, for those who may: check_refusal, said in SQL."""
    person = reviewer_of(who).person
    if not may_check(person):
        return Action.objects.none()
    reported = Action.objects.visible_to(person).filter(state__in=REPORTED, condition_check__isnull=True)
    return reported.exclude(conditions=[]).exclude(_owned_by(person.identity))


QUEUES = (
    Queue("mine", "Mine to decide", "Mine", mine),
    Queue("all", "Waiting in my teams", "My teams", everything),
    Queue("conditions", "Conditions to check", "Conditions", to_check, decides=False),
)


def queue_named(slug: str) -> Queue | None:
    """The queue at this place, or None."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)


class Counts:
    """How many actions are in each queue of a person; asked once per request, and each only if shown."""

    def __init__(self, reviewer: Reviewer):
        self.reviewer = reviewer
        self._known: dict[str, int] = {}

    def of(self, queue: Queue) -> int:
        """The number of one queue."""
        if queue.slug not in self._known:
            self._known[queue.slug] = queue.rows(self.reviewer).count()
        return self._known[queue.slug]

    @property
    def mine(self) -> int:
        """What waits for this very person."""
        return self.of(QUEUES[0])

    @property
    def everything(self) -> int:
        """What waits in the person's teams."""
        return self.of(QUEUES[1])

    @property
    def tabs(self) -> list[tuple[Queue, int]]:
        """Every queue with its number."""
        return [(queue, self.of(queue)) for queue in QUEUES]


def next_for(who: Person | Reviewer, besides: Action) -> Action | None:
    """The action at the top of this person's queue."""
    return mine(who).exclude(pk=besides.pk).order_by(*ORDER.order).first()


def summary(rows: QuerySet[Action], now: datetime) -> dict[str, Any]:
    """How many wait, since when the oldest does, and how many are due within the hour."""
    found = rows.aggregate(
        count=Count("pk"), oldest=Min("created_at"), soon=Count("pk", filter=Q(deadline__lte=now + moments.SOON))
    )
    found["waiting"] = moments.length(now - found["oldest"]) if found["oldest"] else ""
    return found

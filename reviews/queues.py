"""The queues people work through, declared once; the page, its tabs and the rail read the same list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from actions.models import Action, ActionQuerySet
from actions.models import Seat as OpenSeat
from governance.models import Person
from governance.routing import CEILINGS
from governance.rule_authors import changes_by
from reviews import moments
from reviews.check_conditions import REPORTED, may_check
from reviews.eligibility import RULES_FRESH, Reviewer, Seat, reviewer_of
from reviews.keyset import Keyset
from reviews.models import Vote

PAGE_SIZE = 25
ORDER = Keyset("-risk_score", "id")
OLDEST_FIRST = Keyset("id")


@dataclass(frozen=True)
class Queue:
    """One queue: its place in the address, its words, and which actions of a person's teams are in it.

    A queue of things looked at afterwards has a `table` of its own, an order, what to say when it is empty, and the
    columns that say since when a row waits and when it is due. `is_for` says whose tabs show it.
    """

    slug: str
    title: str
    tab: str
    rows: Callable[[Reviewer], ActionQuerySet]
    order: Keyset = ORDER
    table: str = ""
    empty: str = ""
    since: str = "created_at"
    due: str = "deadline"
    is_for: Callable[[Reviewer], bool] = lambda reviewer: True

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
        from_any_seat |= _decidable_from(reviewer, seat)
    return pending.filter(from_any_seat).exclude(_barred(reviewer, person))


def _decidable_from(reviewer: Reviewer, seat: Seat) -> Q:
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
    return theirs & ~_barred(reviewer, away) if away else theirs


def _barred(reviewer: Reviewer, holder: Person) -> Q:
    """What this human being has to keep out of, or has voted on already."""
    barred = _owned_by(holder.identity) | _voted(holder.identity)
    if reviewer.rule_changes_of(holder):
        judged = OuterRef("created_at")
        fresh = changes_by(holder.identity).filter(ts__gt=judged - RULES_FRESH, ts__lte=judged)
        barred |= Q(Exists(fresh))
    return barred


def _owned_by(identity: int) -> Q:
    """They answer for the agent, or made its key."""
    return _is("agent__owner", identity) | _is("principal__owner", identity) | _is("key__issued_by", identity)


def _voted(identity: int) -> Q:
    """They voted, or their delegate did."""
    votes = Vote.objects.filter(action=OuterRef("pk"))
    return Q(Exists(votes.filter(Q(identity=identity) | _is("person", identity) | _is("on_behalf_of", identity))))


def _is(person: str, identity: int) -> Q:
    """Whether the person at this place is that human being, by whichever account."""
    return Q(**{person: identity}) | Q(**{f"{person}__same_as": identity})


def everything(who: Person | Reviewer) -> ActionQuerySet:
    """All that waits in the person's teams, theirs to decide or not."""
    return Action.objects.visible_to(reviewer_of(who).person).pending()


def reviews_glass(reviewer: Reviewer) -> bool:
    """Whether the person's role looks at broken glass."""
    return reviewer.person.has_perm("actions.review_glass")


def broken_glass(who: Person | Reviewer) -> ActionQuerySet:
    """The approvals by break-glass that nobody has looked at yet."""
    reviewer = reviewer_of(who)
    if not reviews_glass(reviewer):
        return Action.objects.none()
    rows = Action.objects.visible_to(reviewer.person).filter(break_glass__reviewed_at__isnull=True)
    rows = rows.filter(break_glass__isnull=False).select_related("break_glass__person")
    return rows.annotate(place=F("break_glass__pk"))


def samples(who: Person | Reviewer) -> ActionQuerySet:
    """What the rules approved and this person may look at: samples.sample_refusal, said in SQL."""
    reviewer = reviewer_of(who)
    person = reviewer.person
    if not person.is_active or not reviewer.decides:
        return Action.objects.none()
    rows = Action.objects.visible_to(person).filter(sample__isnull=False, sample__looked_at__isnull=True)
    rows = rows.filter(risk_score__lte=CEILINGS.get(person.approval_level or 0, -1.0))
    return rows.exclude(_owned_by(person.identity)).annotate(place=F("sample__pk"))


def assigned(who: Person | Reviewer) -> ActionQuerySet:
    """What this person is asked to decide. Their vote ends an assignment, and so does every decision."""
    person = reviewer_of(who).person
    return Action.objects.visible_to(person).pending().filter(_is("assignment__person", person.identity))


def to_check(who: Person | Reviewer) -> ActionQuerySet:
    """The reported actions whose conditions nobody has checked, for those who may: check_refusal, said in SQL."""
    person = reviewer_of(who).person
    if not may_check(person):
        return Action.objects.none()
    reported = Action.objects.visible_to(person).filter(state__in=REPORTED, condition_check__isnull=True)
    return reported.exclude(conditions=[]).exclude(_owned_by(person.identity))


MINE = Queue("mine", "Mine to decide", "Mine", mine)
ALL = Queue("all", "Waiting in my teams", "My teams", everything)
QUEUES = (
    MINE,
    Queue("assigned", "Assigned to me", "Assigned to me", assigned),
    ALL,
    Queue(
        "samples",
        "Samples of what the rules approved",
        "Samples",
        samples,
        order=Keyset("place"),
        table="_queue_samples.html",
        empty="No sample waits. Of the actions the rules approve by themselves, some are drawn for a person to see.",
        since="sample__drawn_at",
        due="",
        is_for=lambda reviewer: reviewer.decides,
    ),
    Queue(
        "glass",
        "Break-glass reviews",
        "Break-glass",
        broken_glass,
        order=Keyset("place"),
        table="_queue_glass.html",
        empty="No broken glass waits for a review.",
        since="break_glass__broken_at",
        due="break_glass__review_by",
        is_for=reviews_glass,
    ),
    Queue(
        "conditions",
        "Conditions to check",
        "Conditions",
        to_check,
        order=OLDEST_FIRST,
        table="_queue_conditions.html",
        empty="Nothing to check. An action approved with conditions appears here once its agent has reported.",
        since="outcome__reported_at",
        due="",
        is_for=lambda reviewer: may_check(reviewer.person),
    ),
)


def queue_named(slug: str) -> Queue | None:
    """The queue at this place, or None."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)


class Counts:
    """How many actions wait in each queue of a person; each asked once per request, and only if shown."""

    def __init__(self, reviewer: Reviewer):
        self.reviewer = reviewer
        self._counted: dict[str, int] = {}

    @cached_property
    def by_slug(self) -> dict[str, int]:
        """The number of each queue of this person, counted in one statement however many there are."""
        shown = [queue for queue in QUEUES if queue.is_for(self.reviewer)]
        first, *others = [
            queue.rows(self.reviewer).order_by().values(slug=Value(queue.slug)).annotate(number=Count("pk"))
            for queue in shown
        ]
        counted = {row["slug"]: row["number"] for row in first.union(*others, all=True)}
        return {queue.slug: counted.get(queue.slug, 0) for queue in shown}

    def of(self, queue: Queue) -> int:
        """The number of one queue, counted alone where the others are not asked for."""
        if "by_slug" in self.__dict__:
            return self.by_slug[queue.slug]
        if queue.slug not in self._counted:
            self._counted[queue.slug] = queue.rows(self.reviewer).count()
        return self._counted[queue.slug]

    @property
    def mine(self) -> int:
        """What waits for this very person: the number every page shows."""
        return self.of(MINE)

    @property
    def everything(self) -> int:
        """What waits in the person's teams."""
        return self.of(ALL)

    @property
    def tabs(self) -> list[tuple[Queue, int]]:
        """Every queue of this person with its number."""
        return [(queue, self.by_slug[queue.slug]) for queue in QUEUES if queue.slug in self.by_slug]

    @property
    def glass(self) -> int:
        """The broken glasses that wait for somebody to look; 0 for a person whose role does not."""
        return self.by_slug.get("glass", 0)

    @cached_property
    def glass_overdue(self) -> int:
        """Those of them nobody looked at in time."""
        rows = broken_glass(self.reviewer).filter(break_glass__review_by__lte=timezone.now())
        return rows.count() if self.glass else 0


def next_for(who: Person | Reviewer, besides: Action) -> Action | None:
    """The action at the top of this person's queue."""
    return mine(who).exclude(pk=besides.pk).order_by(*ORDER.order).first()


def summary(rows: QuerySet[Action], now: datetime, queue: Queue = QUEUES[0]) -> dict[str, Any]:
    """How many wait, since when the oldest does, and how many are due within the hour."""
    soon = Q(**{f"{queue.due}__lte": now + moments.SOON}) if queue.due else Q(pk__in=())
    found = rows.aggregate(count=Count("pk"), oldest=Min(queue.since), soon=Count("pk", filter=soon))
    found["waiting"] = moments.length(now - found["oldest"]) if found["oldest"] else ""
    return found

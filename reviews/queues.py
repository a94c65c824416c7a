"""The queues people work through, declared once; the page, its tabs and the rail read the same list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from actions.models import Action, ActionQuerySet, Agent, Sample
from actions.models import Seat as OpenSeat
from governance.models import Person
from governance.routing import CEILINGS
from governance.rule_authors import changes_by
from reviews.check_conditions import REPORTED, may_check
from reviews.eligibility import RULES_FRESH, Reviewer, Seat, reviewer_of
from reviews.kin import Kin
from reviews.models import BreakGlass, Vote
from reviews.sorting import BY_RISK, WAITING, Order, by_age

PAGE_SIZE = 25


@dataclass(frozen=True)
class Queue:
    """One queue: its place in the address, its words, and which actions of a person's teams are in it.

    The first of its `orders` is its own. A queue of things looked at afterwards has a `table` of its own, and columns
    that say since when a row waits and when it is due. `empty` says what would be here, `is_for` whose tabs show it,
    `about` what it is.
    `within` is which of everything that waits it has, so that one look at that counts all queues of what waits. Those
    that have none have `anywhere`: whatever waits there in the whole portal, which mostly is nothing.
    """

    slug: str
    title: Promise
    tab: Promise
    rows: Callable[[Reviewer], ActionQuerySet]
    empty: Promise | str = ""
    orders: Mapping[str, Order] = field(default_factory=lambda: WAITING)
    table: str = ""
    since: str = "created_at"
    due: str = "deadline"
    is_for: Callable[[Reviewer], bool] = lambda reviewer: True
    within: Callable[[Reviewer], Q] | None = None
    anywhere: Callable[[], QuerySet[Any]] | None = None
    about: Promise | str = ""

    @property
    def url(self) -> str:
        """Where the queue is."""
        return reverse("queue") if self.slug == QUEUES[0].slug else reverse("queue_of", args=[self.slug])

    def title_for(self, reviewer: Reviewer) -> str:
        """Its title. Who sees every team reads no "my teams" over everything there is."""
        return gettext("Waiting in all teams") if self is ALL and sees_every_team(reviewer) else str(self.title)

    def tab_for(self, reviewer: Reviewer) -> str:
        """Its title on a tab."""
        return gettext("All teams") if self is ALL and sees_every_team(reviewer) else str(self.tab)


def mine(who: Person | Reviewer) -> ActionQuerySet:
    """What this person may decide: eligibility.refusal, said in SQL so that it can be counted and paged.

    The rows still ask `refusal` one by one; a test holds the two together. That the person sees them need not be said:
    an action is decided from its team, or from a group that it waits for.
    """
    return Action.objects.pending().filter(_is_mine(reviewer_of(who)))


def _is_mine(reviewer: Reviewer) -> Q:
    from_any_seat = Q(pk__in=())
    if not reviewer.person.is_active or not reviewer.decides:
        return from_any_seat
    for seat in reviewer.seats:
        from_any_seat |= _decidable_from(reviewer, seat)
    return from_any_seat & ~_barred(reviewer, reviewer.person)


def _decidable_from(reviewer: Reviewer, seat: Seat) -> Q:
    """The actions that want somebody like this now. Those of the default route have no rows of seats."""
    away = seat.on_behalf_of
    if away is not None and away.identity == seat.person.identity:
        return Q(pk__in=())
    seats = OpenSeat.objects.filter(action=OuterRef("pk"))
    wanted = seats.filter(is_open=True, level__lte=seat.level)
    in_team = Q() if seat.sees_all else Q(team__in=seat.groups)
    theirs = in_team & (~Exists(seats) | Exists(wanted.filter(group__isnull=True)))
    theirs |= Q(Exists(wanted.filter(group__in=seat.groups)))
    theirs &= Q(risk_score__lte=CEILINGS.get(seat.level, -1.0))
    return theirs & ~_barred(reviewer, away) if away else theirs


def _barred(reviewer: Reviewer, holder: Person) -> Q:
    """What this human being has to keep out of, or has voted on already."""
    kin = reviewer.kin(holder)
    barred = kin.answers_for | _voted(kin)
    if reviewer.rule_changes_of(holder):
        judged = OuterRef("created_at")
        fresh = changes_by(holder.identity).filter(ts__gt=judged - RULES_FRESH, ts__lte=judged)
        barred |= Q(Exists(fresh))
    return barred


def _voted(kin: Kin) -> Q:
    """They voted, or their delegate did."""
    votes = Vote.objects.filter(action=OuterRef("pk"))
    return Q(Exists(votes.filter(Q(identity=kin.identity) | kin.is_at("person") | kin.is_at("on_behalf_of"))))


def everything(who: Person | Reviewer) -> ActionQuerySet:
    """All that waits in the person's teams, theirs to decide or not."""
    return reviewer_of(who).sees().pending()


def in_my_teams(who: Person | Reviewer) -> ActionQuerySet:
    """What waits in the groups of somebody who sees every team."""
    return everything(who).filter(_is_of_my_teams(reviewer_of(who)))


def claimed(who: Person | Reviewer) -> ActionQuerySet:
    """What somebody is at now: Row.claim, said in SQL."""
    return everything(who).filter(_is_claimed(reviewer_of(who)))


def escalated(who: Person | Reviewer) -> ActionQuerySet:
    """What was escalated and is still undecided."""
    return everything(who).filter(_is_escalated(reviewer_of(who)))


def _is_of_my_teams(reviewer: Reviewer) -> Q:
    return Q(team__in=reviewer.seats[0].groups)


def _is_claimed(reviewer: Reviewer) -> Q:
    return Q(claim__expires_at__gt=timezone.now())


def _is_escalated(reviewer: Reviewer) -> Q:
    return Q(escalated=True)


def _is_assigned(reviewer: Reviewer) -> Q:
    return reviewer.kin(reviewer.person).is_at("assignment__person")


def sees_every_team(reviewer: Reviewer) -> bool:
    """Whether no team is closed to the person."""
    return reviewer.sees_all(reviewer.person)


def _has_teams_beside_all(reviewer: Reviewer) -> bool:
    """Whether "my teams" and "all teams" are two things: the person sees more teams than they belong to."""
    if not sees_every_team(reviewer) or not (groups := reviewer.seats[0].groups):
        return False
    return Agent.objects.exclude(team__in=groups).exists()


def reviews_glass(reviewer: Reviewer) -> bool:
    """Whether the person's role looks at broken glass."""
    return reviewer.person.has_perm("actions.review_glass")


def broken_glass(who: Person | Reviewer) -> ActionQuerySet:
    """The approvals by break-glass that nobody has looked at yet."""
    reviewer = reviewer_of(who)
    if not reviews_glass(reviewer):
        return Action.objects.none()
    rows = reviewer.sees().filter(break_glass__reviewed_at__isnull=True)
    rows = rows.filter(break_glass__isnull=False).select_related("break_glass__person")
    return rows.annotate(place=F("break_glass__pk"))


def samples(who: Person | Reviewer) -> ActionQuerySet:
    """What the rules approved and this person may look at: samples.sample_refusal, said in SQL."""
    reviewer = reviewer_of(who)
    person = reviewer.person
    if not person.is_active or not reviewer.decides:
        return Action.objects.none()
    rows = reviewer.sees().filter(sample__isnull=False, sample__looked_at__isnull=True)
    rows = rows.filter(risk_score__lte=CEILINGS.get(person.approval_level or 0, -1.0))
    return rows.exclude(reviewer.kin(person).answers_for).annotate(place=F("sample__pk"))


def assigned(who: Person | Reviewer) -> ActionQuerySet:
    """What this person is asked to decide. Their vote ends an assignment, and so does every decision."""
    return everything(who).filter(_is_assigned(reviewer_of(who)))


def to_check(who: Person | Reviewer) -> ActionQuerySet:
    """The reported actions whose conditions nobody has checked, for those who may: check_refusal, said in SQL."""
    reviewer = reviewer_of(who)
    if not may_check(reviewer.person):
        return Action.objects.none()
    return (_unchecked() & reviewer.sees()).exclude(reviewer.kin(reviewer.person).answers_for)


def _unchecked() -> ActionQuerySet:
    return Action.objects.filter(state__in=REPORTED, condition_check__isnull=True).exclude(conditions=[])


MINE = Queue("mine", gettext_lazy("Mine to decide"), gettext_lazy("Mine"), mine, within=_is_mine)
ALL = Queue(
    "all",
    gettext_lazy("Waiting in my teams"),
    gettext_lazy("My teams"),
    everything,
    within=lambda reviewer: Q(),
    empty=gettext_lazy("Nothing waits. An action your agents submit for review appears here by itself."),
)
QUEUES = (
    MINE,
    Queue(
        "assigned",
        gettext_lazy("Assigned to me"),
        gettext_lazy("Assigned to me"),
        assigned,
        within=_is_assigned,
        empty=gettext_lazy(
            "Nothing is assigned to you. Whoever may decide an action, or leads its team, can ask you to."
        ),
    ),
    Queue(
        "teams",
        gettext_lazy("Waiting in my teams"),
        gettext_lazy("My teams"),
        in_my_teams,
        within=_is_of_my_teams,
        empty=gettext_lazy("Nothing waits in your own teams. The tab of all teams has those of the others."),
        is_for=_has_teams_beside_all,
    ),
    ALL,
    Queue(
        "claimed",
        gettext_lazy("Somebody is on it"),
        gettext_lazy("Claimed"),
        claimed,
        within=_is_claimed,
        empty=gettext_lazy(
            "Nobody is on anything. Who presses “I’m on it” on an action is shown here, so that two people do not read"
            " the same one."
        ),
    ),
    Queue(
        "escalated",
        gettext_lazy("Escalated"),
        gettext_lazy("Escalated"),
        escalated,
        within=_is_escalated,
        empty=gettext_lazy("Nothing is escalated. What waits longer than its route allows appears here."),
    ),
    Queue(
        "samples",
        gettext_lazy("Samples of what the rules approved"),
        gettext_lazy("Samples"),
        samples,
        orders={**by_age("place"), **BY_RISK},
        table="_queue_samples.html",
        about=gettext_lazy(
            "Some of what the rules approved alone, drawn so that a person sees whether they were right."
        ),
        empty=gettext_lazy("No sample waits. Of what the rules approve alone, some is drawn for a person to see."),
        since="sample__drawn_at",
        due="",
        is_for=lambda reviewer: reviewer.decides,
        anywhere=lambda: Sample.objects.filter(looked_at__isnull=True),
    ),
    Queue(
        "glass",
        gettext_lazy("Break-glass reviews"),
        gettext_lazy("Break-glass"),
        broken_glass,
        orders={**by_age("place"), **BY_RISK},
        table="_queue_glass.html",
        empty=gettext_lazy("No broken glass waits for a review."),
        since="break_glass__broken_at",
        due="break_glass__review_by",
        is_for=reviews_glass,
        anywhere=lambda: BreakGlass.objects.filter(reviewed_at__isnull=True),
    ),
    Queue(
        "conditions",
        gettext_lazy("Conditions to check"),
        gettext_lazy("Conditions"),
        to_check,
        orders={**by_age("id"), **BY_RISK},
        table="_queue_conditions.html",
        about=gettext_lazy("Approvals that asked the agent to keep to something: look whether it did."),
        empty=gettext_lazy(
            "Nothing to check. An action approved with conditions appears here once its agent has reported."
        ),
        since="outcome__reported_at",
        due="",
        is_for=lambda reviewer: may_check(reviewer.person),
        anywhere=_unchecked,
    ),
)


def queue_named(slug: str) -> Queue | None:
    """The queue at this place, or None."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)


def next_for(who: Person | Reviewer, besides: Action) -> Action | None:
    """The action that comes after this one in this person's queue; after the last one, the one at its top."""
    keyset = WAITING["risk"].keyset
    others = mine(who).exclude(pk=besides.pk).order_by(*keyset.order).values("pk")
    following = Coalesce(Subquery(others.filter(keyset.beyond(besides))[:1]), Subquery(others[:1]))
    # Cast, because PostgreSQL takes two looks that cannot find anything for texts.
    return Action.objects.filter(pk=Cast(following, BigIntegerField())).first()

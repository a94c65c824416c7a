"""The queues people work through, declared once; the page, its tabs and the rail read the same list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse

from actions.models import Action, ActionQuerySet
from governance.models import Person
from reviews import moments
from reviews.keyset import Keyset
from reviews.models import Vote

PAGE_SIZE = 25
ORDER = Keyset("-risk_score", "id")


@dataclass(frozen=True)
class Queue:
    """One queue: its place in the address, its words, and which actions of a person's teams are in it."""

    slug: str
    title: str
    tab: str
    rows: Callable[[Person], ActionQuerySet]

    @property
    def url(self) -> str:
        """Where the queue is."""
        return reverse("queue") if self.slug == QUEUES[0].slug else reverse("queue_of", args=[self.slug])


def mine(person: Person) -> ActionQuerySet:
    """What this person may decide: eligibility.refusal, said in SQL so that it can be counted and paged.

    The rows still ask `refusal` one by one; a test holds the two together.
    """
    pending = Action.objects.visible_to(person).pending()
    if not person.is_active or not person.has_perm("actions.decide_action"):
        return pending.none()
    return (
        pending.filter(risk_score__lte=person.approval_ceiling)
        .exclude(Q(agent__owner=person) | Q(principal__owner=person))
        .exclude(Exists(Vote.objects.filter(action=OuterRef("pk"), person=person)))
    )


def everything(person: Person) -> ActionQuerySet:
    """All that waits in the person's teams, theirs to decide or not."""
    return Action.objects.visible_to(person).pending()


QUEUES = (
    Queue("mine", "Mine to decide", "Mine", mine),
    Queue("all", "Waiting in my teams", "My teams", everything),
)


def queue_named(slug: str) -> Queue | None:
    """The queue at this place, or None."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)


class Counts:
    """How many actions wait in each queue of a person; asked once per request, and only if shown."""

    def __init__(self, person: Person):
        self.person = person

    @cached_property
    def by_slug(self) -> dict[str, int]:
        """The number of each queue."""
        return {queue.slug: queue.rows(self.person).count() for queue in QUEUES}

    @property
    def mine(self) -> int:
        """What waits for this very person."""
        return self.by_slug["mine"]

    @property
    def everything(self) -> int:
        """What waits in the person's teams."""
        return self.by_slug["all"]

    @property
    def tabs(self) -> list[tuple[Queue, int]]:
        """Every queue with its number."""
        return [(queue, self.by_slug[queue.slug]) for queue in QUEUES]


def next_for(person: Person, besides: Action) -> Action | None:
    """The action at the top of this person's queue."""
    return mine(person).exclude(pk=besides.pk).order_by(*ORDER.order).first()


def summary(rows: QuerySet[Action], now: datetime) -> dict[str, Any]:
    """How many wait, since when the oldest does, and how many are due within the hour."""
    found = rows.aggregate(
        count=Count("pk"), oldest=Min("created_at"), soon=Count("pk", filter=Q(deadline__lte=now + moments.SOON))
    )
    found["waiting"] = moments.length(now - found["oldest"]) if found["oldest"] else ""
    return found

"""How the house reviews: who voted how over some days, how old the queue is, and what nobody decided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Length

from actions.models import Action
from governance.models import Person
from reviews.days import end_of, start_of
from reviews.listing.rows import COUNTED
from reviews.models import BreakGlass, Verdict, Vote
from reviews.oversight.figures import Reviewing, Seen, by_reviewer
from reviews.vigilance import by_person

# The latest so many votes of the days are counted; the page says when there were more.
MOST = 50_000


@dataclass(frozen=True)
class Days:
    """From which day to which, and for which level of risk."""

    since: date
    until: date
    level: str = ""

    @property
    def query(self) -> str:
        """The same days in the listing of actions, for votes."""
        level = f"&level={self.level}" if self.level else ""
        return f"voted_since={self.since}&voted_until={self.until}{level}"

    @property
    def decided(self) -> str:
        """The same days in the listing of actions, for decisions."""
        level = f"&level={self.level}" if self.level else ""
        return f"decided_since={self.since}&decided_until={self.until}{level}"


@dataclass(frozen=True)
class Bounded:
    """A number, counted up to a bound."""

    number: int

    @property
    def shown(self) -> int:
        """What is known to be there."""
        return min(self.number, COUNTED)

    @property
    def is_more(self) -> bool:
        """Whether there may be more than that."""
        return self.number > COUNTED


class House:
    """Everything the page shows, as this person may see it."""

    def __init__(self, person: Person, days: Days, now: datetime):
        self.person, self.days, self.now = person, days, now
        self.sees_all = person.has_perm("actions.view_all_teams")
        found = self._votes().order_by("-created_at", "-pk")[: MOST + 1]
        columns = ("person", "verdict", "created_at", "opened_at", Length("action__content"), "bulk_of")
        read = list(found.values_list(*columns).iterator())
        self.is_cut = len(read) > MOST
        self.people = by_reviewer(
            Seen(person, verdict == Verdict.APPROVE, *rest) for person, verdict, *rest in read[:MOST]
        )
        self._name(self.people)

    # -- Now ----------------------------------------------------------------------------------------------------------

    def waiting(self) -> tuple[int, timedelta | None]:
        """How many wait now, and the 95th percentile of how long they do."""
        rows = self._scoped_actions(Action.objects.visible_to(self.person).pending()).order_by("-created_at")
        number = rows.count()
        if not number:
            return 0, None
        at = rows.values_list("created_at", flat=True)[math.ceil(0.95 * number) - 1]
        return number, self.now - at

    def glass_overdue(self) -> int:
        """How many broken glasses nobody looked at in time, whenever they were broken."""
        return self._glass().filter(reviewed_at__isnull=True, review_by__lte=self.now).count()

    # -- Over the days ------------------------------------------------------------------------------------------------

    def glass_broken(self) -> int:
        """How often the glass was broken in these days."""
        days = self.days
        return self._glass().filter(broken_at__gte=start_of(days.since), broken_at__lt=end_of(days.until)).count()

    # -- Scope --------------------------------------------------------------------------------------------------------

    def _votes(self) -> QuerySet[Vote]:
        days = self.days
        votes = Vote.objects.filter(created_at__gte=start_of(days.since), created_at__lt=end_of(days.until))
        if days.level:
            votes = votes.filter(action__risk_level=days.level)
        return votes if self.sees_all else votes.filter(action__in=self._visible())

    def _glass(self) -> QuerySet[BreakGlass]:
        rows = BreakGlass.objects.filter(action__risk_level=self.days.level) if self.days.level else BreakGlass.objects
        return rows.all() if self.sees_all else rows.filter(action__in=self._visible())

    def _scoped_actions(self, rows: QuerySet[Action]) -> QuerySet[Action]:
        return rows.filter(risk_level=self.days.level) if self.days.level else rows

    def _visible(self) -> QuerySet[Action]:
        return Action.objects.visible_to(self.person).order_by().values("pk")  # type: ignore[return-value]

    def _name(self, people: list[Reviewing]) -> None:
        names = {
            person.pk: person.shown_name for person in Person.objects.filter(pk__in=[one.person for one in people])
        }
        eyes = {one.person: one for one in by_person(self._votes())}
        for one in people:
            one.name = names[one.person]
            if one.person in eyes:
                one.caught, one.missed = eyes[one.person].caught, eyes[one.person].missed

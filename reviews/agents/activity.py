"""What an agent did of late: what became of it, of which types it was, and how it lies over the days."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actions.models import Action, Agent, Sample, State
from governance.models import Person
from reviews import moments
from reviews.agents.scope import APPROVED, counted, is_alarming, percent
from reviews.agents.strip import Bar, strip
from reviews.phrasing import Phrase, phrase

RECENT = 1000  # of the latest actions, counted by what became of them
DRAWN = 5000  # of the latest actions, drawn by day
DAYS = 30
SHOWN = 10  # lines of a list
_TYPES = 8

# Where an action stands, in the order it gets there.
_STANDINGS: dict[str, Promise] = {
    State.PENDING: gettext_lazy("waiting for a decision"),
    State.APPROVED: gettext_lazy("approved, no outcome reported"),
    State.EXECUTING: gettext_lazy("approved, at work"),
    State.EXECUTED: gettext_lazy("approved and executed"),
    State.FAILED: gettext_lazy("approved, failed"),
    State.OUTCOME_UNKNOWN: gettext_lazy("approved, outcome unknown"),
    State.REJECTED: gettext_lazy("rejected"),
    State.EXPIRED: gettext_lazy("expired undecided"),
    State.CHANGES_REQUESTED: gettext_lazy("sent back for changes"),
    State.CANCELLED: gettext_lazy("withdrawn or revoked"),
}


class Became(NamedTuple):
    """One line of what became of its actions."""

    state: str
    words: str | Promise
    number: int
    percent: float


class Day(NamedTuple):
    """One day of the strip."""

    day: date
    submitted: int
    rejected: int


class Line(NamedTuple):
    """One action in words."""

    action: Action
    phrase: Phrase
    standing: str | Promise
    due: moments.Due | None


class Looked(NamedTuple):
    """What people found when they looked afterwards at what the rules approved."""

    number: int
    concerns: list[Sample]


class Activity:
    """An agent's actions as far as one person may see them."""

    def __init__(self, agent: Agent, person: Person, now: datetime):
        self.agent = agent
        self.person = person
        self.now = now
        self.actions = counted(person).filter(agent=agent)

    @cached_property
    def _latest(self) -> list[tuple[int, str, str]]:
        columns = self.actions.order_by("-id").values_list("pk", "state", "action_type")
        return list(columns[: RECENT + 1])

    @property
    def recent(self) -> list[tuple[int, str, str]]:
        """The latest actions that are counted."""
        return self._latest[:RECENT]

    @property
    def total(self) -> int:
        """How many those are."""
        return len(self.recent)

    @property
    def has_more(self) -> bool:
        """Whether there are older ones, which are not counted."""
        return len(self._latest) > RECENT

    @cached_property
    def states(self) -> Counter[str]:
        """How many of them stand where."""
        return Counter(state for _pk, state, _type in self.recent)

    @property
    def became(self) -> list[Became]:
        """What became of them, in the order things happen."""
        return [
            Became(state, words, self.states[state], 100 * self.states[state] / self.total)
            for state, words in _STANDINGS.items()
            if self.states[state]
        ]

    @property
    def settled(self) -> int:
        """How many of them wait no more."""
        return self.total - self.states[State.PENDING]

    @property
    def approved(self) -> int:
        """How many were approved, whatever came of it."""
        return sum(self.states[state] for state in APPROVED)

    @property
    def approval_rate(self) -> float | None:
        """The approved among the settled, in percent."""
        return percent(self.approved, self.settled)

    @property
    def rejected(self) -> int:
        """How many were rejected, by people or by the rules."""
        return self.states[State.REJECTED]

    @property
    def rejection_rate(self) -> float | None:
        """The rejected among all of them in percent, as the guide counts it."""
        return percent(self.rejected, self.total)

    @property
    def is_alarming(self) -> bool:
        """Whether that is more than the guide's limit."""
        return is_alarming(self.rejected, self.total)

    @cached_property
    def types(self) -> list[tuple[str, int]]:
        """Its most frequent types of action, with how many there were."""
        return Counter(action_type for _pk, _state, action_type in self.recent).most_common(_TYPES)

    @property
    def types_left_out(self) -> int:
        """How many more types there are."""
        return len({action_type for _pk, _state, action_type in self.recent}) - len(self.types)

    @property
    def last_seen(self) -> datetime | None:
        """When it last submitted something."""
        return self.latest[0].action.created_at if self.latest else None

    # -- by day ------------------------------------------------------------------------------------------------------

    @cached_property
    def drawn_since(self) -> datetime | None:
        """From which moment on the days are counted, where it submits too much for the whole month."""
        older = self.actions.order_by("-id").values_list("created_at", flat=True)[DRAWN - 1 : DRAWN]
        oldest = next(iter(older), None)
        return oldest if oldest is not None and oldest > self._first_midnight else None

    @property
    def most_drawn(self) -> int:
        """How many of its latest actions the days are counted over at most."""
        return DRAWN

    @property
    def _first_day(self) -> date:
        return timezone.localdate(self.now) - timedelta(days=DAYS - 1)

    @property
    def _first_midnight(self) -> datetime:
        return datetime.combine(self._first_day, time(), tzinfo=timezone.get_current_timezone())

    @cached_property
    def days(self) -> list[Day]:
        """The last 30 days of the reader's zone, days without anything among them."""
        rows = self.actions.filter(created_at__gte=self.drawn_since or self._first_midnight).order_by()
        by_day = rows.annotate(day=TruncDate("created_at", tzinfo=timezone.get_current_timezone())).values_list("day")
        found = {
            day: (submitted, rejected)
            for day, submitted, rejected in by_day.annotate(
                Count("pk"), rejected=Count("pk", filter=Q(state=State.REJECTED))
            )
        }
        days = [self._first_day + timedelta(days=number) for number in range(DAYS)]
        return [Day(day, *found.get(day, (0, 0))) for day in days]

    @property
    def busy_days(self) -> list[Day]:
        """The days on which it submitted anything, latest first."""
        return [day for day in reversed(self.days) if day.submitted]

    @property
    def strip(self) -> SafeString:
        """The days as bars."""
        bars = [Bar(_words_of(day), day.submitted, day.rejected) for day in self.days]
        number = sum(day.submitted for day in self.days)
        label = ngettext(
            "%(number)d action in the last 30 days, %(rejected)d rejected; the table below has each day.",
            "%(number)d actions in the last 30 days, %(rejected)d rejected; the table below has each day.",
            number,
        )
        return strip(bars, label % {"number": number, "rejected": sum(day.rejected for day in self.days)})

    @property
    def busiest(self) -> int:
        """How many there were on the busiest day."""
        return max(day.submitted for day in self.days)

    # -- one by one --------------------------------------------------------------------------------------------------

    @cached_property
    def latest(self) -> list[Line]:
        """Its latest actions in words."""
        return [self._line(action) for action in self.actions.order_by("-id")[:SHOWN]]

    @cached_property
    def open(self) -> list[Line]:
        """Those that wait, whose deadline comes first at the top."""
        waiting = self.actions.pending().order_by("deadline", "id")
        return [self._line(action) for action in waiting[:SHOWN]]

    @cached_property
    def waiting(self) -> int:
        """How many wait."""
        return self.actions.pending().count()

    @cached_property
    def looked(self) -> Looked | None:
        """What samples of the counted actions showed, where that is this person's to know."""
        if not (self.person.has_perm("actions.decide_action") or self.person.has_perm("actions.view_sample")):
            return None
        oldest = self.recent[-1][0] if self.recent else 0
        samples = Sample.objects.filter(action__in=self.actions, action_id__gte=oldest, looked_at__isnull=False)
        found = list(samples.select_related("looked_by").order_by("-action_id"))
        return Looked(len(found), [one for one in found if one.finding == Sample.Finding.CONCERN])

    def _line(self, action: Action) -> Line:
        due = moments.due(action.deadline, self.now) if action.state == State.PENDING else None
        return Line(action, phrase(action.payload), _STANDINGS[action.state], due)


def _words_of(day: Day) -> str:
    words = ngettext(
        "%(day)s: %(submitted)d action, %(rejected)d rejected",
        "%(day)s: %(submitted)d actions, %(rejected)d rejected",
        day.submitted,
    )
    shown = date_format(day.day, _("j M Y"))
    return words % {"day": shown, "submitted": day.submitted, "rejected": day.rejected}

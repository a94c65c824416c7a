"""What an agent did before, and how actions like this one were decided. Of what the person may see, within a bound.

Everything is counted over the agent's latest thousand actions, by the index (agent, -id). A settled test of vigilance
is no deed of the agent and counts nowhere; while it waits, it is counted like any other, so nothing tells it apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from actions.models import Action, DecidedVia, State
from governance.models import Person
from reviews.phrasing import Phrase, phrase

# The agent's latest actions that are looked at.
RECENT = 1000
# How many are shown by name.
SHOWN = 5
_RECORD = timedelta(days=30)
_SEEN_BEFORE = timedelta(days=90)
_WENT_ON = (State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN)
_APPROVED = (State.APPROVED, *_WENT_ON)
_ANSWERED = (*_APPROVED, State.REJECTED, State.CHANGES_REQUESTED)
_BY_PEOPLE = (DecidedVia.PERSON, DecidedVia.GLASS)
# From this share of rejections on, the guide calls for a look at the agent; of fewer decisions it says nothing.
_MANY_REJECTED = 0.10
_FEW = 10


class _Row(NamedTuple):
    """What is counted of an action."""

    pk: int
    state: str
    decided_via: str
    alike: int
    lately: bool

    @property
    def passed(self) -> bool:
        """Whether the rules let it pass and nothing went wrong."""
        return self.decided_via == DecidedVia.RULES and self.state in _APPROVED and self.state != State.FAILED


@dataclass(frozen=True)
class Earlier:
    """An earlier action in words, and how it ended."""

    action: Action

    @property
    def phrase(self) -> Phrase:
        """What it was."""
        return phrase(self.action.payload)

    @property
    def verdict(self) -> str:
        """What was decided: an executed action was approved."""
        state = State(self.action.state)
        if state == State.CANCELLED:
            return str(state.label) if self.action.decided_via == DecidedVia.AGENT else _("Revoked")
        return str(State.APPROVED.label if state in _WENT_ON else state.label)

    @property
    def verdict_is_no(self) -> bool:
        """Whether somebody said no."""
        return self.action.state == State.REJECTED

    @property
    def says_why(self) -> bool:
        """Whether its reason is a person's own, not the rules' or the deadline's."""
        return self.action.decided_via in _BY_PEOPLE

    @property
    def is_bad(self) -> bool:
        """Whether it was rejected or failed."""
        return self.action.state in (State.REJECTED, State.FAILED)

    @property
    def failed(self) -> bool:
        """Whether the agent reported that it went wrong."""
        return self.action.state == State.FAILED


class Record:
    """One agent's record beside one of its actions, as one person sees it."""

    def __init__(self, action: Action, person: Person, now: datetime):
        self.action = action
        self.person = person
        self.now = now
        self._since = now - _RECORD
        self._like_since = now - _SEEN_BEFORE

    # -- The agent ----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Its actions of the last 30 days."""
        return sum(self._states.values())

    @property
    def or_more(self) -> bool:
        """Whether there may be more than were looked at."""
        return len(self._rows) >= RECENT and self.total == len(self._rows)

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many stand where, the most frequent first."""
        return [(State(state).label.lower(), number) for state, number in self._states.most_common()]

    @cached_property
    def open(self) -> int:
        """How many wait for a decision now, among those looked at."""
        return sum(row.state == State.PENDING for row in self._rows)

    @cached_property
    def approved(self) -> int:
        """How many of the last 30 days people approved."""
        return self._people_said(_APPROVED)

    @cached_property
    def rejected(self) -> int:
        """How many of them people rejected."""
        return self._people_said((State.REJECTED,))

    @property
    def decided(self) -> int:
        """How many of them people approved or rejected."""
        return self.approved + self.rejected

    @property
    def approval_rate(self) -> int:
        """The share people approved, in whole percent, rounded down so that 100 means every single one."""
        return 100 * self.approved // self.decided if self.decided else 0

    @property
    def is_often_rejected(self) -> bool:
        """Whether people rejected more than the guide's tenth of what they decided."""
        return self.decided >= _FEW and self.rejected / self.decided > _MANY_REJECTED

    @cached_property
    def last(self) -> list[Earlier]:
        """How its latest ended, apart from those that the rules let pass and that went well."""
        return [Earlier(self._shown[pk]) for pk in self._last]

    # -- Actions like this one ----------------------------------------------------------------------------------

    @cached_property
    def same_resource(self) -> bool:
        """Whether there were any on this very resource; otherwise those of its type are shown."""
        return any(row.alike == 2 and row.state in _ANSWERED for row in self._rows)

    @cached_property
    def similar(self) -> list[Earlier]:
        """The latest of them that were decided."""
        return [Earlier(self._shown[pk]) for pk in self._similar]

    @property
    def similar_total(self) -> int:
        """How many of them were decided."""
        return sum(self._like.values())

    @property
    def others(self) -> list[tuple[str, int]]:
        """How the others of them ended, by what was decided."""
        shown = Counter(_decision(one.action.state) for one in self.similar)
        left = self._like - shown
        return [(State(state).label.lower(), number) for state, number in left.most_common()]

    @property
    def others_total(self) -> int:
        """How many others there are."""
        return self.similar_total - len(self.similar)

    # -- How it is asked ----------------------------------------------------------------------------------------

    def _recent(self) -> QuerySet[Action]:
        """The agent's latest, as far as this person may see them, without this one."""
        latest = Action.objects.filter(agent_id=self.action.agent_id).order_by("-id").values("pk")[:RECENT]
        seen = Action.objects.visible_to(self.person).filter(pk__in=latest, created_at__gte=self._like_since)
        return seen.filter(Q(is_canary=False) | Q(state=State.PENDING))

    @cached_property
    def _rows(self) -> list[_Row]:
        """Those of them of the last 90 days, latest first; `alike` is 2 on the same resource, 1 of the same type."""
        alike = Case(
            When(pk=self.action.pk, then=Value(0)),
            When(action_type=self.action.action_type, resource=self.action.resource, then=Value(2)),
            When(action_type=self.action.action_type, then=Value(1)),
            default=Value(0),
        )
        lately = Case(When(created_at__gte=self._since, then=Value(True)), default=Value(False))
        rows = self._recent().order_by("-id").annotate(alike=alike, lately=lately)
        return [_Row(*row) for row in rows.values_list("pk", "state", "decided_via", "alike", "lately")]

    @cached_property
    def _shown(self) -> dict[int, Action]:
        """What is shown by name of either list, read at once. `_rows` has asked whether the person may see it."""
        wanted = {*self._last, *self._similar}
        heavy = ("assessment", "verdict", "route", "description")
        return Action.objects.defer(*heavy).in_bulk(wanted) if wanted else {}

    @cached_property
    def _last(self) -> list[int]:
        found = [row.pk for row in self._rows if row.state != State.PENDING and not row.passed]
        return [pk for pk in found if pk != self.action.pk][:SHOWN]

    @cached_property
    def _similar(self) -> list[int]:
        return [row.pk for row in self._rows if row.alike >= self._least and row.state in _ANSWERED][:SHOWN]

    @property
    def _least(self) -> int:
        return 2 if self.same_resource else 1

    @cached_property
    def _states(self) -> Counter[str]:
        return Counter(row.state for row in self._rows if row.lately)

    def _people_said(self, states: tuple[State, ...]) -> int:
        return sum(row.lately and row.decided_via in _BY_PEOPLE and row.state in states for row in self._rows)

    @cached_property
    def _like(self) -> Counter[str]:
        found = (row.state for row in self._rows if row.alike >= self._least and row.state in _ANSWERED)
        return Counter(_decision(state) for state in found)


def _decision(state: str) -> str:
    return str(State.APPROVED if state in _APPROVED else state)

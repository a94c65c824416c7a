"""What an agent did before, and how actions like this one were decided. Of what the person may see, within a bound.

Everything is counted over the agent's latest thousand actions, by the index (agent, -id). A settled test of vigilance
is no deed of the agent and counts nowhere; while it waits, it is counted like any other, so nothing tells it apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
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

_Row = dict[str, Any]


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
            return state.label if self.action.decided_via == DecidedVia.AGENT else _("Revoked")
        return State.APPROVED.label if state in _WENT_ON else state.label

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
        return self._counted["looked_at"] >= RECENT and self.total == self._counted["looked_at"]

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many stand where, the most frequent first."""
        return [(State(state).label.lower(), number) for state, number in self._states.most_common()]

    @property
    def open(self) -> int:
        """How many wait for a decision now, among those looked at."""
        return self._counted["open"]

    @property
    def approved(self) -> int:
        """How many of the last 30 days people approved."""
        return self._counted["approved"]

    @property
    def rejected(self) -> int:
        """How many of them people rejected."""
        return self._counted["rejected"]

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
        passed = Q(decided_via=DecidedVia.RULES, state__in=[state for state in _APPROVED if state != State.FAILED])
        return self._latest(~passed)

    # -- Actions like this one ----------------------------------------------------------------------------------

    @property
    def same_resource(self) -> bool:
        """Whether there were any on this very resource; otherwise those of its type are shown."""
        return any(self._like(True).values())

    @cached_property
    def similar(self) -> list[Earlier]:
        """The latest of them that were decided."""
        return self._latest(self._alike(self.same_resource)) if self.similar_total else []

    @property
    def similar_total(self) -> int:
        """How many of them were decided."""
        return sum(self._like(self.same_resource).values())

    @property
    def others(self) -> list[tuple[str, int]]:
        """How the others of them ended, by what was decided."""
        shown = Counter(_decision(one.action.state) for one in self.similar)
        left = self._like(self.same_resource) - shown
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

    def _alike(self, same_resource: bool) -> Q:
        alike = Q(action_type=self.action.action_type, created_at__gte=self._like_since, state__in=_ANSWERED)
        return alike & Q(resource=self.action.resource) if same_resource else alike

    def _latest(self, which: Q) -> list[Earlier]:
        rows = self._recent().filter(which).exclude(pk=self.action.pk).exclude(state=State.PENDING)
        heavy = rows.defer("assessment", "verdict", "route", "description").order_by("-id")[:SHOWN]
        return [Earlier(action) for action in heavy]

    @cached_property
    def _groups(self) -> list[_Row]:
        """Every count of this page, in one statement."""
        alike = Case(
            When(pk=self.action.pk, then=Value(0)),
            When(action_type=self.action.action_type, resource=self.action.resource, then=Value(2)),
            When(action_type=self.action.action_type, then=Value(1)),
            default=Value(0),
        )
        lately = Case(When(created_at__gte=self._since, then=Value(True)), default=Value(False))
        rows = self._recent().order_by().values("state", "decided_via", alike=alike, lately=lately)
        return [{**row} for row in rows.annotate(number=Count("pk"))]

    @cached_property
    def _states(self) -> Counter[str]:
        return self._tally(lambda row: bool(row["lately"]), lambda row: str(row["state"]))

    @cached_property
    def _counted(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self._groups:
            number, state = row["number"], row["state"]
            found["looked_at"] += number
            found["open"] += number if state == State.PENDING else 0
            if row["lately"] and row["decided_via"] in _BY_PEOPLE:
                found["approved"] += number if state in _APPROVED else 0
                found["rejected"] += number if state == State.REJECTED else 0
        return found

    def _like(self, same_resource: bool) -> Counter[str]:
        wanted = (2,) if same_resource else (1, 2)
        return self._tally(
            lambda row: row["alike"] in wanted and row["state"] in _ANSWERED,
            lambda row: _decision(str(row["state"])),
        )

    def _tally(self, wanted: Callable[[_Row], bool], name: Callable[[_Row], str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self._groups:
            if wanted(row):
                found[name(row)] += row["number"]
        return found


def _decision(state: str) -> str:
    return str(State.APPROVED if state in _APPROVED else state)

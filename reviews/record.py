"""What an agent did before, and how actions like this one were decided. Of what the person may see, within a bound.

Everything is counted over the agent's latest thousand actions, by the index (agent, -id). A settled test of vigilance
is no deed of the agent and counts nowhere; while it waits, it is counted like any other, so nothing tells it apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from actions.models import Action, DecidedVia, State
from reviews.bursts import is_burst
from reviews.eligibility import Reviewer
from reviews.phrasing import Phrase, phrase

# The agent's latest actions that are looked at.
RECENT = 1000
# How many are shown by name.
SHOWN = 5
_RECORD = timedelta(days=30)
_SEEN_BEFORE = timedelta(days=90)
_HOUR = timedelta(hours=1)
_HOURS = _RECORD // _HOUR
_WENT_ON = (State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN)
_APPROVED = (State.APPROVED, *_WENT_ON)
_ANSWERED = (*_APPROVED, State.REJECTED, State.CHANGES_REQUESTED)
_BY_PEOPLE = (DecidedVia.PERSON, DecidedVia.GLASS)
# From this share of rejections on, the guide calls for a look at the agent; of fewer decisions it says nothing.
_MANY_REJECTED = 0.10
_FEW = 10


class _Kind(NamedTuple):
    """What is counted of an action. `alike` is another one of the same type."""

    state: str
    decided_via: str
    alike: bool
    same_resource: bool
    lately: bool
    this_hour: bool

    @property
    def answered(self) -> bool:
        """Whether somebody decided it, or the rules did."""
        return self.state in _ANSWERED

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
        return decision_words(self.action)

    @property
    def stands(self) -> str:
        """Where it stands now."""
        return state_words(self.action)

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


def decision_words(action: Action) -> str:
    """What was decided, which stays when the action goes on; one word for each, wherever people read it."""
    state = State(action.state)
    if state == State.CANCELLED:
        return _("Withdrawn") if action.decided_via == DecidedVia.AGENT else _("Revoked")
    return str(State.APPROVED.label if state in _WENT_ON else state.label)


def state_words(action: Action) -> str:
    """Where it stands. What was taken back says so by the same word as its decision."""
    return decision_words(action) if action.state == State.CANCELLED else action.get_state_display()


class Record:
    """One agent's record beside one of its actions, as one person sees it."""

    def __init__(self, action: Action, reviewer: Reviewer, now: datetime):
        self.action = action
        self.reviewer = reviewer
        self._since = now - _RECORD
        self._like_since = now - _SEEN_BEFORE
        self._hour_ago = now - _HOUR

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
        return sum(number for kind, number in self._kinds.items() if kind.state == State.PENDING)

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
        """The share people approved, in whole percent; 100 only where it is every single one."""
        if not self.decided or self.approved == self.decided:
            return 100 if self.decided else 0
        return min(99, (200 * self.approved + self.decided) // (2 * self.decided))

    @property
    def is_often_rejected(self) -> bool:
        """Whether people rejected more than the guide's tenth of what they decided."""
        return self.decided >= _FEW and self.rejected / self.decided > _MANY_REJECTED

    @property
    def burst(self) -> dict[str, Any] | None:
        """What it submitted in the last hour where that is far above its usual, as the dashboard's alert has it."""
        count = sum(number for kind, number in self._kinds.items() if kind.this_hour)
        usual = (self.total - count) / _HOURS
        if self.or_more or not is_burst(count, usual):
            return None
        return {"count": count, "usual": _("under 1") if usual < 1 else round(usual)}

    @cached_property
    def last(self) -> list[Earlier]:
        """How its latest ended, apart from those that the rules let pass and that went well."""
        return [Earlier(self._shown[pk]) for pk in self._last]

    # -- Actions like this one ----------------------------------------------------------------------------------

    @cached_property
    def same_resource(self) -> bool:
        """Whether there were any on this very resource; otherwise those of its type are shown."""
        return any(kind.alike and kind.same_resource and kind.answered for kind in self._kinds)

    @cached_property
    def similar(self) -> list[Earlier]:
        """The latest of them that were decided."""
        found = [Earlier(self._shown[pk]) for pk in self._similar]
        return sorted(found, key=lambda one: one.action.decided_at or one.action.created_at, reverse=True)

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
        """The agent's latest, as far as this person may see them."""
        latest = Action.objects.filter(agent_id=self.action.agent_id).order_by("-id").values("pk")[:RECENT]
        seen = self.reviewer.sees().filter(pk__in=latest, created_at__gte=self._like_since)
        return seen.filter(Q(is_canary=False) | Q(state=State.PENDING))

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        """Those of them of the last 90 days, latest first: the number of each, and the fields of its kind."""
        recent = self._recent().order_by("-id")
        alike = Q(action_type=self.action.action_type) & ~Q(pk=self.action.pk)
        if self.action.decided_at is not None:
            # What was known when it was decided.
            alike &= Q(decided_at__lt=self.action.decided_at)
        rows = recent.annotate(
            alike=alike,
            this_hour=Q(created_at__gte=self._hour_ago),
            same_resource=Q(resource=self.action.resource),
            lately=Q(created_at__gte=self._since),
        )
        return list(rows.values_list("pk", *_Kind._fields))

    @cached_property
    def _kinds(self) -> Counter[_Kind]:
        """How many of them are of which kind. A thousand are of a few, so everything is counted by kind."""
        found = Counter(row[1:] for row in self._rows)
        return Counter({_Kind(*kind): number for kind, number in found.items()})

    def _latest(self, kinds: Iterable[_Kind]) -> list[int]:
        """The numbers of the latest others of these kinds."""
        wanted = set(kinds)
        found = (row[0] for row in self._rows if row[1:] in wanted and row[0] != self.action.pk)
        return list(islice(found, SHOWN))

    @cached_property
    def _shown(self) -> dict[int, Action]:
        """What is shown by name of either list, read at once. `_rows` has asked whether the person may see it."""
        wanted = {*self._last, *self._similar}
        shown = ("content", "state", "decided_via", "created_at", "decided_at", "decided_by_name", "reason")
        return Action.objects.only(*shown).in_bulk(wanted) if wanted else {}

    @cached_property
    def _last(self) -> list[int]:
        return self._latest(kind for kind in self._kinds if kind.state != State.PENDING and not kind.passed)

    @cached_property
    def _similar(self) -> list[int]:
        return self._latest(self._alike)

    @cached_property
    def _alike(self) -> list[_Kind]:
        found = [kind for kind in self._kinds if kind.alike and kind.answered]
        return [kind for kind in found if kind.same_resource or not self.same_resource]

    @cached_property
    def _like(self) -> Counter[str]:
        return _summed((_decision(kind.state), self._kinds[kind]) for kind in self._alike)

    @cached_property
    def _states(self) -> Counter[str]:
        return _summed((kind.state, number) for kind, number in self._kinds.items() if kind.lately)

    def _people_said(self, states: tuple[State, ...]) -> int:
        said = (kind for kind in self._kinds if kind.decided_via in _BY_PEOPLE and kind.state in states)
        return sum(self._kinds[kind] for kind in said if kind.lately)


def _summed(numbers: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for state, number in numbers:
        found[state] += number
    return found


def _decision(state: str) -> str:
    return str(State.APPROVED if state in _APPROVED else state)

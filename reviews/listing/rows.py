"""One action as a line of the listing, on the page and in the CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from actions.models import Action, DecidedVia, State
from reviews import moments
from reviews.keyset import Keyset
from reviews.models import Vote
from reviews.phrasing import Phrase, phrase
from reviews.record import state_words

ORDER = Keyset("-id")
PAGE_SIZE = 50
# Counted up to here; a number above it would cost a look at every row and tell nobody more.
COUNTED = 1000

COLUMNS = (
    "action id", "created", "agent", "agent name", "team", "action type", "what", "tool", "resource", "description",
    "level", "score", "state", "escalated", "decided", "decided via", "decided by", "reason", "deadline", "digest",
    "rulebook version",
)  # fmt: skip


def with_all_a_line_asks(rows: QuerySet[Action]) -> QuerySet[Action]:
    """The same actions with what a line reads, and without the JSON that it does not."""
    return rows.select_related("agent", "team").defer("assessment", "verdict", "route")


def counted(rows: QuerySet[Action]) -> int:
    """How many there are, counted no further than one above COUNTED."""
    return rows.order_by()[: COUNTED + 1].count()


def lines_of(actions: Sequence[Action], now: datetime, *, voter: int | None = None) -> list[Line]:
    """A line of each, with what this person voted on it: one statement for all."""
    cast: dict[int, list[Vote]] = {}
    if voter is not None:
        votes = Vote.objects.filter(person=voter, action__in=[action.pk for action in actions])
        for vote in votes.select_related("on_behalf_of").order_by("pk"):
            cast.setdefault(vote.action_id, []).append(vote)
    return [Line(action, now, cast.get(action.pk, ())) for action in actions]


class Line:
    """One action of the listing."""

    def __init__(self, action: Action, now: datetime, votes: Sequence[Vote] = ()):
        """`votes` are those of the one person whose decisions are listed."""
        self.action = action
        self.now = now
        self.votes = votes

    @cached_property
    def phrase(self) -> Phrase:
        """What it would do."""
        return phrase(self.action.payload)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing has settled it yet."""
        return self.action.state == State.PENDING

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.is_waiting and self.action.escalated:
            return _("Pending, escalated")
        return state_words(self.action)

    @property
    def via(self) -> str:
        """What settled it, in words; empty while nothing has, and where the name of a person says it."""
        if self.action.decided_via == DecidedVia.PERSON and self.action.decided_by_name:
            return ""
        return self.action.get_decided_via_display() if self.action.decided_via else ""

    @property
    def due(self) -> moments.Due:
        """What is left until the deadline."""
        return moments.due(self.action.deadline, self.now)

    @property
    def cells(self) -> tuple[Any, ...]:
        """The line of the CSV."""
        action = self.action
        return (
            action.pk,
            action.created_at.isoformat(),
            action.agent.agent_id,
            action.agent_name,
            action.team.name,
            action.action_type,
            self.phrase.text,
            action.tool_name,
            action.resource,
            action.description,
            action.risk_level,
            f"{action.risk_score:g}",
            action.state,
            "yes" if action.escalated else "no",
            action.decided_at.isoformat() if action.decided_at else "",
            action.decided_via,
            action.decided_by_name,
            action.reason,
            action.deadline.isoformat() if action.deadline else "",
            action.digest,
            action.rulebook_version,
        )

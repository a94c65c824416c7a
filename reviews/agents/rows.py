"""Agents as lines of their listing. However many they are, their numbers cost three queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from actions.models import Agent, State
from governance.models import Person
from reviews.agents.scope import APPROVED, KINDS, Kind, counted, is_alarming, percent

# Of each agent so many of its latest actions make its rates here.
RECENT = 100
PAGE_SIZE = 25


@dataclass
class AgentRow:
    """One agent of the listing."""

    agent: Agent
    last_seen: datetime | None = None
    waiting: int = 0
    states: Counter[str] = field(default_factory=Counter)

    @property
    def kind(self) -> Kind:
        """Its type in words."""
        return KINDS[self.agent.agent_type]

    @property
    def total(self) -> int:
        """How many of its latest actions were counted."""
        return self.states.total()

    @property
    def settled(self) -> int:
        """How many of them wait no more."""
        return self.total - self.states[State.PENDING]

    @property
    def approved(self) -> float | None:
        """The percentage of the settled ones that were approved."""
        return percent(sum(self.states[state] for state in APPROVED), self.settled)

    @property
    def rejected(self) -> float | None:
        """The percentage of all of them that were rejected."""
        return percent(self.states[State.REJECTED], self.total)

    @property
    def is_alarming(self) -> bool:
        """Whether that is more than the guide's limit."""
        return is_alarming(self.states[State.REJECTED], self.total)


def with_last_seen(agents: QuerySet[Agent], person: Person) -> QuerySet[Agent]:
    """The same agents with when each last submitted something."""
    latest = counted(person).filter(agent=OuterRef("pk")).order_by("-id").values("created_at")[:1]
    return agents.annotate(last_seen=Subquery(latest))


def in_order(agents: QuerySet[Agent], order: str) -> QuerySet[Agent]:
    """By name, or whoever was seen last first; agents that were never seen come last."""
    if order == "seen":
        return agents.order_by(F("last_seen").desc(nulls_last=True), "pk")
    return agents.order_by("agent_id", "pk")


def rows_of(agents: Sequence[Agent], person: Person) -> list[AgentRow]:
    """These agents, from `with_last_seen`, with their numbers as far as this person may see them."""
    rows = {agent.pk: AgentRow(agent, last_seen=getattr(agent, "last_seen", None)) for agent in agents}
    if not rows:
        return []
    waiting = counted(person).pending().filter(agent__in=rows).order_by()
    for agent_pk, number in waiting.values_list("agent").annotate(Count("pk")):
        rows[agent_pk].waiting = number
    recent = counted(person).filter(_latest_of(rows, person)).order_by()
    for agent_pk, state, number in recent.values_list("agent", "state").annotate(Count("pk")):
        rows[agent_pk].states[state] += number
    return list(rows.values())


def _latest_of(agents: Iterable[int], person: Person) -> Q:
    """The latest RECENT actions of each agent: from an id on, which is found in the index, not by counting."""
    nth = counted(person).filter(agent=OuterRef("pk")).order_by("-id").values("pk")[RECENT - 1 : RECENT]
    condition = Q()
    for agent_pk, first in Agent.objects.filter(pk__in=agents).annotate(first=Subquery(nth)).values_list("pk", "first"):
        condition |= Q(agent=agent_pk, pk__gte=first or 0)
    return condition

"""One human being as queues look for them in SQL: by plain numbers, found once, instead of joins in every statement."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, Value

from actions.models import Agent, AgentKey
from governance.models import Person


@dataclass(frozen=True)
class Kin:
    """Their accounts, the agents they answer for, and the keys they made."""

    identity: int
    accounts: frozenset[int]
    agents: frozenset[int]
    keys: frozenset[int]

    @classmethod
    def of(cls, identity: int) -> Kin:
        """The human being with this identity."""
        accounts = frozenset(
            Person.objects.filter(Q(pk=identity) | Q(same_as=identity)).order_by().values_list("pk", flat=True)
        )
        agents = Agent.objects.filter(owner__in=accounts).order_by().values_list(Value("agent"), "pk")
        keys = AgentKey.objects.filter(issued_by__in=accounts).order_by().values_list(Value("key"), "pk")
        theirs = list(agents.union(keys, all=True))
        return cls(
            identity,
            accounts,
            agents=frozenset(pk for what, pk in theirs if what == "agent"),
            keys=frozenset(pk for what, pk in theirs if what == "key"),
        )

    def is_at(self, person: str) -> Q:
        """The person at this place of a row is them, by whichever account."""
        return Q(**{f"{person}__in": self.accounts})

    @property
    def answers_for(self) -> Q:
        """Actions of their agents, or that came with a key of theirs; empty where they have neither."""
        theirs = Q()
        if self.agents:
            theirs |= Q(agent__in=self.agents) | Q(principal__in=self.agents)
        return theirs | Q(key__in=self.keys) if self.keys else theirs

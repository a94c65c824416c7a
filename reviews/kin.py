"""One human being as queues look for them in SQL: by plain numbers, found once, instead of joins in every statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet, Value

from actions.models import Action, Agent, AgentKey
from governance.models import Person
from governance.statements import Question


@dataclass(frozen=True)
class Kin:
    """Their accounts, the agents they answer for, and the keys they made."""

    identity: int
    accounts: frozenset[int] = frozenset()
    agents: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()

    @classmethod
    def of(cls, identity: int) -> Kin:
        """The human being with this identity."""
        theirs: dict[str, set[int]] = {"account": set(), "agent": set(), "key": set()}
        for what, pk in _THEIRS.all(identity=identity):
            theirs[what].add(pk)
        return cls(identity, *(frozenset(theirs[what]) for what in ("account", "agent", "key")))

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

    def answers_for_this(self, action: Action) -> bool:
        """Whether an action is one of those."""
        return not self.agents.isdisjoint((action.agent_id, action.principal_id)) or self.made_its_key(action)

    def made_its_key(self, action: Action) -> bool:
        """Whether an action came with a key of theirs."""
        return action.key_id in self.keys


def answering_for(action: Action) -> dict[int, Kin]:
    """Who answers for an action, by identity; of what is theirs, only what this action has."""
    found: dict[int, Kin] = {}
    for one in (action.agent, action.principal):
        if one.owner is not None:
            kin = found.get(one.owner.identity) or Kin(one.owner.identity)
            found[kin.identity] = replace(kin, agents=kin.agents | {one.pk})
    if action.key.issued_by is not None:
        kin = found.get(action.key.issued_by.identity) or Kin(action.key.issued_by.identity)
        found[kin.identity] = replace(kin, keys=kin.keys | {action.key_id})
    return found


def _theirs(identity: int) -> QuerySet[Any, Any]:
    accounts = Person.objects.filter(Q(pk=identity) | Q(same_as=identity)).order_by()
    agents = Agent.objects.filter(owner__in=accounts.values("pk")).order_by()
    keys = AgentKey.objects.filter(issued_by__in=accounts.values("pk")).order_by()
    first, *others = (
        rows.values_list(Value(what), "pk") for what, rows in (("account", accounts), ("agent", agents), ("key", keys))
    )
    return first.union(*others, all=True)


_THEIRS = Question(_theirs, identity=int)

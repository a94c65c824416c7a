"""Which agents a person sees, and which of their actions count on these pages."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actions.models import Action, Agent, State
from actions.models.action import ActionQuerySet
from governance.models import AgentType, Person

# Approved, whatever became of it afterwards.
APPROVED = frozenset((State.APPROVED, State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN))
# The guide's alert: more than one in ten rejected.
ALARMING = 0.10


class Kind(NamedTuple):
    """A type of agents in words, and what it means."""

    label: str | Promise
    meaning: str | Promise


KINDS: dict[str, Kind] = {
    AgentType.SUPERVISED: Kind(_("Supervised"), _("a person follows its work")),
    AgentType.AUTONOMOUS: Kind(_("Autonomous"), _("nobody watches while it works")),
    AgentType.UNREGISTERED: Kind(
        _("Unregistered"), _("its id came in a submission, and nobody has vouched for it yet")
    ),
}


def visible_to(person: Person) -> QuerySet[Agent]:
    """The agents of the teams this person acts for now; every agent with sight of all teams."""
    agents = Agent.objects.select_related("team", "owner")
    if person.has_perm("actions.view_all_teams"):
        return agents
    return agents.filter(team__in=person.acts_for().values("pk"))


def counted(person: Person) -> ActionQuerySet:
    """The actions that count in an agent's record for this person.

    A test that waits counts like any action, so that no number tells it apart; once it is settled everybody knows that
    the agent never sent it, and it counts no more.
    """
    return Action.objects.visible_to(person).filter(Q(is_canary=False) | Q(state=State.PENDING))


def percent(part: int, whole: int) -> float | None:
    """A part of a whole in percent; None where there is nothing to take it of."""
    return 100 * part / whole if whole else None


def is_alarming(rejected: int, total: int) -> bool:
    """Whether so many rejections are what the guide sends an alert for."""
    return bool(total) and rejected / total > ALARMING

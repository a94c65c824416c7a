"""VERBS about agents: ensure_agent, change_agent, block_agent, release_agent."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import Agent
from governance import ledger, rulebook
from governance.actors import Actor
from governance.errors import InvalidAccount, ReasonRequired
from governance.models import AgentType, Person
from governance.people import team_named
from governance.risk import Facts
from governance.thresholds import Threshold

# What an admin may change about an agent.
CHANGEABLE = ("name", "agent_type", "team", "owner", "is_active")


def ensure_agent(
    *,
    actor: Actor,
    agent_id: str,
    name: str = "",
    team: str | None = None,
    owner: Person | None = None,
    agent_type: str = AgentType.SUPERVISED,
) -> Agent:
    """The agent of that id, registered when it is new; one that is known keeps its type.

    Without a team: the one agent of that id where there is just one, else the default team. Raises InvalidAccount
    for an unusable id.
    """
    if not agent_id.strip() or len(agent_id) > 255:
        raise InvalidAccount(_("An agent id has 1 to 255 characters."), errors={"agent_id": _("1 to 255 characters.")})
    known = list(Agent.objects.filter(agent_id=agent_id, **({"team__name": team} if team else {}))[:2])
    if len(known) == 1:
        return known[0]
    with transaction.atomic():
        team_row = team_named(team, actor=actor)
        agent = Agent(agent_id=agent_id, name=name, team=team_row, owner=owner, agent_type=agent_type)
        existing = Agent.objects.filter(agent_id=agent_id, team=agent.team).first()
        if existing is not None:
            return existing
        agent.save(force_insert=True)
        record_registration(agent, actor)
    return agent


def line_of(agent: Agent) -> Threshold:
    """The threshold the agent's next submission is held to. Raises NoRulebook."""
    who = Facts(
        agent_id=agent.agent_id,
        team=agent.team.name,
        agent_type=agent.agent_type,
        action_type="",
        tool_name="",
        resource="",
        description="",
    )
    return rulebook.current().thresholds.for_agent(who)


def record_registration(agent: Agent, actor: Actor) -> None:
    """The ledger entry of a new agent; inside the transaction that made it."""
    ledger.append(
        "agent.registered",
        actor=actor,
        stream=f"agent:{agent.pk}",
        subject={"kind": "agent", "id": str(agent.pk)},
        data={
            "agent_id": agent.agent_id,
            "agent_type": str(agent.agent_type),
            "team": agent.team.name,
            "owner": agent.owner.username if agent.owner else None,
            "registered_by": agent.registered_by.agent_id if agent.registered_by else None,
        },
        team_id=agent.team_id,
        opens_stream=True,
    )


def change_agent(agent: Agent, *, actor: Actor) -> Agent:
    """Save what was changed on `agent` (CHANGEABLE fields) with what it was before. No change writes nothing."""
    with transaction.atomic():
        before = Agent.objects.select_for_update(of=("self",)).select_related("team", "owner").get(pk=agent.pk)
        changes = {
            name: f"{getattr(before, name)} -> {getattr(agent, name)}"
            for name in CHANGEABLE
            if getattr(before, name) != getattr(agent, name)
        }
        if changes:
            agent.save(update_fields=list(CHANGEABLE))
            ledger.append(
                "agent.changed",
                actor=actor,
                stream=f"agent:{agent.pk}",
                subject={"kind": "agent", "id": str(agent.pk)},
                data={
                    "agent_id": agent.agent_id,
                    "changes": "; ".join(f"{name}: {change}" for name, change in changes.items()),
                    "fields": changes,
                },
                team_id=agent.team_id,
            )
    return agent


def block_agent(agent_pk: int, *, actor: Actor, reason: str) -> Agent:
    """Kill switch of one agent: from the next submission on, everything it asks is rejected. Raises ReasonRequired."""
    return _switch(agent_pk, actor=actor, reason=reason, block=True)


def release_agent(agent_pk: int, *, actor: Actor, reason: str) -> Agent:
    """Let a blocked agent ask again. Raises ReasonRequired."""
    return _switch(agent_pk, actor=actor, reason=reason, block=False)


def _switch(agent_pk: int, *, actor: Actor, reason: str, block: bool) -> Agent:
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent_pk)
        if (agent.blocked_at is not None) == block:
            return agent
        agent.blocked_at = timezone.now() if block else None
        agent.blocked_by = actor.name if block else ""
        agent.blocked_reason = reason if block else ""
        agent.save(update_fields=["blocked_at", "blocked_by", "blocked_reason"])
        ledger.append(
            "agent.blocked" if block else "agent.released",
            actor=actor,
            stream=f"agent:{agent.pk}",
            subject={"kind": "agent", "id": str(agent.pk)},
            data={"agent_id": agent.agent_id, "reason": reason},
            team_id=agent.team_id,
        )
    return agent

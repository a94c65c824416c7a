"""For whom a submission speaks, and whether that one may ask at all. Read only; submit and preflight share it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from actions.contract import Submission
from actions.models import Agent, AgentKey
from governance.errors import Forbidden
from governance.models import AgentType


def agent_named(submission: Submission, key: AgentKey) -> Agent:
    """The agent the body names: the key's own, one its team registered, or a new one (unsaved).

    An agent with keys of its own speaks only through them; nobody borrows its name: Forbidden.
    """
    principal = key.agent
    if submission.agent_id == principal.agent_id:
        return principal
    agent = (
        Agent.objects.filter(agent_id=submission.agent_id, team_id=principal.team_id)
        .annotate(has_keys=Exists(AgentKey.objects.filter(agent=OuterRef("pk"))))
        .first()
    )
    if agent is None:
        return Agent(
            agent_id=submission.agent_id,
            name=submission.agent_name,
            team=principal.team,
            owner=principal.owner,
            agent_type=AgentType.UNREGISTERED,
            registered_by=principal,
        )
    if agent.has_keys:
        raise Forbidden(
            f"Forbidden: {submission.agent_id} has keys of its own. Nothing was written. Use one of them,"
            " or submit under another agent_id."
        )
    return agent


def why_blocked(agent: Agent, principal: Agent, switched_off: str) -> str:
    """The sentence that rejects whatever this agent asks, or nothing. `switched_off` is the kill switch's reason."""
    if switched_off:
        return f"The kill switch is on: {switched_off}"
    for party in (agent, principal):
        if party.blocked_at is not None:
            return f"Agent {party.agent_id} is blocked: {party.blocked_reason}"
        if not party.is_active:
            return f"Agent {party.agent_id} is retired."
    return ""

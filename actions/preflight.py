"""VERB: preflight_action. What the rules would answer now; nothing is written but the record that it was asked."""

from __future__ import annotations

from django.db import transaction

from actions import gate
from actions.contract import Submission
from actions.coverage import in_force
from actions.models import Action, AgentKey
from actions.standing_uses import pass_under
from actions.submit import Arrival, weigh
from governance import ledger
from governance.actors import Actor


def preflight_action(submission: Submission, *, key: AgentKey, arrival: Arrival, actor: Actor) -> Action:
    """Ask the rules exactly as submit_action does. Returns the action as it would be stored, without a number.

    The record stands in the stream of the agent spoken for. An id nobody has registered stays unregistered, and the
    record then stands in the stream of the agent whose key asked. Raises Forbidden like submit_action.
    """
    action, answer = weigh(submission, key=key, arrival=arrival)
    if standing := in_force().filter(pk__in=answer.standing).order_by("pk").first() if answer.standing else None:
        standing.uses += 1  # the use it would be; nothing is counted
        pass_under(action, standing)
    with transaction.atomic(durable=True):
        _record(action, answer, actor)
    return action


def _record(action: Action, answer: gate.Answer, actor: Actor) -> None:
    agent = action.agent if action.agent.pk is not None else action.principal
    ledger.append(
        "rules.asked",
        actor=actor,
        stream=f"agent:{agent.pk}",
        subject={"kind": "agent", "id": str(agent.pk), "digest": action.digest},
        data={
            "agent_id": action.agent.agent_id,
            "action_type": action.action_type,
            "resource": action.resource,
            "outcome": str(action.state),
            "score": f"{answer.score:.1f}",
            "level": answer.level,
        },
        risk={"score": f"{answer.score:.1f}", "level": answer.level, "rulebook": answer.rulebook_version},
        at=action.created_at,
        team_id=action.team_id,
    )

"""VERB: submit_action. One submission, one transaction: the action and its ledger entry."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Never

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions import gate
from actions.agents import record_registration
from actions.contract import Submission
from actions.coverage import covering
from actions.models import Action, Agent, AgentKey, DecidedVia, Sample, Seat, State
from actions.sampling import is_drawn
from actions.senders import agent_named, why_blocked
from actions.standing_uses import record_use, take_standing
from actions.succession import predecessor
from governance import ledger, routing
from governance.actors import Actor
from governance.errors import CannotSupersede, IdempotencyConflict, TooManyPending
from governance.routing import Route
from governance.statements import Question, insert

logger = logging.getLogger(__name__)

# Within this time the same body under another correlation id may be a retry; it is linked, never merged (3.5).
RETRY_WINDOW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a submission came in: what makes two of them one, and what the rules stood at."""

    path: str
    body_digest: str
    correlation_id: str
    idempotency_key: str | None
    rules_version: int | None
    switched_off: str
    has_standing: bool = False

    def token(self) -> str | None:
        """The mark two deliveries of one submission share.

        An explicit Idempotency-Key stands for itself, whatever the body (another body is then a conflict); a
        correlation id counts only together with path and body (wire-contract 3.5).
        """
        if self.idempotency_key:
            return hashlib.sha256(f"key\n{self.idempotency_key}".encode()).hexdigest()
        if self.correlation_id:
            seed = f"correlation\n{self.path}\n{self.correlation_id}\n{self.body_digest}"
            return hashlib.sha256(seed.encode()).hexdigest()
        return None


def submit_action(submission: Submission, *, key: AgentKey, arrival: Arrival, actor: Actor) -> tuple[Action, bool]:
    """Record what the agent intends and what the rules answer. Returns the action and whether it is a replay.

    Raises Forbidden when the agent id belongs to somebody else's key, IdempotencyConflict when the Idempotency-Key
    came with another body before, TooManyPending when as many actions of the agent wait as may, MissingFields or
    CannotSupersede when it cannot take the place of the one it names.
    """
    token = arrival.token()
    for attempt in (1, 2):
        try:
            action, answer = weigh(submission, key=key, arrival=arrival)
            action.idempotency_token = token
            action.possible_retry_of_id = _possible_retry_of(key, arrival, token)
            if answer.outcome == "pending" and not answer.standing and _is_full(key):
                return _replay(_first(key, token) or _refuse(key), arrival), True
            with transaction.atomic(durable=True):
                if submission.supersedes is not None:  # again, behind the lock
                    predecessor(submission.supersedes, key.agent, lock=True)
                return store(action, answer, actor), False
        except (IntegrityError, CannotSupersede) as exc:
            # Somebody else wrote the same token, or registered the same agent id, a moment ago. And whoever repeats a
            # submission finds the place taken by the first delivery.
            first = _first(key, token)
            if first is not None:
                return _replay(first, arrival), True
            if attempt == 2 or isinstance(exc, CannotSupersede):
                raise
    raise AssertionError("unreachable")


def weigh(submission: Submission, *, key: AgentKey, arrival: Arrival) -> tuple[Action, gate.Answer]:
    """The action as it would be stored now, and what the rules answer to it. Writes nothing: preflight asks it, too.

    Raises Forbidden when the agent id belongs to somebody else's key, and what `predecessor` raises.
    """
    action, answer = weigh_for(agent_named(submission, key), submission, key=key, arrival=arrival)
    if submission.supersedes is not None:
        action.supersedes = predecessor(submission.supersedes, key.agent)
    return action, answer


def weigh_for(
    agent: Agent, submission: Submission, *, key: AgentKey, arrival: Arrival, at_least: Route | None = None
) -> tuple[Action, gate.Answer]:
    """The same for an agent that is known. Where the rules ask nobody, it still waits on the route `at_least`."""
    now = timezone.now()
    answer = gate.ask(
        submission,
        agent=agent,
        principal=key.agent,
        team=key.agent.team.name,
        rules_version=arrival.rules_version,
        blocked=why_blocked(agent, key.agent, arrival.switched_off),
        at=now,
    )
    if at_least is not None and answer.outcome == "approved":
        answer = replace(answer, outcome="pending", route=at_least)
    pending, route = answer.outcome == "pending", answer.route
    action = Action(
        agent=agent,
        principal=key.agent,
        key=key,
        team_id=key.agent.team_id,
        content=submission.content,
        digest=submission.digest,
        agent_name=submission.agent_name,
        action_type=submission.action_type,
        tool_name=submission.tool_name,
        resource=submission.resource,
        description=submission.description,
        risk_score=answer.score,
        risk_level=answer.level,
        rulebook_version=answer.rulebook_version,
        assessment=answer.assessment,
        verdict=answer.verdict,
        route=route.as_snapshot() if route else {},
        state=State(answer.outcome),
        deadline=_after(now, route.deadline_minutes) or now + settings.APPROVAL_DEADLINE if route else None,
        remind_at=_after(now, route.remind_after) if route else None,
        escalate_at=_after(now, route.escalate_after) if route else None,
        decided_via="" if pending else DecidedVia.RULES,
        decided_at=None if pending else now,
        reason="" if pending else answer.reason,
        created_at=now,
        updated_at=now,
        correlation_id=arrival.correlation_id,
        body_digest=arrival.body_digest,
    )
    if pending and arrival.has_standing:
        answer = replace(answer, standing=covering(action))
    return action, answer


def _after(now: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else now + timedelta(minutes=minutes)


def store(action: Action, answer: gate.Answer, actor: Actor) -> Action:
    """Write a weighed action, its seats and its first entry. Inside the transaction of the caller's verb."""
    agent = action.agent
    if agent.pk is None:
        insert(agent)
        action.agent = agent  # which has a number now
        record_registration(agent, actor)
    record_new(action, answer, actor)
    return action


def record_new(action: Action, answer: gate.Answer, actor: Actor) -> None:
    """The rows of a new action and its entry, in the caller's transaction. `actor` is whom the entry names."""
    standing = take_standing(action, answer.standing)
    insert(action)
    if standing is not None:
        record_use(action, standing, actor)
    if answer.route is not None and answer.route != routing.default_route(action.risk_score):
        Seat.objects.bulk_create(_seats(action, answer.route))
    if answer.outcome == "approved" and is_drawn(action.pk, action.digest):
        insert(Sample(action=action, drawn_at=action.created_at))
    _record(action, answer, actor)


def _seats(action: Action, route: Route) -> list[Seat]:
    """Who is wanted, as rows. Nobody has voted yet, so all of the first stage is open.

    Of an action that passes under a standing approval none is: the rows only say whose groups may see it.
    """
    return [
        Seat(
            action=action,
            stage=number,
            group_id=one.group,
            level=one.level,
            needed=one.needed,
            is_open=number == 1 and action.state == State.PENDING,
        )
        for number, stage in enumerate(route.stages, start=1)
        for one in stage.requirements
    ]


def _record(action: Action, answer: gate.Answer, actor: Actor) -> None:
    ledger.append(
        "action.submitted",
        actor=actor,
        stream=action.stream,
        subject={"kind": "action", "id": str(action.pk), "digest": action.digest},
        data={
            "agent_id": action.agent.agent_id,
            "action_type": action.action_type,
            "tool_name": action.tool_name,
            "resource": action.resource,
            "outcome": str(action.state),
            "reason": action.reason or answer.reason,
            "score": f"{answer.score:.1f}",
            "level": answer.level,
            "matched": [policy["name"] for policy in answer.verdict["matched"]],
            "degraded": answer.verdict["degraded"],
            "deadline": ledger.timestamp(action.deadline) if action.deadline else None,
            "route": action.route or None,
            "standing": str(action.verdict["standing"]["id"]) if "standing" in action.verdict else None,
            "possible_retry_of": str(action.possible_retry_of_id) if action.possible_retry_of_id else None,
            "supersedes": str(action.supersedes_id) if action.supersedes_id else None,
            "edited_by": str(action.edited_by_id) if action.edited_by_id else None,
        },
        risk={"score": f"{answer.score:.1f}", "level": answer.level, "rulebook": answer.rulebook_version},
        at=action.created_at,
        action_id=action.pk,
        team_id=action.team_id,
        opens_stream=True,
    )


_SAME_BODY = Question(
    lambda principal, body_digest: (
        Action.objects.filter(principal=principal, body_digest=body_digest)
        .order_by("-id")
        .values_list("pk", "created_at", "idempotency_token")[:1]
    ),
    principal=int,
    body_digest=str,
)


def _possible_retry_of(key: AgentKey, arrival: Arrival, token: str | None) -> int | None:
    """The latest action with the same body from the same agent within the window; merged with nothing, only shown."""
    last = _SAME_BODY.first(principal=key.agent_id, body_digest=arrival.body_digest)
    if last is None or last[1] < timezone.now() - RETRY_WINDOW or (token and last[2] == token):
        return None
    return last[0]


def _first(key: AgentKey, token: str | None) -> Action | None:
    """The action an earlier delivery of this submission made, if there was one."""
    return Action.objects.filter(principal=key.agent, idempotency_token=token).first() if token else None


def _is_full(key: AgentKey) -> bool:
    """Whether as many of the agent's actions wait for people as may.

    Counted before the transaction: of submissions that arrive together, as many more may get in as there are threads.
    """
    most = settings.MAX_PENDING_PER_AGENT
    return most > 0 and Action.objects.filter(principal=key.agent_id).pending().order_by()[most - 1 : most].exists()


def _refuse(key: AgentKey) -> Never:
    most, agent_id = settings.MAX_PENDING_PER_AGENT, key.agent.agent_id
    logger.warning("Agent %s has %d actions waiting for people; one more was refused.", agent_id, most)
    raise TooManyPending(
        f"{most} actions submitted with the keys of {agent_id} wait for people, and no more than that may."
        " Nothing was written. Submit again when some are decided."
    )


def _replay(first: Action, arrival: Arrival) -> Action:
    if first.body_digest != arrival.body_digest:
        raise IdempotencyConflict
    return first


__all__ = ["RETRY_WINDOW", "Arrival", "record_new", "store", "submit_action", "weigh", "weigh_for"]

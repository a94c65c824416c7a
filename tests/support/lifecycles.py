"""Actions in every state there is, reached as real ones get there: submitted over HTTP, moved on by verbs.

    action_id = lifecycles.pending(api)
    action_id = lifecycles.rejected(api, reason="Not before Friday.", resource="payroll")

A test that starts from a state made any other way proves nothing: the database would refuse to hold it.
Sina decides unless another person is given, because she may decide every score.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from actions.expire import expire_action
from actions.kill_switch import switch_all
from actions.models import Action, State
from governance.actors import Actor
from governance.models import Person, Route
from governance.rule_changes import change_rule
from reviews.escalate import escalate_action
from reviews.request_changes import request_changes
from reviews.revoke import revoke_approval
from reviews.vote import cast_vote
from tests.support.api import Api
from tests.support.people import SETUP, person_called

REASON = "Checked against ticket #4521."
ESCALATING = "Directors at last"


def auto_approved(api: Api, **overrides: Any) -> int:
    """Approved by the rules at once: the guide's first example, score 35."""
    return _submitted(api, State.APPROVED, **overrides)


def pending(api: Api, **overrides: Any) -> int:
    """Waiting for a person, with a score of 85 that any reviewer of level 3 may approve."""
    return _submitted(api, State.PENDING, **{"action_type": "transaction", **overrides})


def critical(api: Api, **overrides: Any) -> int:
    """Waiting for a person, with a score of 95 that only level 4 may approve."""
    return pending(api, **{"action_type": "system_operation", **overrides})


def blocked(api: Api, **overrides: Any) -> int:
    """Rejected by the rules at once: submitted while the kill switch was on."""
    switch_all(blocked=True, actor=SETUP, reason="A drill.")
    action_id = _submitted(api, State.REJECTED, **overrides)
    switch_all(blocked=False, actor=SETUP, reason="The drill is over.")
    return action_id


def decide(action_id: int, verdict: str, *, by: Person | None = None, reason: str = REASON) -> None:
    """One person's vote, by the verb the page calls."""
    person = by or person_called("sina")
    digest = Action.objects.values_list("digest", flat=True).get(pk=action_id)
    cast_vote(action_id, actor=actor_of(person), person=person, verdict=verdict, digest=digest, reason=reason)


def actor_of(person: Person) -> Actor:
    """The person acting in a browser, their password given again just now."""
    return Actor(kind="person", id=str(person.pk), name=person.shown_name, auth="password", confirmed_at=timezone.now())


def approved(api: Api, *, by: Person | None = None, reason: str = REASON, **overrides: Any) -> int:
    """Approved by a person."""
    action_id = pending(api, **overrides)
    decide(action_id, "approve", by=by, reason=reason)
    return _in(State.APPROVED, action_id)


def rejected(api: Api, *, by: Person | None = None, reason: str = REASON, **overrides: Any) -> int:
    """Rejected by a person."""
    action_id = pending(api, **overrides)
    decide(action_id, "reject", by=by, reason=reason)
    return _in(State.REJECTED, action_id)


def expired(api: Api, **overrides: Any) -> int:
    """Nobody decided before the deadline."""
    action_id = pending(api, **overrides)
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    with time_machine.travel(deadline + timedelta(seconds=1), tick=False):
        expire_action(action_id)
    return _in(State.EXPIRED, action_id)


def changes_requested(api: Api, *, by: Person | None = None, reason: str = REASON, **overrides: Any) -> int:
    """Sent back by a person."""
    action_id, person = pending(api, **overrides), by or person_called("sina")
    digest = Action.objects.values_list("digest", flat=True).get(pk=action_id)
    request_changes(action_id, actor=actor_of(person), person=person, digest=digest, reason=reason)
    return _in(State.CHANGES_REQUESTED, action_id)


def executed(api: Api, **overrides: Any) -> int:
    """Approved by a person, and reported as done."""
    action_id = approved(api, **overrides)
    answer = api.post(f"/api/agent-action/{action_id}/complete", {"status": "completed"})
    assert answer.status == 200, answer.json
    return _in(State.EXECUTED, action_id)


def failed(api: Api, **overrides: Any) -> int:
    """Approved by a person, and reported as failed."""
    action_id = approved(api, **overrides)
    answer = api.post(f"/api/agent-action/{action_id}/fail", {"status": "failed", "error": "no such row"})
    assert answer.status == 200, answer.json
    return _in(State.FAILED, action_id)


def cancelled(api: Api, *, reason: str = "The customer called it off.", **overrides: Any) -> int:
    """Withdrawn by the agent while it waited."""
    action_id = pending(api, **overrides)
    answer = api.post(f"/api/v1/actions/{action_id}/cancel", {"reason": reason})
    assert answer.status == 200, answer.json
    return _in(State.CANCELLED, action_id)


def revoked(api: Api, *, by: Person | None = None, reason: str = REASON, **overrides: Any) -> int:
    """Approved by a person, and the approval taken back."""
    action_id = approved(api, **overrides)
    person = by or person_called("sina")
    revoke_approval(action_id, actor=actor_of(person), person=person, reason=reason)
    return _in(State.CANCELLED, action_id)


def escalating(api: Api, **overrides: Any) -> int:
    """Waiting for a reviewer of level 3: reminded of after 30 minutes, escalated to Directors after 60."""
    if not Route.objects.filter(name=ESCALATING).exists():
        directors = Group.objects.get_or_create(name="Directors")[0]
        route = Route(
            name=ESCALATING,
            reason="What nobody decides goes to the directors.",
            condition='action.resource == "the vault"',
            stages=[{"label": "", "requirements": [{"needed": 1, "level": 3, "group": None}]}],
            remind_after=30,
            escalate_after=60,
            escalate_to=directors,
        )
        change_rule(route, actor=SETUP, reason="For the tests.")
    return pending(api, **{"resource": "the vault", **overrides})


def escalated(api: Api, *, by: Person | None = None, reason: str = REASON, **overrides: Any) -> int:
    """Waiting, and escalated to Directors by a person."""
    action_id = escalating(api, **overrides)
    person = by or person_called("sina")
    escalate_action(action_id, actor=actor_of(person), person=person, reason=reason)
    return _in(State.PENDING, action_id)


# Every way an action can stand so far. One added here is at once part of every test that walks this table.
ALL: dict[str, Callable[..., int]] = {
    "auto_approved": auto_approved,
    "pending": pending,
    "approved": approved,
    "rejected": rejected,
    "blocked": blocked,
    "changes_requested": changes_requested,
    "expired": expired,
    "executed": executed,
    "failed": failed,
    "cancelled": cancelled,
    "revoked": revoked,
    "escalated": escalated,
}


def _submitted(api: Api, expected: State, **overrides: Any) -> int:
    answer = api.submit(**overrides)
    assert answer.status == 200, answer.json
    return _in(expected, answer["id"])


def _in(expected: State, action_id: int) -> int:
    state = Action.objects.values_list("state", flat=True).get(pk=action_id)
    assert state == expected, f"action {action_id} is {state}, not {expected}"
    return action_id

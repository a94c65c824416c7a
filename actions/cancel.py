"""VERB: cancel_action. The agent withdraws what it submitted, as long as it has not acted on it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, Agent, DecidedVia, State
from actions.redaction import redact
from governance.actors import Actor
from governance.errors import MalformedBody, NotCancellable, NotYours

MAX_REASON = 1000
UNSAID = "The agent does not need it any more."


def cancel_action(action_id: int, *, agent: Agent, actor: Actor, reason: str = "") -> Action:
    """Cancel an action of this agent's that waits, or that was approved and not acted on.

    Cancelling it again changes nothing, and is answered like the first time. Raises, with nothing changed,
    MalformedBody for an unusable reason, NotYours for another's action, NotCancellable once it is over or under way.
    """
    reason = _checked(reason)
    with transaction.atomic(durable=True):
        action = Action.objects.for_agent(agent).select_for_update(of=("self",)).filter(pk=action_id).first()
        if action is None:
            raise NotYours
        expire_locked(action)
        if action.state in (State.PENDING, State.APPROVED):
            _write(action, reason or UNSAID, actor)
            return action
        if action.state == State.CANCELLED and action.decided_via == DecidedVia.AGENT:
            return action
    # Raised after the commit, so that an expiry found on the way stays recorded.
    raise NotCancellable(_why_not(action))


def _checked(reason: str) -> str:
    reason = redact(reason.strip().replace("\r\n", "\n"))
    if len(reason) > MAX_REASON:
        raise MalformedBody(f"The reason is longer than {MAX_REASON} characters. Nothing was cancelled. Shorten it.")
    if "\x00" in reason:
        raise MalformedBody("The reason contains the character NUL. Nothing was cancelled. Remove it.")
    return reason


def _write(action: Action, reason: str, actor: Actor) -> None:
    now, before = timezone.now(), action.state
    lifecycle.settle(action, State.CANCELLED, via=DecidedVia.AGENT, at=now, reason=reason)
    data = {"from": str(before), "to": str(State.CANCELLED), "reason": reason}
    record(action, "action.cancelled", actor=actor, data=data, at=now)


def _why_not(action: Action) -> str:
    if action.state == State.CANCELLED:
        return f"Action {action.pk} was cancelled already: {action.decided_by_name or 'a person'} revoked its approval."
    state = action.get_state_display().lower()
    return (
        f"Action {action.pk} is {state}, so it cannot be cancelled any more. Nothing was changed."
        " Only an action that is pending, or approved and not yet carried out, can be."
    )

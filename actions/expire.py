"""VERB: expire_action. Past its deadline a pending action is denied by default: by the sweeper or on first touch."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.due import each
from actions.entries import record
from actions.models import Action, Agent, DecidedVia, State
from governance import ledger
from governance.actors import Actor, system

SWEEPER = system("deadline")


def expire_action(action_id: int, *, actor: Actor = SWEEPER) -> Action:
    """Expire one action if it is still pending past its deadline; otherwise leave it as it is."""
    return _expire(action_id, actor)[0]


def _expire(action_id: int, actor: Actor) -> tuple[Action, bool]:
    with transaction.atomic(durable=True):
        action = Action.objects.select_for_update(of=("self",)).get(pk=action_id)
        return action, expire_locked(action, actor=actor)


def expire_locked(action: Action, *, actor: Actor = SWEEPER) -> bool:
    """The same for a row the caller has locked. Returns whether it expired now."""
    now = timezone.now()
    if action.state != State.PENDING or action.deadline is None or now < action.deadline:
        return False
    deadline = ledger.timestamp(action.deadline)
    reason = f"No decision before the deadline {deadline}. Submit it again if it is still needed."
    lifecycle.settle(action, State.EXPIRED, via=DecidedVia.DEADLINE, at=now, reason=reason)
    record(
        action,
        "action.expired",
        actor=actor,
        data={"from": str(State.PENDING), "to": str(State.EXPIRED), "deadline": deadline, "reason": reason},
        at=now,
    )
    return True


def expire_overdue(limit: int = 500, principal: Agent | None = None) -> int:
    """Expire up to `limit` overdue actions, of one agent's keys or of all, each in its own transaction.

    Returns how many expired.
    """
    actions = Action.objects.for_agent(principal) if principal else Action.objects.all()
    overdue = actions.overdue().order_by("deadline").values_list("pk", flat=True)[:limit]
    return each(overdue, lambda pk: _expire(pk, SWEEPER)[1])

"""VERBS: escalate_action, escalate_due. The group a route names may then stand in for everybody who is wanted."""

from __future__ import annotations

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.due import each
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, State
from governance import routing
from governance.actors import Actor, system
from governance.errors import DeadlinePassed, NotEscalatable, Refusal
from governance.models import Person
from reviews.eligibility import VOTES, approvals_of
from reviews.seats import refresh
from reviews.steering import steering_seat
from reviews.vote import locked, reason_of

CLOCK = system("escalation")


def escalate_action(action_id: int, *, actor: Actor, person: Person, reason: str) -> Action:
    """A person calls the route's group in now.

    Raises, with nothing changed: ReasonRequired, MalformedBody for an unusable reason, NotYours, NotPending,
    DeadlinePassed, NotEligible, NotEscalatable where the route names nobody or it was escalated before.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            seat = steering_seat(Person.objects.get(pk=person.pk), action)
            if isinstance(seat, Refusal):
                raise seat
            if refused := escalation_refusal(action):
                raise refused
            _write(action, actor=actor, by="person", reason=reason)
            return action
    # Raised after the commit, so that the expiry stays recorded.
    raise DeadlinePassed


def escalate_due(limit: int = 500) -> int:
    """Escalate up to `limit` waiting actions whose time for it has come, each in a transaction of its own.

    Returns how many were escalated.
    """
    due = Action.objects.pending().filter(escalated=False, escalate_at__lte=timezone.now())
    return each(due.order_by("escalate_at").values_list("pk", flat=True)[:limit], _escalate_one)


def escalation_refusal(action: Action) -> NotEscalatable | None:
    """Why this waiting action cannot be escalated, whoever asks; None when it can be."""
    route = action.way
    if action.escalated:
        return NotEscalatable(
            _("Action {action} was escalated to {escalate_to_name} already.").format(
                action=action.pk, escalate_to_name=route.escalate_to_name
            )
        )
    if route.escalate_to is None:
        return NotEscalatable(
            _("The route {route} names nobody to escalate to. Nothing was changed.").format(route=route.name)
        )
    if routing.standing(route, approvals_of(action), escalated=True).complete:
        # Where approvals count again in later stages, the group's standing in would settle it without anybody looking.
        return NotEscalatable(
            _("The approvals given would already stand for everybody else. Another person must look.")
        )
    return None


def _escalate_one(action_id: int) -> bool:
    with transaction.atomic(durable=True):
        action = Action.objects.select_for_update(of=("self",)).get(pk=action_id)
        now = timezone.now()
        # Another worker, a person, a decision or the deadline may have been faster.
        if expire_locked(action) or action.state != State.PENDING or action.escalated:
            return False
        prefetch_related_objects([action], *VOTES)
        if escalation_refusal(action):
            action.escalate_at = None
            action.save(update_fields=["escalate_at"])
            return False
        waited = int((now - action.created_at).total_seconds()) // 60
        _write(action, actor=CLOCK, by="time", reason=f"No decision within {waited} minutes.")
    return True


def _write(action: Action, *, actor: Actor, by: str, reason: str) -> None:
    route, now = action.way, timezone.now()
    action.escalated = True
    # From here on it says when that was.
    action.escalate_at = action.updated_at = now
    action.save(update_fields=["escalated", "escalate_at", "updated_at"])
    refresh(action)
    data = {"to": route.escalate_to_name, "group": str(route.escalate_to), "by": by, "reason": reason}
    record(action, "action.escalated", actor=actor, data=data, at=now)

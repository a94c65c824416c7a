"""VERB: revoke_approval. A person takes an approval back before the agent has reported that it acted on it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, DecidedVia, State
from governance.actors import Actor
from governance.errors import DeadlinePassed, Refusal
from governance.models import Person
from reviews.eligibility import Seat
from reviews.steering import revoking_seat
from reviews.vote import locked, reason_of


def revoke_approval(action_id: int, *, actor: Actor, person: Person, reason: str) -> Action:
    """Cancel an approved action, whoever or whatever approved it. The agent's next question is answered "denied".

    An agent that has read the approval may be acting already: this is a word to it, not a lock on its hands.

    Raises, with nothing changed: ReasonRequired, MalformedBody for an unusable reason, NotYours, NotApproved for an
    action that is not approved or was acted on, DeadlinePassed for one that waited too long, NotEligible.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            seat = revoking_seat(Person.objects.get(pk=person.pk), action)
            if isinstance(seat, Refusal):
                raise seat
            _write(action, seat, actor=actor, reason=reason)
            return action
    # Raised after the commit, so that the expiry stays recorded.
    raise DeadlinePassed


def _write(action: Action, seat: Seat, *, actor: Actor, reason: str) -> None:
    now = timezone.now()
    data = {
        "from": str(action.state),
        "to": str(State.CANCELLED),
        "reason": reason,
        "approved_via": str(action.decided_via),
        "approved_by": action.decided_by_name,
        "on_behalf_of": seat.on_behalf_of.shown_name if seat.on_behalf_of else None,
    }
    name = seat.person.shown_name
    lifecycle.settle(
        action,
        State.CANCELLED,
        via=DecidedVia.PERSON,
        at=now,
        reason=reason,
        by=seat.person,
        by_name=(f"{name} for {seat.on_behalf_of.shown_name}" if seat.on_behalf_of else name)[:255],
    )
    record(action, "action.revoked", actor=actor, data=data, at=now)

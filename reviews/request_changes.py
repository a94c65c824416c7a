"""VERB: request_changes. A reviewer sends a pending action back; the agent may submit another in its place."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, DecidedVia, State
from governance.actors import Actor
from governance.errors import DeadlinePassed
from governance.models import Person
from reviews.canaries import reveal
from reviews.eligibility import Seat
from reviews.vote import locked, look, reason_of


def request_changes(action_id: int, *, actor: Actor, person: Person, digest: str, reason: str) -> Action:
    """Settle an action as sent back for changes, on exactly the content whose digest was shown.

    One person who may decide it is enough: nothing is executed, and the agent reads `reason` and may submit anew.

    Raises, with nothing decided: ReasonRequired, MalformedBody for an unusable one, and what a vote raises: NotYours,
    StaleContent, NotPending naming who was first, DeadlinePassed, NotEligible.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            person = Person.objects.get(pk=person.pk)
            seat = look(action, person=person, digest=digest)
            send_back(action, seat, kind="action.changes_requested", actor=actor, reason=reason, said=reason)
            return action
    raise DeadlinePassed


def send_back(action: Action, seat: Seat, *, kind: str, actor: Actor, reason: str, said: str, **data: Any) -> None:
    """Settle a locked action that was looked at, and write the entry. `reason` is the person's, `said` the agent's."""
    at = timezone.now()
    away = seat.on_behalf_of
    lifecycle.settle(
        action,
        State.CHANGES_REQUESTED,
        via=DecidedVia.PERSON,
        at=at,
        reason=said,
        by=seat.person,
        by_name=f"{seat.person.shown_name} for {away.shown_name}" if away else seat.person.shown_name,
    )
    record(
        action,
        kind,
        actor=actor,
        data={
            "from": str(State.PENDING),
            "to": str(State.CHANGES_REQUESTED),
            "reason": reason,
            "identity": str(seat.person.identity),
            "level": seat.level,
            "on_behalf_of": {"id": str(away.pk), "name": away.shown_name} if away else None,
            "waited_s": int((at - action.created_at).total_seconds()),
            **data,
        },
        at=at,
    )
    reveal(action, actor=actor, at=at)

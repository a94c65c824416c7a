"""VERB: extend_deadline. A waiting action gets more time, in steps and within bounds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action
from governance import ledger
from governance.actors import Actor
from governance.errors import DeadlinePassed, InvalidDeadline, NotPending, Refusal
from governance.models import LedgerEntry, Person
from reviews.steering import steering_seat
from reviews.vote import locked, reason_of

AT_ONCE = timedelta(days=7)
IN_ALL = timedelta(days=30)


def extend_deadline(
    action_id: int,
    *,
    actor: Actor,
    person: Person,
    reason: str,
    minutes: int | None = None,
    until: datetime | None = None,
) -> Action:
    """Move the deadline on: by so many minutes, or to a moment.

    Raises, with nothing changed: ReasonRequired, MalformedBody for an unusable reason, NotYours, NotPending,
    DeadlinePassed, NotEligible, InvalidDeadline unless the new one is later, by at most 7 days, and at most 30 days
    after the first one.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            seat = steering_seat(Person.objects.get(pk=person.pk), action)
            if isinstance(seat, Refusal):
                raise seat
            _write(action, minutes, until, actor=actor, reason=reason)
            return action
    # Raised after the commit, so that the expiry stays recorded.
    raise DeadlinePassed


def _write(action: Action, minutes: int | None, until: datetime | None, *, actor: Actor, reason: str) -> None:
    before, first, now = action.deadline, first_deadline(action), timezone.now()
    if before is None or first is None:  # pragma: no cover  (the database refuses a pending action without one)
        raise NotPending
    after = _checked(before, first, minutes, until)
    action.deadline, action.updated_at = after, now
    action.save(update_fields=["deadline", "updated_at"])
    data = {
        "from": ledger.timestamp(before),
        "to": ledger.timestamp(after),
        "first": ledger.timestamp(first),
        "reason": reason,
    }
    record(action, "deadline.extended", actor=actor, data=data, at=now)


def first_deadline(action: Action) -> datetime | None:
    """The deadline it was submitted with."""
    extended = LedgerEntry.objects.filter(action_id=action.pk, type="deadline.extended").order_by("seq").first()
    if extended is None:
        return action.deadline
    return datetime.fromisoformat(json.loads(extended.body)["data"]["first"])


def _checked(before: datetime, first: datetime, minutes: int | None, until: datetime | None) -> datetime:
    if (minutes is None) == (until is None):
        raise InvalidDeadline(_("Say by how many minutes, or until when. Nothing was changed."))
    if minutes is not None and not 1 <= minutes <= AT_ONCE // timedelta(minutes=1):
        raise InvalidDeadline(
            _("A deadline is extended by 1 minute to {days} days at once. Nothing was changed.").format(
                days=AT_ONCE.days
            )
        )
    after = until if until is not None else before + timedelta(minutes=minutes or 0)
    if after <= before:
        raise InvalidDeadline(
            _("The deadline is {before} UTC; it can only be moved to a later moment. Nothing was changed.").format(
                before=f"{before:%Y-%m-%d %H:%M}"
            )
        )
    if after - before > AT_ONCE:
        raise InvalidDeadline(
            _("A deadline is extended by at most {days} days at once. Nothing was changed.").format(days=AT_ONCE.days)
        )
    if after - first > IN_ALL:
        raise InvalidDeadline(
            _(
                "That is more than {days} days after the first deadline, {first} UTC. Nothing was"
                " changed. Decide it, or let the agent submit it again."
            ).format(days=IN_ALL.days, first=f"{first:%Y-%m-%d %H:%M}")
        )
    return after

"""VERB: remind_due. Once, at the time its route says, those who may decide a waiting action are reminded of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.due import each
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, State
from governance import ledger
from governance.actors import system
from reviews import outbox

CLOCK = system("reminder")


def remind_due(limit: int = 500) -> int:
    """Remind of up to `limit` waiting actions whose time for it has come, each in a transaction of its own.

    Returns of how many.
    """
    due = Action.objects.pending().filter(remind_at__lte=timezone.now())
    return each(due.order_by("remind_at").values_list("pk", flat=True)[:limit], _remind_of)


def _remind_of(action_id: int) -> bool:
    with transaction.atomic(durable=True):
        action = Action.objects.select_for_update(of=("self",)).get(pk=action_id)
        now = timezone.now()
        # Another worker, a decision or the deadline may have been faster.
        if expire_locked(action) or action.state != State.PENDING or action.remind_at is None or now < action.remind_at:
            return False
        _write(action, planned=action.remind_at, at=now)
    return True


def _write(action: Action, *, planned: datetime, at: datetime) -> None:
    """The reminder, on a locked row. Whoever is told of it is told here, in the same transaction."""
    action.remind_at = None
    action.save(update_fields=["remind_at"])
    outbox.tell("reminder", action, outbox.able(action), channels=True)
    deadline = ledger.timestamp(action.deadline) if action.deadline else None
    data = {"planned": ledger.timestamp(planned), "deadline": deadline}
    record(action, "action.reminded", actor=CLOCK, data=data, at=at)

"""VERBS on the seats of an action: a projection of route and votes, kept so that queues can be counted and paged."""

from __future__ import annotations

from actions.models import Action, Seat
from governance.routing import Standing
from reviews.eligibility import standing_of
from reviews.outbox import announce_again


def refresh(action: Action) -> Standing:
    """Note how far the votes have brought a locked action, and which of its seats one more person could fill now.

    Call it in the transaction of whatever changed votes, stage or escalation.
    """
    route = action.way
    now = standing_of(action, route)
    if action.stage != now.stage:
        action.stage = now.stage
        action.save(update_fields=["stage"])
        announce_again(action)
    wanted = [route.stages[now.stage - 1].requirements[place] for place in now.lacking]
    open_now = {(one.group, one.level) for one in wanted}
    for seat in action.seats.filter(needed__gt=0):
        is_open = seat.stage == now.stage and (seat.group_id, seat.level) in open_now
        if seat.is_open != is_open:
            Seat.objects.filter(pk=seat.pk).update(is_open=is_open)
    if action.escalated and route.escalate_to is not None:
        _call_in(action, route.escalate_to, now, min((one.level for one in wanted), default=1))
    return now


def _call_in(action: Action, group: int, now: Standing, level: int) -> None:
    """The seat of the group that may stand in for everybody since the escalation. It takes no number of people."""
    _, is_new = Seat.objects.update_or_create(
        action=action,
        group_id=group,
        needed=0,
        defaults={"stage": now.stage, "level": level, "is_open": bool(now.lacking)},
    )
    if is_new:
        announce_again(action)

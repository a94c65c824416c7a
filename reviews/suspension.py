"""VERB: block_when_rejected_again. An agent whose actions people keep rejecting is stopped (threats AC22)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from actions.agents import block_agent
from actions.models import Action, Agent, DecidedVia, State
from governance.actors import system
from governance.models import LedgerEntry

WATCH = system("rejections")
_WITHIN = timedelta(days=1)


def block_when_rejected_again(principal_id: int) -> Agent | None:
    """Block the agent if people rejected its latest AUTO_BLOCK_REJECTIONS decided actions, all within a day.

    Counted since it was last released, so that a release is not undone by the next rejection. Returns the agent it
    blocked. Call it after the transaction of the rejection: it locks the agent, which submissions hold before actions.
    """
    most = settings.AUTO_BLOCK_REJECTIONS
    if most <= 0:
        return None
    since = timezone.now() - _WITHIN
    released = (
        LedgerEntry.objects.filter(stream=f"agent:{principal_id}", type="agent.released").order_by("-seq").first()
    )
    if released is not None:
        since = max(since, released.ts)
    decided = Action.objects.filter(
        principal=principal_id, decided_via=DecidedVia.PERSON, decided_at__gt=since, is_canary=False
    )
    latest = list(decided.order_by("-decided_at", "-pk").values_list("state", flat=True)[:most])
    if len(latest) < most or any(state != State.REJECTED for state in latest):
        return None
    if Agent.objects.filter(pk=principal_id, blocked_at__isnull=False).exists():
        return None
    reason = f"People rejected {most} of its actions in a row within a day. An admin can release it."
    return block_agent(principal_id, actor=WATCH, reason=reason)

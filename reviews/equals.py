"""The equal ones of an action, as its page names them: the same body from the same key's agent, as queues fold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from actions.models import Action, State
from reviews import moments
from reviews.eligibility import Reviewer
from reviews.record import decision_words

# So many are named, of those that wait and those that came so long before or after.
_SHOWN = 3
_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Alike:
    """An equal action, and in words how it stands."""

    pk: int
    words: str


def alike(action: Action, reviewer: Reviewer, now: datetime) -> list[Alike]:
    """The equal ones that wait, or that were submitted within a day of this one; the nearest first. One statement."""
    near = Q(created_at__gte=action.created_at - _LATELY, created_at__lte=action.created_at + _LATELY)
    same = reviewer.sees().filter(principal=action.principal_id, body_digest=action.body_digest)
    found = same.filter(near | Q(state=State.PENDING)).exclude(pk=action.pk)
    # A settled test of vigilance is no deed of the agent.
    found = found.filter(Q(is_canary=False) | Q(state=State.PENDING)).order_by("-id")
    wanted = found.only("state", "decided_via", "decided_at", "decided_by", "decided_by_name")[:_SHOWN]
    return [Alike(one.pk, _words(one, reviewer, now)) for one in wanted]


def _words(one: Action, reviewer: Reviewer, now: datetime) -> str:
    if one.decided_at is None:
        return _("looks the same and also waits.")
    time, state = moments.length(now - one.decided_at), decision_words(one).lower()
    if one.decided_by_id == reviewer.person.pk:
        return _("looks the same: {state} by you, {time} ago.").format(state=state, time=time)
    return _("looks the same: {state} {time} ago.").format(state=state, time=time)

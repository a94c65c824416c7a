"""VERBS inside a submission: take_standing counts one use of a standing approval, record_use says of what."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from actions import lifecycle
from actions.coverage import in_force
from actions.models import Action, StandingApproval, StandingUse
from governance import ledger
from governance.actors import Actor


def take_standing(action: Action, offered: Iterable[int]) -> StandingApproval | None:
    """Let an action that is about to be stored pass under the first of these that still has a use left.

    Looks again behind the lock of the row: what was revoked, ran out or was used up a moment ago is passed over.
    Without any the action stays pending. Call it in the transaction that stores the action.
    """
    for pk in offered:
        standing = in_force(action.created_at).select_for_update().filter(pk=pk).first()
        if standing is not None:
            StandingApproval.objects.filter(pk=pk).update(uses=F("uses") + 1)
            standing.uses += 1
            pass_under(action, standing)
            return standing
    return None


def pass_under(action: Action, standing: StandingApproval) -> None:
    """The words of an action that passes: in its reason, and in the verdict that is frozen on it. Writes no row."""
    givers = ", ".join(
        vote.person.shown_name
        for vote in standing.votes.filter(verdict="approve").select_related("person").order_by("pk")
    )
    reason = (
        f"Allowed in advance by {givers}: standing approval {standing.pk}, use {standing.uses} of {standing.max_uses},"
        f" until {standing.valid_until:%Y-%m-%d %H:%M} UTC. {standing.reason}"
    )
    lifecycle.allow_in_advance(action, reason=reason, by_name=givers)
    action.verdict = {**action.verdict, "standing": {"id": standing.pk, "by": givers[:255], "reason": reason}}


def record_use(action: Action, standing: StandingApproval, actor: Actor) -> None:
    """The use, and its entry in the standing approval's own stream. Call it once the action is stored."""
    StandingUse(standing=standing, action=action, used_at=action.created_at).save(force_insert=True)
    ledger.append(
        "standing.used",
        actor=actor,
        stream=standing.stream,
        subject={"kind": "standing", "id": str(standing.pk), "digest": standing.digest},
        data={"action": str(action.pk), "use": standing.uses, "max_uses": standing.max_uses},
        at=action.created_at,
        team_id=action.team_id,
    )

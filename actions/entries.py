"""The ledger entry about one action, for verbs that hold its lock: the same head, whatever happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.models import Action
from governance import ledger
from governance.actors import Actor
from governance.models import LedgerEntry


def record(
    action: Action,
    kind: str,
    *,
    actor: Actor,
    data: dict[str, Any],
    at: datetime | None = None,
    judged: bool = False,
) -> LedgerEntry:
    """Append an entry of this kind to the action's stream, and return it. It is the last thing a verb writes.

    `judged` puts the risk beside it, as somebody read it who judged the action.
    """
    risk = {"score": f"{action.risk_score:.1f}", "level": action.risk_level, "rulebook": action.rulebook_version}
    return ledger.append(
        kind,
        actor=actor,
        stream=action.stream,
        subject={"kind": "action", "id": str(action.pk), "digest": action.digest},
        data=data,
        risk=risk if judged else None,
        at=at,
        action_id=action.pk,
        team_id=action.team_id,
    )

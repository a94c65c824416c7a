"""The ledger entry about one action, for verbs that hold its lock: the same head, whatever happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.models import Action
from governance import ledger
from governance.actors import Actor


def record(action: Action, kind: str, *, actor: Actor, data: dict[str, Any], at: datetime) -> None:
    """Append an entry of this kind to the action's stream. It is the last thing a verb writes."""
    ledger.append(
        kind,
        actor=actor,
        stream=action.stream,
        subject={"kind": "action", "id": str(action.pk), "digest": action.digest},
        data=data,
        at=at,
        action_id=action.pk,
        team_id=action.team_id,
    )

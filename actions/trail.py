"""The story of one action, read from the ledger."""

from __future__ import annotations

import json
from typing import Any

from governance.ledger import kinds
from governance.models import LedgerEntry


def trail_of(action_id: int) -> list[dict[str, Any]]:
    """The entries of an action in their order, as plain objects."""
    entries = LedgerEntry.objects.filter(action_id=action_id).order_by("seq")
    return [_item(entry) for entry in entries]


def _item(entry: LedgerEntry) -> dict[str, Any]:
    body = json.loads(entry.body)
    return {
        "event": entry.type,
        "at": body["ts"],
        "actor": {"kind": entry.actor_kind, "name": entry.actor_name},
        "sentence": kinds.sentence(entry.type, body["data"]),
        "entry": entry.leaf,
    }

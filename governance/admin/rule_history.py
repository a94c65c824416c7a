"""What the ledger and the versions say about rules, prepared for reading."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Model

from governance.ledger.kinds import sentence
from governance.models import LedgerEntry, RulebookVersion
from governance.rule_changes import STREAM, subject

_SHOWN = 200  # entries; the ledger's own list has them all


def entries_about(rule: Model) -> list[dict[str, Any]]:
    """The ledger's entries about one rule, latest first, each with its fields before and after."""
    about = subject(rule)
    rows = LedgerEntry.objects.filter(stream=STREAM, subject=f"{about['kind']}:{about['id']}").order_by("-seq")
    return [_entry(row) for row in rows[:_SHOWN]]


def _entry(row: LedgerEntry) -> dict[str, Any]:
    data = json.loads(row.body)["data"]
    before, after = data.get("before") or {}, data.get("after") or {}
    return {
        "at": row.ts,
        "who": row.actor_name,
        "what": sentence(row.type, data),
        "version": data.get("version"),
        "changes": [(name, _shown(before.get(name, "")), _shown(after[name])) for name in after],
    }


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def rules_of(version: RulebookVersion) -> dict[str, Any]:
    """Every rule of a version, its levels from the lowest to the highest."""
    content = json.loads(version.content)
    return content | {"levels": sorted(content["levels"].items(), key=lambda level: level[1])}

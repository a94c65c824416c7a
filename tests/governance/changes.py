"""Rules to be changed, and the change itself, for the tests of the verb and of its admin."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Model

from governance.actors import Actor
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    Policy,
    RulebookVersion,
)
from governance.rule_changes import change_rule

ADAM = Actor(kind="person", id="7", name="Adam", auth="session", request_id="req_1")
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"


def new_type(**fields: Any) -> ActionTypeRule:
    given = {"pattern": "ship.parcel", "level": "medium", "why": "It leaves the house.", "cvss_vector": VECTOR}
    return ActionTypeRule(**given | fields)


def new_policy(**fields: Any) -> Policy:
    given = {"name": "No night work", "condition": "risk.score > 90", "effect": "deny", "reason": "Too risky."}
    return Policy(**given | fields)


def new_words(**fields: Any) -> EvidenceRule:
    return EvidenceRule(**{"name": "Names", "words": "acme", "points": 5, "reason": "It names a client."} | fields)


def new_indicator(**fields: Any) -> IndicatorRule:
    given = {"name": "Abroad", "key": "abroad", "value": "true", "points": 5, "reason": "It goes abroad."}
    return IndicatorRule(**given | fields)


def change(row: Model, reason: str = "Agreed on Monday.", **options: Any) -> RulebookVersion | None:
    return change_rule(row, actor=ADAM, reason=reason, **options)


def made(version: RulebookVersion | None) -> RulebookVersion:
    assert version is not None
    return version


def last_entry() -> dict[str, Any]:
    return json.loads(LedgerEntry.objects.filter(stream="rules").latest("seq").body)


def edited(model: type[Model], lookup: dict[str, Any], **fields: Any) -> Any:
    """A stored rule with other values, not saved."""
    row = model._default_manager.get(**lookup)
    for name, value in fields.items():
        setattr(row, name, value)
    return row

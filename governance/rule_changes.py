"""VERBS: change_rule, change_rules. Rows, the next frozen version of all rules, and an entry each, or nothing.

Changes take turns: on PostgreSQL by the lock that also guards the ledger's stream of rules, on SQLite because every
transaction is the only writer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from governance import ledger, rule_checks, rule_content, rulebook
from governance.actors import Actor
from governance.errors import Conflict, Forbidden, InvalidRule, ReasonRequired
from governance.ledger.canonical import canonical
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Person,
    Policy,
    Replay,
    Route,
    RulebookVersion,
    Technique,
    Threshold,
)

STREAM = "rules"

# What each kind of rule is called by.
_NAMED_BY: dict[type[Model], str] = {
    ActionTypeRule: "pattern",
    EvidenceRule: "name",
    IndicatorRule: "name",
    LevelScore: "level",
    Policy: "name",
    Threshold: "name",
    Route: "name",
    Technique: "external_id",
    Control: "control_id",
}

State = dict[str, Any]


class Change(NamedTuple):
    """One rule as it shall be.

    `links` gives the rows it is linked to (an ActionTypeRule's `techniques` and `controls`, a Policy's `controls`);
    what is left out stays as it is. `seen` is the `fingerprint` of the row the change was made from: a change
    somebody else made meanwhile is not overwritten.
    """

    row: Model
    links: Mapping[str, Sequence[Model]] = {}
    seen: str | None = None


def change_rule(
    row: Model,
    *,
    actor: Actor,
    reason: str,
    links: Mapping[str, Iterable[Model]] | None = None,
    seen: str | None = None,
    replay: Replay | None = None,
) -> RulebookVersion | None:
    """change_rules for one: returns the version it made; None when nothing was different."""
    change = Change(row, {name: list(rows) for name, rows in (links or {}).items()}, seen)
    return change_rules([change], actor=actor, reason=reason, replay=replay)


def change_rules(
    changes: Iterable[Change], *, actor: Actor, reason: str, replay: Replay | None = None
) -> RulebookVersion | None:
    """Save new and changed rules as one new version and return it; None when nothing was different.

    `replay` is what was looked at before, for the record; it must be about exactly these changes.

    Raises ReasonRequired, InvalidRule, Conflict, or Forbidden for an agent; nothing is written then.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonRequired
    if actor.kind == "agent":
        raise Forbidden(_("An agent's key changes no rules. Nothing was changed."))
    with transaction.atomic():
        take_turn()
        written = [step for change in changes if (step := _write(change)) is not None]
        if not written:
            return None
        version = freeze(actor=actor, reason=reason)
        if replay is not None and (replay.base_version, replay.digest) != (version.version - 1, version.digest):
            raise Conflict(
                _("The rules have changed since the replay was looked at. Nothing was changed. Replay again.")
            )
        for row, before, after in written:
            _record(row, actor, reason, version, before, after, replay)
        return version


def _write(change: Change) -> tuple[Model, State | None, State] | None:
    """Check and save one rule. Returns the row, its state before, and what is different now; None when nothing is."""
    row, links, seen = change
    before = _stored(row)
    if seen is not None and seen != _digest(before):
        raise Conflict(_("Somebody else changed this rule meanwhile. Nothing was changed. Reload and look again."))
    rule_checks.check(row)
    after = _state(row, before, links)
    changed = [name for name in after if before is None or before[name] != after[name]]
    if not changed:
        return None
    _save(row, changed, links, new=before is None)
    return row, before, {name: after[name] for name in changed}


def fingerprint(row: Model) -> str:
    """Names the stored state of a row, for `seen`; of a row not stored yet, the fact that it is not."""
    return _digest(_stored(row))


def state_of(row: Model) -> State:
    """The state of a row as it was read, as the ledger holds it. No query where its links are there already."""
    return _state(row, None, {})


def fingerprint_as_read(row: Model) -> str:
    """`fingerprint` for a row that has just been read, one of many: what it costs is what its links cost."""
    return _digest(state_of(row))


def take_turn() -> None:
    """Wait until no other change of the rules is under way; ours is, until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [STREAM])


def freeze(*, actor: Actor, reason: str) -> RulebookVersion:
    """Write all enabled rules as the next version. Only for verbs that hold the turn and record what they did.

    Raises InvalidRule when the rules together could not be applied.
    """
    content = canonical(rule_content.content_of_rows())
    number = (RulebookVersion.objects.aggregate(latest=Max("version"))["latest"] or 0) + 1
    try:
        rulebook.from_content(number, json.loads(content))
    except rulebook.NoRulebook as exc:
        raise InvalidRule(_("{exc}. Nothing was changed. Are the default rules loaded?").format(exc=exc)) from exc
    return RulebookVersion.objects.create(
        version=number,
        content=content,
        digest=rulebook.digest_of(content),
        reason=reason,
        changed_by=actor.name[:255],
    )


def _save(row: Model, changed: list[str], links: Mapping[str, Iterable[Model]], *, new: bool) -> None:
    if new:
        row.save(force_insert=True)
    elif own := [name for name in changed if name not in links]:
        row.save(update_fields=own)
    for name, others in links.items():
        getattr(row, name).set(others)


def _record(
    row: Model,
    actor: Actor,
    reason: str,
    version: RulebookVersion,
    before: State | None,
    after: State,
    replay: Replay | None,
) -> None:
    name, kind = str(getattr(row, _NAMED_BY[type(row)])), row._meta.verbose_name_raw
    ledger.append(
        "rule.created" if before is None else "rule.changed",
        actor=actor,
        stream=STREAM,
        subject=subject(row),
        data={
            "rule_kind": kind,
            "rule": name,
            "reason": reason,
            "version": version.version,
            "digest": version.digest,
            "before": None if before is None else {field: before[field] for field in after},
            "after": after,
            "replay": replay and {"id": replay.pk, "changed": replay.changed, "of": replay.done},
        },
    )


def subject(row: Model) -> dict[str, str]:
    """How the ledger points to a stored rule."""
    return {"kind": str(row._meta.model_name), "id": str(row.pk)}


def _stored(row: Model) -> State | None:
    """The state of a row as the database has it; None for one it does not have."""
    stored = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
    return None if stored is None else _state(stored, None, {})


def _state(row: Model, before: State | None, links: Mapping[str, Iterable[Model]]) -> State:
    """Every field of a rule as a value the ledger can hold, and its links by their names."""
    state = {field.name: _text(getattr(row, field.name)) for field in row._meta.concrete_fields if field.name != "id"}
    for name in rule_content.LINKS.get(type(row), ()):
        if name in links:
            state[name] = _names(links[name])
        elif before is not None:
            state[name] = before[name]
        else:
            state[name] = _names(getattr(row, name).all()) if row.pk else []
    return state


def _names(rows: Iterable[Model]) -> list[str]:
    return sorted(str(getattr(row, _NAMED_BY[type(row)])) for row in rows)


def _text(value: Any) -> Any:
    """Ledger entries hold plain values and no fractions: numbers that may have one are written as text."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return ledger.timestamp(value)
    if isinstance(value, Person):
        return value.username  # a shown name may change, and may be another's
    if isinstance(value, Model):
        return str(value)
    return str(value) if isinstance(value, str) else value  # a choice is a kind of str, but not a plain one


def _digest(state: State | None) -> str:
    return hashlib.sha256(canonical(state).encode()).hexdigest()

"""VERBS: restore_version. All rules as a version of the rulebook had them, as one new version.

What that version did not have is disabled, never deleted. Names in the catalogues stay what the catalogues say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from governance import ledger, rule_tables, rulebook, stage_texts
from governance.actors import Actor
from governance.errors import Conflict
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    LevelScore,
    Policy,
    Replay,
    Route,
    RulebookVersion,
    Threshold,
)
from governance.rule_changes import STREAM, change_rules, take_turn
from governance.rule_imports import Line, Plan, Planner, changes_of
from governance.rule_tables import Cells

# Section of a version's content: its table.
SECTIONS: dict[str, type[Model]] = {
    "levels": LevelScore,
    "action_types": ActionTypeRule,
    "evidence": EvidenceRule,
    "indicators": IndicatorRule,
    "policies": Policy,
    "thresholds": Threshold,
    "routes": Route,
}


def cells_of_content(content: Mapping[str, Any], section: str) -> list[Cells]:
    """The rules of a section as cells. What an older format did not have is not among them."""
    items = content[section]
    if section == "levels":
        items = [{"level": level, "score": score} for level, score in items.items()]
    if section == "routes":
        names = dict(Group.objects.values_list("pk", "name"))
        items = [_with_names_of_today(item, names) for item in items]
    return [dict(_cells(item)) for item in items]


def plans_of(version: RulebookVersion) -> list[Plan]:
    """What it takes to bring the rules back to a version, kind by kind; nothing is written.

    Of a kind that the version's format did not know yet, the rules stay as they are.
    """
    content = json.loads(version.content)
    former = _former_keys(version.version)
    return [_plan(model, cells_of_content(content, section), former)
            for section, model in SECTIONS.items() if section in content]  # fmt: skip


def restore_version(
    version: RulebookVersion, plans: Sequence[Plan], *, seen: int, actor: Actor, reason: str,
    replay: Replay | None = None,
) -> RulebookVersion | None:  # fmt: skip
    """Save what the plans of `plans_of` say as one new version and return it; None when nothing is different.

    `seen` is the latest version when the plans were looked at. Raises like change_rules, and Conflict when there is
    a later one by now.
    """
    changes = changes_of(*plans)
    with transaction.atomic():
        take_turn()
        check_seen(seen)
        made = change_rules(changes, actor=actor, reason=reason, replay=replay)
        if made is not None:
            ledger.append(
                "rules.restored",
                actor=actor,
                stream=STREAM,
                subject={"kind": "rulebookversion", "id": str(made.version)},
                data={
                    "restored": version.version,
                    "restored_digest": version.digest,
                    "changed": len(changes),
                    "reason": reason.strip(),
                    "version": made.version,
                    "digest": made.digest,
                },
            )
    return made


def check_seen(seen: int) -> None:
    """Raises Conflict when the version that was in force when a person looked is not the latest any more."""
    if rulebook.latest_version() != seen:
        raise Conflict(_("Somebody changed the rules meanwhile. Nothing was changed. Look at the comparison again."))


def _plan(model: type[Model], wanted: list[Cells], former: Mapping[tuple[str, str], tuple[str, ...]]) -> Plan:
    planner = Planner(model)
    # A rule that was renamed since is known by the name it had.
    by_former_key = planner.rows | {former[it]: row for row in planner.rows.values() if (it := _subject(row)) in former}
    if model in _PLACES:
        wanted = list(_with_places(wanted, by_former_key, _PLACES[model]))
    lines: list[Line] = []
    kept = set()
    for number, cells in enumerate(wanted, 1):
        rule = by_former_key.get(rule_tables.key_in(model, cells))
        if model is not LevelScore:
            cells = cells | {"enabled": "yes"}
        lines.append(planner.line(number, cells, rule=rule))
        kept.add(rule.pk if rule else None)
    if model is not LevelScore:
        surplus = [row for row in planner.rows.values() if row.pk not in kept and row.is_enabled]  # type: ignore[attr-defined]
        lines += [
            planner.line(number, {"enabled": "no"}, rule=row) for number, row in enumerate(surplus, len(lines) + 1)
        ]
    return Plan(model, lines)


# The field that orders the rules of a kind.
_PLACES: dict[type[Model], str] = {Policy: "priority", Route: "order"}


def _with_places(wanted: Iterable[Cells], rules: Mapping[tuple[str, ...], Model], field: str) -> Iterator[Cells]:
    """Their numbers are not in a content, only the order they make: each stays unless that order needs another."""
    last = (0, "")
    for cells in wanted:
        rule = rules.get((cells["name"],))
        here = (getattr(rule, field, 100), cells["name"])
        if here < last:
            here = (last[0] + (cells["name"] < last[1]), cells["name"])
        last = here
        yield cells | {field: str(here[0])}


def _former_keys(version: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the rules that were renamed after a version were called in it, by the ledger."""
    names: dict[tuple[str, str], dict[str, str]] = {}
    models = {str(model._meta.model_name): model for model in SECTIONS.values()}
    for entry in LedgerEntry.objects.filter(stream=STREAM, type="rule.changed").order_by("-seq").iterator():
        body = json.loads(entry.body)
        if body["data"]["version"] <= version:
            break
        kind, before = body["subject"]["kind"], body["data"]["before"]
        if kind in models:
            keys = {name: before[name] or "" for name in rule_tables.KEYS[models[kind]] if name in before}
            names.setdefault((kind, body["subject"]["id"]), {}).update(keys)
    found = {}
    for (kind, pk), before in names.items():
        row = models[kind]._default_manager.filter(pk=pk).first() if before else None
        if row is not None:
            now = dict(zip(rule_tables.KEYS[models[kind]], rule_tables.key_of(row), strict=True))
            found[kind, pk] = tuple((now | before).values())
    return found


def _subject(row: Model) -> tuple[str, str]:
    return str(row._meta.model_name), str(row.pk)


def _with_names_of_today(route: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """Groups are found by id, so that one which was renamed since is the same group."""
    stages = stage_texts.text_of(route["stages"], lambda one: names.get(one["group"], one["group_name"]))
    group = route["escalate_to"]
    kept = {name: value for name, value in route.items() if name != "escalate_to_name"}
    return kept | {"stages": stages, "escalate_to": names.get(group, route["escalate_to_name"]) if group else ""}


def _cells(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if name == "cvss":
            yield "cvss_vector", value["vector"]
        elif name == "techniques" or (name == "controls" and value and isinstance(value[0], dict)):
            yield name, " ".join(link["id"] for link in value)
        elif isinstance(value, list):
            yield name, " ".join(value)
        elif isinstance(value, bool):
            yield name, "yes" if value else "no"
        elif isinstance(value, int | float):
            yield name, rule_tables.number_text(value)
        else:
            yield name, value or ""

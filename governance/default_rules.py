"""VERBS: load_default_rules, add_default_rules. The shipped rules, put in place once, and what a release adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Model

from governance import ledger
from governance.actors import Actor
from governance.catalogues.starter import starter_rows, write_starter_set
from governance.default_action_types import ACTION_TYPES
from governance.default_evidence import EVIDENCE, INDICATORS
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Policy,
    RulebookVersion,
    Technique,
    Threshold,
)
from governance.rule_changes import STREAM, Change, change_rules, freeze, take_turn

_Row = TypeVar("_Row", bound=Model)

# The guide, "Risk level mapping".
LEVEL_SCORES = {"low": 35.0, "medium": 60.0, "high": 85.0, "critical": 95.0}

# fmt: off
# The guide's line for everybody, but stricter where nobody watches over the agent.
THRESHOLDS: tuple[dict[str, Any], ...] = (
    {"agent_type": "supervised", "review_from": 70.0, "reason": "The guide's line."},
    {"agent_type": "autonomous", "review_from": 60.0,
     "reason": "Nobody watches an autonomous agent while it works, so its medium actions wait too."},
    {"agent_type": "unregistered", "review_from": 70.0, "reason": "The guide's line, until somebody registers it."},
)

# Observed: it shows what a policy would do and changes nothing until an admin enforces it.
POLICIES: tuple[dict[str, Any], ...] = (
    {"name": "Payments over 10,000", "effect": "require_approval", "mode": "observe", "priority": 100,
     "condition": 'has(action.details.amount) && action.details.amount > 10000',
     "reason": "An amount over 10,000 needs a person's decision."},
)
# fmt: on


def load_default_rules(actor: Actor) -> RulebookVersion | None:
    """Put the shipped rules in place and return version 1; do nothing and return None when any version exists."""
    with transaction.atomic():
        take_turn()
        if RulebookVersion.objects.exists():
            return None
        _write_rows(actor)
        version = freeze(actor=actor, reason="The default rules.")
        ledger.append(
            "rules.loaded",
            actor=actor,
            stream=STREAM,
            subject={"kind": "rulebookversion", "id": str(version.version)},
            data={
                "version": version.version,
                "digest": version.digest,
                "action_types": len(ACTION_TYPES),
                "evidence_rules": len(EVIDENCE),
                "indicator_rules": len(INDICATORS),
                "policies": len(POLICIES),
                "thresholds": len(THRESHOLDS),
            },
        )
        return version


class Added(NamedTuple):
    """What a release brought: the version it made, and its rows."""

    version: RulebookVersion
    rows: Sequence[Model]


def add_default_rules(actor: Actor, *, release: str) -> Added | None:
    """Add the shipped rules, techniques and controls that are missing, as one version; None when none is.

    What is there stays as it is, also what was switched off. A row is missing when its name is not in its table, nor
    another row for the same thing. Raises InvalidRule when no rules were loaded yet.
    """
    with transaction.atomic():
        take_turn()
        changes = list(_missing())
        version = change_rules(changes, actor=actor, reason=f"New default rules of version {release}.")
        return Added(version, [change.row for change in changes]) if version else None


# What a row is known by; the database lets nobody else have it.
_KEYS: dict[type[Model], tuple[tuple[str, ...], ...]] = {
    Technique: (("external_id",),),
    Control: (("control_id",),),
    LevelScore: (("level",),),
    ActionTypeRule: (("pattern",),),
    EvidenceRule: (("name",),),
    IndicatorRule: (("name",), ("key", "value")),
    Policy: (("name",),),
    Threshold: (("agent_type", "agent_id", "team_id"),),
}


def _missing() -> list[Change]:
    """Every shipped row that is not in its table, each after the rows it is linked to."""
    shipped_techniques, shipped_controls = starter_rows()
    techniques, controls = _unknown(shipped_techniques), _unknown(shipped_controls)
    technique = {row.external_id: row for row in (*Technique.objects.all(), *techniques)}
    control = {row.control_id: row for row in (*Control.objects.all(), *controls)}
    shipped = {one.pattern: one for one in ACTION_TYPES}
    changes = [Change(row) for row in (*techniques, *controls)]
    others: tuple[Sequence[Model], ...] = (_levels(), _evidence(), _indicators(), _policies(), _thresholds())
    changes += [Change(row) for rows in others for row in _unknown(rows)]
    for row in _unknown(_action_types()):
        links: dict[str, Sequence[Model]] = {
            "techniques": [technique[number] for number in shipped[row.pattern].techniques.split()],
            "controls": [control[number] for number in shipped[row.pattern].controls.split()],
        }
        changes.append(Change(row, links))
    return changes


def _unknown(rows: Sequence[_Row]) -> list[_Row]:
    """Those of the rows, all of one kind, that their table does not know by any of its keys."""
    model = type(rows[0])
    stored = [(key, set(model._default_manager.values_list(*key))) for key in _KEYS[model]]
    return [row for row in rows if not any(tuple(getattr(row, name) for name in key) in taken for key, taken in stored)]


def _write_rows(actor: Actor) -> None:
    LevelScore.objects.bulk_create(_levels())
    techniques, controls = write_starter_set(actor)
    rows = ActionTypeRule.objects.bulk_create(_action_types())
    to_technique, to_control = ActionTypeRule.techniques.through, ActionTypeRule.controls.through
    to_technique.objects.bulk_create(
        to_technique(actiontyperule=row, technique=techniques[number])
        for row, shipped in zip(rows, ACTION_TYPES, strict=True)
        for number in shipped.techniques.split()
    )
    to_control.objects.bulk_create(
        to_control(actiontyperule=row, control=controls[number])
        for row, shipped in zip(rows, ACTION_TYPES, strict=True)
        for number in shipped.controls.split()
    )
    EvidenceRule.objects.bulk_create(_evidence())
    IndicatorRule.objects.bulk_create(_indicators())
    Policy.objects.bulk_create(_policies())
    Threshold.objects.bulk_create(_thresholds())


# The shipped rows, not stored.


def _levels() -> list[LevelScore]:
    return [LevelScore(level=level, score=score) for level, score in LEVEL_SCORES.items()]


def _action_types() -> list[ActionTypeRule]:
    return [
        ActionTypeRule(
            pattern=shipped.pattern,
            level=shipped.level,
            extra_points=shipped.extra_points,
            why=shipped.why,
            cvss_vector=shipped.vector,
            reversibility=shipped.reversibility,
            blast_radius=shipped.blast_radius,
        )
        for shipped in ACTION_TYPES
    ]


def _evidence() -> list[EvidenceRule]:
    return [EvidenceRule(**rule | {"words": "\n".join(rule["words"])}) for rule in EVIDENCE]


def _indicators() -> list[IndicatorRule]:
    return [IndicatorRule(**rule) for rule in INDICATORS]


def _policies() -> list[Policy]:
    return [Policy(**rule) for rule in POLICIES]


def _thresholds() -> list[Threshold]:
    return [Threshold(**rule) for rule in THRESHOLDS]

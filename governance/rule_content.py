"""The rules' tables as one plain value: what the next rulebook version will say, and what it would say with a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db.models import Model

from governance import cvss
from governance.models import ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore, Policy, Route, Threshold

# Rows a rule is linked to; they are part of the rule.
LINKS: dict[type[Model], tuple[str, ...]] = {ActionTypeRule: ("techniques", "controls"), Policy: ("controls",)}


class Draft(NamedTuple):
    """A rule as it would be: a row with other values, or a new one. `links` holds what is not left as it is."""

    row: Model
    links: Mapping[str, Sequence[Model]] = {}


def content_of_rows(drafts: Iterable[Draft] = ()) -> dict[str, Any]:
    """Every enabled rule as it stands in its table, as plain JSON: what the next version will say.

    With `drafts`, those rules as they would be.
    """
    drafts = list(drafts)
    content: dict[str, Any] = {"format": 2}
    for section, (model, item, order) in _SECTIONS.items():
        rows = list(_rows(model, drafts))
        rows.sort(key=lambda draft: order(draft.row))
        content[section] = [item(draft) for draft in rows]
    content["levels"] = dict(content["levels"])
    return content


def item_of(draft: Draft) -> Any:
    """One rule as a content holds it, enabled or not."""
    return next(item for model, item, _ in _SECTIONS.values() if model is type(draft.row))(draft)


def _rows(model: type[Model], drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The enabled rules of a kind, each as a draft where there is one."""
    own = [draft for draft in drafts if type(draft.row) is model]
    drafted = {draft.row.pk for draft in own}
    links = {field.name: _links(field) for field in model._meta.many_to_many}
    own += [
        Draft(row, {name: others.get(row.pk, []) for name, others in links.items()})
        for row in model._default_manager.all()
        if row.pk not in drafted
    ]
    return (draft for draft in own if draft.row.is_enabled)  # type: ignore[attr-defined]


def _links(field: Any) -> dict[int, list[Model]]:
    """What each row is linked to. Hundreds of rules share few techniques, so each of these is read and made once."""
    pairs = field.remote_field.through._default_manager.values_list(
        f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    )
    linked: dict[int, list[int]] = {}
    for own, other in pairs:
        linked.setdefault(own, []).append(other)
    others = field.related_model._default_manager.in_bulk({one for found in linked.values() for one in found})
    return {own: [others[other] for other in found] for own, found in linked.items()}


def _linked(draft: Draft, name: str) -> list[Any]:
    if name in draft.links:
        return list(draft.links[name])
    return list(getattr(draft.row, name).all()) if draft.row.pk else []


def _level_item(draft: Draft) -> Any:
    row: Any = draft.row
    return row.level, row.score


def _type_item(draft: Draft) -> dict[str, Any]:
    row: Any = draft.row
    techniques = sorted(_linked(draft, "techniques"), key=lambda t: t.external_id)
    controls = sorted(_linked(draft, "controls"), key=lambda c: c.control_id)
    return {
        "pattern": row.pattern,
        "level": row.level,
        "extra_points": row.extra_points,
        "why": row.why,
        "reversibility": row.reversibility,
        "blast_radius": row.blast_radius,
        "cvss": dict(cvss.base(row.cvss_vector)),
        "techniques": [
            {"id": t.external_id, "name": t.name, "tactic": t.tactic, "tactic_id": t.tactic_id} for t in techniques
        ],
        "controls": [{"id": c.control_id, "title": c.title} for c in controls],
    }


def _fields(*names: str) -> Callable[[Draft], dict[str, Any]]:
    return lambda draft: {name: getattr(draft.row, name) for name in names}


def _policy_item(draft: Draft) -> dict[str, Any]:
    row: Any = draft.row
    return {
        "name": row.name,
        "condition": row.condition,
        "effect": row.effect,
        "mode": row.mode,
        "reason": row.reason,
        "severity": row.severity,
        "owner": row.owner.username if row.owner else "",
        "controls": sorted(control.control_id for control in _linked(draft, "controls")),
        "valid_from": _moment(row.valid_from),
        "valid_until": _moment(row.valid_until),
    }


def _moment(moment: datetime | None) -> str | None:
    """In UTC, as the database gives it back, whatever the zone it was written in."""
    return moment.astimezone(UTC).isoformat() if moment else None


def _threshold_item(draft: Draft) -> dict[str, Any]:
    row: Any = draft.row
    return {
        "agent_type": row.agent_type,
        "agent_id": row.agent_id,
        "team": row.team.name if row.team else "",
        "review_from": row.review_from,
        "deny_from": row.deny_from,
        "reason": row.reason,
    }


def _route_item(draft: Draft) -> dict[str, Any]:
    """Groups by id, by which people are found to belong to them, and by name, which is what people read."""
    row: Any = draft.row
    wanted = {one.get("group") for stage in row.stages for one in stage["requirements"]} - {None}
    names = dict(Group.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    stages = [
        {
            "label": stage.get("label", ""),
            "requirements": [_requirement_item(one, names) for one in stage["requirements"]],
        }
        for stage in row.stages
    ]
    return {
        **{name: getattr(row, name) for name in _ROUTE},
        "team": row.team.name if row.team else "",
        "stages": stages,
        "escalate_to": row.escalate_to_id,
        "escalate_to_name": row.escalate_to.name if row.escalate_to else "",
    }


def _requirement_item(one: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    group = one.get("group")
    return {
        "needed": one["needed"],
        "level": one.get("level", 1),
        "group": group,
        "group_name": names.get(group, "") if group else "",
    }


_ROUTE = (
    "name reason condition score_from score_below rejections_needed same_person_again bulk_approve edit_allowed"
    " deadline_minutes remind_after escalate_after"
).split()
_EVIDENCE = ("name", "words", "points", "up_to", "reason")
_INDICATOR = ("name", "key", "value", "points", "up_to", "raises_to", "forces_review", "cvss_environment", "reason")

# Section of a content: its table, how a row is written, and the order, which is ours and no database's.
_SECTIONS: dict[str, tuple[type[Model], Callable[[Draft], Any], Callable[[Any], Any]]] = {
    "levels": (LevelScore, _level_item, lambda row: row.level),
    "action_types": (ActionTypeRule, _type_item, lambda row: row.pattern),
    "evidence": (EvidenceRule, _fields(*_EVIDENCE), lambda row: row.name),
    "indicators": (IndicatorRule, _fields(*_INDICATOR), lambda row: (row.key, row.value)),
    "policies": (Policy, _policy_item, lambda row: (row.priority, row.name)),
    "thresholds": (Threshold, _threshold_item, lambda row: (row.agent_type, row.agent_id, row.team_id or 0)),
    "routes": (Route, _route_item, lambda row: (row.order, row.name)),
}

# The tables whose rows are part of a rulebook.
KINDS: tuple[type[Model], ...] = tuple(model for model, _, _ in _SECTIONS.values())

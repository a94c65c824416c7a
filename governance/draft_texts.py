"""A draft of one rule from texts: its kind, its name, and FIELD=VALUE as they would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, JSONField, Model

from governance import stage_texts
from governance.errors import InvalidRule
from governance.models import (
    ActionTypeRule,
    AgentType,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Person,
    Policy,
    Route,
    Technique,
    Threshold,
)
from governance.rule_checks import check
from governance.rule_content import LINKS, Draft


class Kind(NamedTuple):
    """A kind of rule, or of what rules refer to, and the field it is called by."""

    model: type[Model]
    called_by: str


KINDS: dict[str, Kind] = {
    "type": Kind(ActionTypeRule, "pattern"),
    "evidence": Kind(EvidenceRule, "name"),
    "indicator": Kind(IndicatorRule, "name"),
    "level": Kind(LevelScore, "level"),
    "policy": Kind(Policy, "name"),
    "threshold": Kind(Threshold, "agent_id"),
    "route": Kind(Route, "name"),
}

_REFERRED: dict[str, Kind] = {
    "techniques": Kind(Technique, "external_id"),
    "controls": Kind(Control, "control_id"),
    "owner": Kind(Person, "username"),
    "team": Kind(Group, "name"),
    "escalate_to": Kind(Group, "name"),
}


def draft_of_texts(kind: str, name: str, fields: Sequence[str], *, new: bool) -> Draft:
    """The rule of that kind and name as it would be, checked as it would be at saving.

    `fields` are FIELD=VALUE; links are their ids with commas between. Raises InvalidRule.
    """
    row = _row(KINDS[kind], name, new=new)
    links = _fill(row, fields)
    check(row)
    return Draft(row, links)


def _row(kind: Kind, name: str, *, new: bool) -> Model:
    # A threshold is for a type of agents, or for one agent.
    called_by = "agent_type" if kind.model is Threshold and name in AgentType.values else kind.called_by
    if new:
        return kind.model(**{called_by: name})
    row = kind.model._default_manager.filter(**{called_by: name}).first()
    if row is None:
        raise InvalidRule(f"There is no {kind.model._meta.verbose_name} {name}. Say that it is new, or name another.")
    return row


def _fill(row: Model, given: Sequence[str]) -> dict[str, list[Model]]:
    """Set the fields; returns the links among them."""
    fields: dict[str, Any] = {field.name: field for field in (*row._meta.concrete_fields, *row._meta.many_to_many)}
    del fields["id"]
    links = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in fields:
            raise InvalidRule(f"{text}: write FIELD=VALUE with one of {', '.join(sorted(fields))}.")
        if name in LINKS.get(type(row), ()):
            links[name] = [_referred(name, one) for one in value.split(",") if one.strip()]
        elif name in _REFERRED:
            setattr(row, name, _referred(name, value) if value else None)
        else:
            setattr(row, name, _value(fields[name], value))
    return links


def _value(field: Any, text: str) -> Any:
    if isinstance(field, BooleanField):
        text = text.capitalize()  # Django knows True and False
    if isinstance(field, JSONField):
        return _stages(field.name, text)
    try:
        return None if not text and field.null else field.to_python(text)
    except ValidationError as exc:
        raise InvalidRule(f"{field.name}: {' '.join(exc.messages)}") from None


def _stages(field: str, text: str) -> list[dict[str, Any]]:
    try:
        return stage_texts.stages_of(text, lambda name: _referred("team", name).pk)
    except ValueError as exc:
        raise InvalidRule(f"{field}: {exc}") from None


def _referred(field: str, name: str) -> Model:
    kind = _REFERRED[field]
    row = kind.model._default_manager.filter(**{kind.called_by: name.strip()}).first()
    if row is None:
        raise InvalidRule(f"{field}: there is no {kind.model._meta.verbose_name} {name.strip()}.")
    return row

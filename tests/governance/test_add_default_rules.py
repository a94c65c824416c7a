"""`load_default_rules --add-new`: what a later release ships is added, and nothing that is there is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from governance import rulebook, settings
from governance.actors import system
from governance.default_rules import add_default_rules
from governance.ledger import guards
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    Policy,
    RulebookVersion,
    Technique,
    Threshold,
)
from tests.governance.changes import change, edited
from tests.governance.test_default_rules import empty_the_rules
from tests.support.threads import failures, together

ACTOR = system("upgrade")


def forget(model: type[Model], names: Sequence[str], by: str) -> None:
    """An older portal, which these rows had not been shipped with."""
    found = model._default_manager.filter(**{f"{by}__in": names})
    assert found.count() == len(names)
    found.delete()


def an_older_portal() -> None:
    forget(ActionTypeRule, ["memory.write", "user.grant"], "pattern")
    ActionTypeRule.techniques.through.objects.filter(technique__external_id="ASI06").delete()
    forget(Technique, ["ASI06"], "external_id")
    forget(IndicatorRule, ["Personal data"], "name")
    forget(Threshold, ["autonomous"], "agent_type")


def everything() -> dict[str, Any]:
    """Every stored rule with its links, by its id."""
    return {
        f"{model.__name__} {row.pk}": [
            str(getattr(row, field.attname)) for field in row._meta.concrete_fields
        ] + [sorted(map(str, getattr(row, link.name).all())) for link in model._meta.many_to_many]
        for model in (ActionTypeRule, EvidenceRule, IndicatorRule, Policy, Threshold, Technique)
        for row in model._default_manager.all()
    }  # fmt: skip


@pytest.mark.django_db
def test_what_is_missing_comes_as_one_version() -> None:
    an_older_portal()
    before, latest = everything(), rulebook.latest_version()
    added = add_default_rules(ACTOR, release="9.9")
    assert added is not None
    assert (added.version.version, added.version.reason) == (latest + 1, "New default rules of version 9.9.")
    assert sorted(str(row) for row in added.rows) == [
        "ASI06 Memory & Context Poisoning",
        "Personal data",
        "autonomous agents",
        "memory.write",
        "user.grant",
    ]
    after = everything()
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 5
    mapping = rulebook.current().mapping
    assert [one["id"] for one in mapping.rule_for("memory.write").techniques] == ["AML.T0070", "AML.T0080", "ASI06"]
    assert [one["id"] for one in mapping.rule_for("user.grant").controls] == ["AC-2", "AC-5", "AC-6"]
    entries = [json.loads(entry.body) for entry in LedgerEntry.objects.filter(stream="rules").order_by("-seq")[:5]]
    assert {entry["type"] for entry in entries} == {"rule.created"}
    assert {entry["data"]["version"] for entry in entries} == {latest + 1}


@pytest.mark.django_db
def test_when_nothing_is_missing_nothing_is_written(nothing_written: Any) -> None:
    with nothing_written():
        assert add_default_rules(ACTOR, release="9.9") is None


@pytest.mark.django_db
def test_what_an_admin_changed_or_switched_off_stays(nothing_written: Any) -> None:
    change(edited(ActionTypeRule, {"pattern": "query"}, level="high", why="Ours are slow."))
    change(edited(ActionTypeRule, {"pattern": "user.grant"}, is_enabled=False))
    change(edited(IndicatorRule, {"name": "Personal data"}, name="Persons", points=10.0))
    change(edited(Technique, {"external_id": "T1485"}, name="Destruction of data"))
    with nothing_written():
        assert add_default_rules(ACTOR, release="9.9") is None
    assert rulebook.current().mapping.rule_for("query").level == "high"
    assert rulebook.current().mapping.rule_for("user.grant").pattern == "user.*"


@pytest.mark.django_db
def test_a_name_or_a_value_somebody_took_is_not_missing() -> None:
    """An indicator is known by its name and by what it answers for; either being there is enough."""
    change(edited(IndicatorRule, {"name": "Personal data"}, key="people"))
    assert add_default_rules(ACTOR, release="9.9") is None
    assert not IndicatorRule.objects.filter(key="pii_involved").exists()


@pytest.mark.django_db(transaction=True)
def test_two_upgrades_at_once_add_once() -> None:
    guards.remove(connection)
    try:
        an_older_portal()
    finally:
        guards.install(connection)
    latest = rulebook.latest_version()
    results = together(*[lambda: add_default_rules(ACTOR, release="9.9")] * 3)
    assert not failures(results)
    assert [added is not None for added in results].count(True) == 1
    assert rulebook.latest_version() == latest + 1


@pytest.mark.django_db
def test_the_command() -> None:
    out = StringIO()
    call_command("load_default_rules", "--add-new", stdout=out)
    assert out.getvalue() == "Every shipped rule is there already. Nothing was changed.\n"
    an_older_portal()
    out = StringIO()
    call_command("load_default_rules", "--add-new", stdout=out)
    lines = out.getvalue().splitlines()
    assert "action type: user.grant" in lines
    assert "indicator rule: Personal data" in lines
    assert "technique: ASI06 Memory & Context Poisoning" in lines
    assert lines[-1] == f"5 added: version {rulebook.latest_version()}."
    version = RulebookVersion.objects.latest("version")
    assert version.reason == f"New default rules of version {settings.VERSION}."
    assert version.changed_by == "manage.py load_default_rules"


@pytest.mark.django_db
def test_the_command_starts_an_empty_portal_too() -> None:
    empty_the_rules()
    out = StringIO()
    call_command("load_default_rules", "--add-new", stdout=out)
    assert out.getvalue() == "The default rules are loaded: version 1.\n"

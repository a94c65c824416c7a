"""The shipped rules: complete, true to the guide and to the catalogues, loaded once."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from governance import cvss, evidence, rulebook
from governance.actors import system
from governance.default_action_types import ACTION_TYPES
from governance.default_catalogue import CONTROLS, OWASP, TECHNIQUES
from governance.default_rules import EVIDENCE, INDICATORS, LEVEL_SCORES, POLICIES, THRESHOLDS, load_default_rules
from governance.ledger import guards
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    LevelScore,
    Policy,
    RulebookVersion,
    Technique,
    Threshold,
)
from governance.rule_checks import check
from tests.support.threads import failures, together


def empty_the_rules() -> None:
    """A portal before its first start."""
    guards.remove(connection)
    for model in (RulebookVersion, LedgerEntry, ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore, Policy,
                  Threshold, Technique, Control):  # fmt: skip
        model._default_manager.all().delete()
    rulebook.forget()


@pytest.mark.django_db
def test_an_empty_portal_gets_version_1_and_one_entry() -> None:
    empty_the_rules()
    version = load_default_rules(system("first start"))
    assert version is not None
    assert (version.version, RulebookVersion.objects.count()) == (1, 1)
    entry = json.loads(LedgerEntry.objects.get().body)
    assert (entry["type"], entry["stream"], entry["actor"]["name"]) == ("rules.loaded", "rules", "first start")
    assert entry["data"] == {
        "version": 1,
        "digest": version.digest,
        "action_types": len(ACTION_TYPES),
        "evidence_rules": len(EVIDENCE),
        "indicator_rules": len(INDICATORS),
        "policies": len(POLICIES),
        "thresholds": len(THRESHOLDS),
    }
    assert ActionTypeRule.objects.count() == len(ACTION_TYPES)


@pytest.mark.django_db
def test_loading_again_does_nothing(nothing_written: Any) -> None:
    with nothing_written():
        assert load_default_rules(system("second start")) is None


@pytest.mark.django_db(transaction=True)
def test_two_first_starts_load_once() -> None:
    empty_the_rules()
    try:
        results = together(*[lambda: load_default_rules(system("start"))] * 3)
    finally:
        guards.install(connection)
    assert not failures(results)
    assert [version is not None for version in results].count(True) == 1
    assert LedgerEntry.objects.count() == 1


@pytest.mark.django_db
def test_the_command() -> None:
    out = StringIO()
    call_command("load_default_rules", stdout=out)
    assert "Nothing was changed" in out.getvalue()
    empty_the_rules()
    call_command("load_default_rules", stdout=out)
    assert "version 1" in out.getvalue()


@pytest.mark.django_db
def test_every_shipped_row_would_pass_as_a_change() -> None:
    rows = [
        row
        for model in (ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore, Policy, Threshold, Technique, Control)
        for row in model._default_manager.all()
    ]
    assert len(rows) > 150
    for row in rows:
        before = dict(vars(row))
        check(row)
        assert dict(vars(row)) == before, f"{row} is not in its normal form"


def test_the_guides_levels() -> None:
    assert LEVEL_SCORES == {"low": 35.0, "medium": 60.0, "high": 85.0, "critical": 95.0}
    levels = {row.pattern: row.level for row in ACTION_TYPES}
    guide = {
        "query": "low",
        "data_access": "medium",
        "data_modification": "high",
        "transaction": "high",
        "system_operation": "critical",
    }
    assert {name: levels[name] for name in guide} == guide


@pytest.mark.parametrize(
    "action_type",
    "data_access data_modification transaction recommendation communication system_operation query analysis"
    " report_generation api_call".split(),
)
def test_every_type_of_the_published_client_is_rated(action_type: str) -> None:
    assert action_type in {row.pattern for row in ACTION_TYPES}


def test_each_type_is_rated_once() -> None:
    patterns = [row.pattern for row in ACTION_TYPES]
    assert len(set(patterns)) == len(patterns)
    assert len({row["name"] for row in (*EVIDENCE, *INDICATORS, *POLICIES)}) == len(EVIDENCE + INDICATORS + POLICIES)


@pytest.mark.parametrize("row", ACTION_TYPES, ids=lambda row: row.pattern)
def test_every_type_is_explained(row: Any) -> None:
    assert cvss.base(row.vector)["score"] > 0
    assert set(row.techniques.split()) <= set(TECHNIQUES)
    assert row.controls
    assert set(row.controls.split()) <= set(CONTROLS)
    assert re.fullmatch(r"[A-Z][^.]+\.", row.why), row.why


def test_a_member_nobody_rated_waits_for_a_person() -> None:
    """Nothing passes because its family is mostly harmless, but for families in which every member is."""
    milder = {
        row.pattern
        for row in ACTION_TYPES
        if row.pattern.endswith(".*") and LEVEL_SCORES[row.level] + row.extra_points < 70
    }
    assert milder == {"email.*", "notification.*", "api.*"}


def test_names_are_the_publishers() -> None:
    """Wire-contract 14, row 13: T1485 was labelled Data Manipulation, which is T1565."""
    assert TECHNIQUES["T1485"] == ("Data Destruction", "Impact", "TA0040")
    assert TECHNIQUES["T1565.001"][0] == "Stored Data Manipulation"
    assert TECHNIQUES["T1657"][0] == "Financial Theft"
    assert TECHNIQUES["AML.T0053"][0] == "AI Agent Tool Invocation"
    assert CONTROLS["AC-6(9)"] == "Log Use of Privileged Functions"
    assert CONTROLS["SI-12"] == "Information Management and Retention"


def test_nothing_in_the_catalogue_is_unused() -> None:
    used = {number for row in ACTION_TYPES for number in row.techniques.split()}
    assert set(TECHNIQUES) - set(OWASP) == used - set(OWASP)  # OWASP's list is shipped whole
    assert set(CONTROLS) == {number for row in ACTION_TYPES for number in row.controls.split()}


def test_no_tactic_has_two_names() -> None:
    assert len({tactic_id for _, _, tactic_id in TECHNIQUES.values()}) == len(
        {(tactic, tactic_id) for _, tactic, tactic_id in TECHNIQUES.values()}
    )


@pytest.mark.parametrize("rule", EVIDENCE, ids=lambda rule: rule["name"])
def test_words_are_modest(rule: dict[str, Any]) -> None:
    """Words alone never make an action critical, and one kind of them never stops a read."""
    assert evidence.words_in("\n".join(rule["words"])) == tuple(rule["words"])
    assert rule["up_to"] <= 85
    assert rule["points"] <= 20 or rule["name"] == "Destructive commands"


def test_no_shipped_policy_decides() -> None:
    assert {rule["mode"] for rule in POLICIES} == {"observe"}

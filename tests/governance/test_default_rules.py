"""The shipped rules: complete, true to the guide and to the catalogues, loaded once."""

from __future__ import annotations

import json
import re
import statistics
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from governance import cvss, evidence, rulebook
from governance.actors import system
from governance.default_action_types import ACTION_TYPES, ActionType
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
    assert len(rows) > 500
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


def test_every_type_is_explained() -> None:
    for row in ACTION_TYPES:
        assert cvss.base(row.vector)["score"] > 0, row.pattern
        assert set(row.techniques.split()) <= set(TECHNIQUES), row.pattern
        assert row.controls, row.pattern
        assert set(row.controls.split()) <= set(CONTROLS), row.pattern
        assert re.fullmatch(r"[A-Z][^.]+\.", row.why), row.why


def _score(row: ActionType) -> float:
    return LEVEL_SCORES[row.level] + row.extra_points


def test_a_member_nobody_rated_waits_for_a_person() -> None:
    """Nothing passes because its family is mostly harmless, but for families in which every member is."""
    milder = {row.pattern for row in ACTION_TYPES if row.pattern.endswith(".*") and _score(row) < 70}
    assert milder == {"notification.*", "push.*", "llm.*", "mcp.time.*"}


def test_no_family_is_milder_than_its_usual_member() -> None:
    for family in ACTION_TYPES:
        if family.pattern.endswith(".*"):
            members = [
                _score(row)
                for row in ACTION_TYPES
                if row.pattern.startswith(family.pattern[:-1]) and not row.pattern.endswith(".*")
            ]
            assert not members or _score(family) >= statistics.median(members), family.pattern


# Wire-contract 13.12: the types of its table. "unknown" is what it says, so the row * answers for it.
_TABLE = """database_read aws_read network_scan audit_read notification_send database_write database_delete
financial_transaction financial_refund healthcare_write file_read system_monitoring file_write file_delete aws_write
aws_delete healthcare_read pii_read privilege_escalation user_create user_delete password_reset secret_read
data_exfiltration secret_write firewall_modification audit_modification code_deployment container_control email_send
system_modification api_call""".split()

# Its base-risk taxonomy, in the dotted spelling, with the level it has there.
_TAXONOMY = """database.read low, database.delete high, database.bulk_update high, database.export high,
database.schema_change critical, file.read low, file.write medium, file.delete high, file.permission high,
file.bulk_delete critical, financial.read medium, financial.transfer high, financial.modify_limits high,
financial.bulk_transfer critical, security.authentication medium, security.access_control high,
security.key_rotation high, security.encryption_change critical, email.send medium, sms.send medium,
email.bulk_send high, push.send low, api.external_call medium, api.data_sync medium, api.webhook low"""

# What the published clients send by themselves (wire-contract 4.1, 13.10 and 13.11).
_SENT = """database.query financial.refund model_inference tool_call code.eval code.exec system.subprocess
langchain.tool.terminal langchain.tool.wikipedia credential_access data_exfiltration lateral_movement persistence
privilege_escalation defense_evasion discovery execution initial_access collection impact database_access
system_modification file_access authentication network_access vulnerability_scan incident_detection""".split()


def test_nothing_the_clients_send_is_unclassified() -> None:
    patterns = {row.pattern for row in ACTION_TYPES}
    assert sorted({*_TABLE, *_SENT} - patterns) == []


def test_the_published_taxonomy_keeps_its_levels() -> None:
    levels = {row.pattern: row.level for row in ACTION_TYPES}
    for line in _TAXONOMY.split(","):
        pattern, level = line.split()
        assert levels[pattern] == level, pattern


def test_one_thing_under_two_names_is_rated_once() -> None:
    rated = {row.pattern: row[1:] for row in ACTION_TYPES}
    for name, dotted in (
        ("database_write", "database.write"),
        ("database_read", "database.query"),
        ("secret_read", "secret.read"),
        ("financial_transaction", "transaction"),
        ("privilege_escalation", "user.grant"),
    ):
        assert rated[name] == rated[dotted]


@pytest.mark.parametrize(
    ("pattern", "risk"),
    [("code.eval", "ASI05"), ("tool_call", "ASI02"), ("user.grant", "ASI03"), ("memory.write", "ASI06"),
     ("package.install", "ASI04"), ("agent.delegate", "ASI07"), ("prompt.update", "ASI01")],
)  # fmt: skip
def test_agentic_risks_are_named_where_they_fit(pattern: str, risk: str) -> None:
    row = next(row for row in ACTION_TYPES if row.pattern == pattern)
    assert risk in row.techniques.split()


def test_reach_and_return_are_values_of_the_model() -> None:
    assert {row.blast_radius for row in ACTION_TYPES} == set(ActionTypeRule.BlastRadius.values)
    assert {row.reversibility for row in ACTION_TYPES} == set(ActionTypeRule.Reversibility.values)
    for row in ACTION_TYPES:
        if row.pattern.endswith(("bulk_delete", "truncate", "destroy")):
            assert (row.reversibility, row.blast_radius != "record") == ("no", True), row.pattern


def test_names_are_the_publishers() -> None:
    """Wire-contract 14, row 13: T1485 was labelled Data Manipulation, which is T1565.

    Each name was compared with the publishers' files when it was put in; these are the ones once mistaken.
    """
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

"""Where an action happens and what it touches: small raises with an end, and CVSS with what is at stake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance import cvss, mapping, policies
from governance.default_evidence import INDICATORS
from governance.default_rules import LEVEL_SCORES
from governance.risk import Assessment, Facts, assess, cvss_score
from tests.governance.rules import facts, indicator, labels, policy, scored, shipped, type_rule

READ = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"


def at_stake(requirements: str, key: str = "stake", value: str = "true") -> mapping.IndicatorRule:
    return replace(indicator(key, value), cvss_environment=requirements)


def assessed(vector: str, *rules: mapping.IndicatorRule, **known: Any) -> Assessment:
    """An action of a type with this vector, under these indicator rules."""
    rated = mapping.TypeRule("*", "low", 0.0, "because", "unknown", cvss=cvss.base(vector))
    return assess(facts("x", **known), mapping.make(1, base=LEVEL_SCORES, types=[rated], indicators=rules))


# -- The environment ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [{"environment": "live"}, {"context": {"environment": "Live"}},
                                   {"indicators": {"Environment": " LIVE "}}])  # fmt: skip
def test_the_environment_is_read_wherever_the_agent_says_it(where: dict[str, Any]) -> None:
    result = scored("query", **where)
    assert result.score == 40.0
    assert labels(result, "raise") == ["environment = live: It happens where the work is done, and people rely on it."]


def test_said_three_times_it_counts_once() -> None:
    said = {"environment": "prod"}
    assert scored("query", environment="prod", context=said, indicators=said).score == 40.0


@pytest.mark.parametrize("where", ["", "development", "test", "sandbox", "production-like", "PROD2", "prod,test"])
def test_another_environment_is_worth_nothing_and_lowers_nothing(where: str) -> None:
    assert scored("transaction", environment=where) == scored("transaction")


@pytest.mark.parametrize("action_type", ["query", "data_access", "transaction", "system_operation", "frobnicate"])
def test_production_weighs_more_than_staging_and_staging_more_than_nothing(action_type: str) -> None:
    scores = [scored(action_type, environment=where).score for where in ("", "staging", "production")]
    assert scores == sorted(scores)


def test_the_raise_of_an_environment_ends_below_the_review_line() -> None:
    rules = [rule for rule in INDICATORS if rule["key"] == "environment"]
    assert rules
    assert all(rule["points"] <= 5 and rule["up_to"] <= 65 for rule in rules)
    assert not any(rule.get("raises_to") or rule.get("forces_review") for rule in rules)


@pytest.mark.parametrize(
    ("declared", "score"),
    [
        ({"compliance_flags": ["GDPR"]}, 65.0),
        ({"compliance_flags": ["GDPR", "CCPA"], "regulatory_scope": "gdpr"}, 65.0),
        ({"compliance_flags": ["HIPAA"]}, 75.0),
        ({"compliance_flags": ["HIPAA"], "health_data": True}, 75.0),
        ({"compliance_flags": ["PCI-DSS"], "financial_data": True}, 70.0),
        ({"data_classification": "pii"}, 60.0),
        ({"data_classification": "top_secret"}, 95.0),
        ({"data_sensitivity": "critical"}, 85.0),
        ({"data_sensitivity": "low"}, 60.0),
    ],
)
def test_what_is_said_twice_counts_once(declared: dict[str, Any], score: float) -> None:
    assert scored("data_access", indicators=declared).score == score


# -- CVSS in context ---------------------------------------------------------------------------------------


def test_context_gives_an_environmental_score_with_its_reasons() -> None:
    found = scored("data_access", indicators={"pii_involved": True}, environment="production")
    assert found.cvss is not None
    assert (found.cvss["vector"], found.cvss["score"], found.cvss["severity"]) == (READ, 6.5, "MEDIUM")
    assert found.cvss["environmental"] == {
        "vector": f"{READ}/CR:H/IR:H/AR:H",
        "score": 8.3,
        "severity": "HIGH",
        "because": [
            "pii_involved = true: Personal data is involved.",
            "environment = production: It happens where the work is done, and people rely on it.",
        ],
    }
    assert cvss_score(found) == 8.3
    assert found.as_snapshot()["cvss"] == found.cvss


def test_without_context_there_is_none() -> None:
    plain = scored("data_access")
    assert plain.cvss is not None
    assert "environmental" not in plain.cvss
    assert cvss_score(plain) == 6.5


def test_the_rule_of_the_type_is_left_alone() -> None:
    before = dict(shipped().mapping.rule_for("data_access").cvss or {})
    scored("data_access", indicators={"pii_involved": True})
    assert shipped().mapping.rule_for("data_access").cvss == before


def test_where_two_rules_differ_the_higher_requirement_holds() -> None:
    rules = [at_stake("CR:M"), at_stake("CR:H", "more")]
    found = assessed(READ, *rules, indicators={"stake": True, "more": True})
    assert found.cvss is not None
    assert found.cvss["environmental"]["vector"] == f"{READ}/CR:H"
    assert len(found.cvss["environmental"]["because"]) == 2


def test_where_the_formulas_give_less_the_base_score_stands_and_says_so() -> None:
    lower = "CVSS:3.1/AV:A/AC:L/PR:L/UI:R/S:C/C:N/I:H/A:H"
    found = assessed(lower, at_stake("CR:H"), indicators={"stake": True})
    assert found.cvss is not None
    here = found.cvss["environmental"]
    assert (here["vector"], here["score"]) == (lower, found.cvss["score"])
    assert here["because"] == [
        "stake = true: It is true.",
        "The formulas of CVSS would give less here, so the base score stands.",
    ]


def test_a_type_without_cvss_stays_without() -> None:
    bare = mapping.make(1, base=LEVEL_SCORES, types=[type_rule("*", "low")], indicators=[at_stake("CR:H")])
    found = assess(facts("x", indicators={"stake": True}), bare)
    assert found.cvss is None
    assert cvss_score(found) == 0.0


def test_policies_read_the_score_that_holds() -> None:
    strict = policies.policy_set([policy("deny", "risk.cvss > 8.0")])
    for declared, outcome in ({}, "approved"), ({"pii_involved": True}, "rejected"):
        action: Facts = facts("data_access", indicators=declared)
        assert policies.evaluate(action, assess(action, shipped().mapping), strict).outcome == outcome


def test_context_adds_no_points_of_its_own() -> None:
    assert scored("data_access", indicators={"pii_involved": True}).score == scored("data_access").score

"""What an agent declares about its action can raise the score or call a person, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from governance.risk import Factor, assess
from tests.governance.rules import facts, indicator, labels, scored, small_mapping


@pytest.mark.parametrize("value", [True, "true", "TRUE", " True "])
@pytest.mark.parametrize("where", ["indicators", "context"])
@pytest.mark.parametrize("key", ["leak", "LEAK"])
def test_an_indicator_raises(value: Any, where: str, key: str) -> None:
    rules = small_mapping(indicators=[indicator("leak", "true", points=12.5)])
    assert assess(facts("low", **{where: {key: value}}), rules).score == 47.5


@pytest.mark.parametrize("value", [False, "false", None, 0, "yes", {}, {"true": True}, [], 1.5])
def test_another_value_does_not(value: Any) -> None:
    rules = small_mapping(indicators=[indicator("leak", "true", points=12.5)])
    assert assess(facts("low", indicators={"leak": value}), rules).score == 35.0


def test_numbers_and_lists_are_matched_as_text() -> None:
    rules = small_mapping(indicators=[indicator("flags", "pci", points=5.0), indicator("tier", "3", points=10.0)])
    assert assess(facts("low", indicators={"flags": ["sox", "PCI"], "tier": 3}), rules).score == 50.0
    assert assess(facts("low", indicators={"tier": 3.0}), rules).score == 45.0
    assert assess(facts("low", indicators={"tier": 10**400}), rules).score == 35.0


def test_an_indicator_declared_twice_counts_once() -> None:
    rules = small_mapping(indicators=[indicator("leak", "true", points=10.0)])
    twice = facts("low", indicators={"leak": True, "Leak": "true"}, context={"leak": True})
    assert assess(twice, rules).score == 45.0


def test_raises_are_capped_at_100_and_then_floors_lift() -> None:
    rules = small_mapping(
        indicators=[indicator("a", "true", points=40.0), indicator("b", "true", raises_to="critical")]
    )
    result = assess(facts("high", indicators={"a": True}), rules)
    assert (result.score, labels(result, "cap")) == (100.0, ["A score ends at 100"])
    assert sum(factor.points for factor in result.factors) == 100.0
    lifted = assess(facts("low", indicators={"b": True}), rules)
    assert (lifted.score, lifted.factors[-1]) == (
        95.0,
        Factor("floor", "b = true: It is true. (at least critical)", 60.0),
    )


def test_only_the_highest_floor_moves_the_score() -> None:
    rules = small_mapping(indicators=[indicator("a", "x", raises_to="medium"), indicator("b", "x", raises_to="high")])
    result = assess(facts("low", indicators={"a": "x", "b": "x"}), rules)
    assert result.score == 85.0
    assert [factor.kind for factor in result.factors] == ["base", "floor", "note"]


@pytest.mark.parametrize("key", ["risk_level", "local_risk_level"])
@pytest.mark.parametrize("where", ["indicators", "context"])
def test_the_agents_opinion_is_a_floor(key: str, where: str) -> None:
    assert scored("query", **{where: {key: "HIGH"}}).score == 85.0
    assert scored("query", **{where: {key: "critical"}}).score == 95.0
    assert scored("query", **{where: {key: "minimal"}}).score == 35.0
    lowered = scored("transaction", **{where: {key: "low"}})
    assert lowered.score == 85.0
    assert labels(lowered, "note") == [f'"{key}" comes from the agent and cannot lower a score']


def test_the_worse_of_two_opinions_counts() -> None:
    assert scored("query", indicators={"risk_level": "high"}, context={"risk_level": "low"}).score == 85.0


@pytest.mark.parametrize(
    "key", ["auto_approve", "verified", "customer_verified", "mfa_completed", "customer_requested", "risk_score"]
)
def test_assurances_are_noted_and_worth_nothing(key: str) -> None:
    result = scored("transaction", indicators={key: True})
    assert result.score == 85.0
    assert labels(result, "note") == [f'"{key}" comes from the agent and cannot lower a score']
    assert labels(scored("transaction", indicators={key: False}), "note") == []


@pytest.mark.parametrize("value", [True, "true", "yes", 1, "please", ["x"]])
@pytest.mark.parametrize("where", ["indicators", "context"])
def test_a_wish_for_a_person_is_granted(value: Any, where: str) -> None:
    result = scored("query", **{where: {"require_human_approval": value}})
    assert result.score == 35.0
    assert result.review_reasons == ("The agent asks for a person's decision (require_human_approval).",)


@pytest.mark.parametrize("value", [False, None, 0, "", "false", "No", []])
def test_no_wish_no_person(value: Any) -> None:
    assert scored("query", context={"require_human_approval": value}).review_reasons == ()


def test_an_indicator_can_force_a_review() -> None:
    result = scored("query", indicators={"unusual_pattern": True})
    assert result.review_reasons == ("The agent itself sees an unusual pattern.",)
    assert result.score == 50.0

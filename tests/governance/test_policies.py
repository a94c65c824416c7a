"""The order of precedence, and that no unanswered question passes an action."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from governance.policies import Policy, PolicySet, Verdict, evaluate, policy_set
from governance.risk import Facts, assess
from governance.thresholds import GUIDE as GUIDE_LINE
from tests.governance.rules import GUIDE, facts, policy, scored, shipped

# Conditions as the table below names them.
APPLIES, IDLE, UNANSWERED = "true", "false", "action.details.missing > 1"


def decide(action_type: str, *policies: Policy, **known: Any) -> Verdict:
    return evaluate(facts(action_type, **known), scored(action_type, **known), policy_set(policies))


# -- Without policies: the guide's line --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action_type", "outcome", "reason"),
    [
        ("query", "approved", "Risk 35 is below the review line of 70."),
        ("data_access", "approved", "Risk 60 is below the review line of 70."),
        ("unknown", "pending", "Human review required: risk 70 >= 70"),
        ("data_modification", "pending", "Human review required: risk 85 >= 70"),
        ("transaction", "pending", "Human review required: risk 85 >= 70"),
        ("system_operation", "pending", "Human review required: risk 95 >= 70"),
    ],
)
def test_the_review_line(action_type: str, outcome: str, reason: str) -> None:
    expected = Verdict(outcome, (reason,), threshold=GUIDE_LINE.as_snapshot("supervised"))  # type: ignore[arg-type]
    assert decide(action_type) == expected
    assert evaluate(facts(action_type), scored(action_type), shipped().policies) == expected


def test_the_guides_first_example_is_approved() -> None:
    assert evaluate(GUIDE, assess(GUIDE, shipped().mapping), shipped().policies).outcome == "approved"


def test_a_score_is_written_without_needless_digits() -> None:
    verdict = decide("data_access", indicators={"risk_level": "high"})
    assert verdict.reasons == ("Human review required: risk 85 >= 70",)


def test_the_agents_wish_for_a_person_holds_below_the_line() -> None:
    verdict = decide("query", context={"require_human_approval": True})
    assert verdict.outcome == "pending"
    assert verdict.reasons == ("The agent asks for a person's decision (require_human_approval).",)
    assert verdict.degraded == ()


# -- The order ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effects", "outcome"),
    [
        (["deny"], "rejected"),
        (["deny", "allow"], "rejected"),
        (["deny", "require_approval"], "rejected"),
        (["deny", "require_approval", "allow"], "rejected"),
        (["require_approval"], "pending"),
        (["require_approval", "allow"], "pending"),
        (["allow"], "approved"),
    ],
)
@pytest.mark.parametrize("action_type", ["query", "transaction"])
def test_deny_then_require_approval_then_allow(effects: list[str], outcome: str, action_type: str) -> None:
    assert decide(action_type, *(policy(effect) for effect in effects)).outcome == outcome
    assert decide(action_type, *(policy(effect) for effect in reversed(effects))).outcome == outcome


def test_the_reasons_are_those_of_what_decided() -> None:
    everything = [policy("allow"), policy("require_approval"), policy("deny")]
    assert decide("query", *everything).reasons == ("deny if true.",)
    assert decide("query", *everything[:2]).reasons == ("require_approval if true.",)
    assert decide("transaction", *everything[:2]).reasons == ("require_approval if true.",)
    assert decide("transaction", everything[1]).reasons == (
        "require_approval if true.",
        "Human review required: risk 85 >= 70",
    )
    assert decide("query", everything[0]).reasons == ("allow if true.",)


def test_reasons_come_in_the_order_of_the_policies() -> None:
    verdict = decide("query", policy("deny", name="first"), policy("deny", name="second"))
    assert verdict.reasons == ("first.", "second.")


def test_an_idle_policy_has_no_part_in_it() -> None:
    assert decide("query", policy("deny", IDLE)) == decide("query")


def test_allow_never_passes_a_critical_score() -> None:
    verdict = decide("system_operation", policy("allow"))
    assert verdict.outcome == "pending"
    assert verdict.reasons == (
        "Human review required: risk 95 >= 70",
        'Policy "allow if true" allows this, but a critical score is never passed without a person.',
    )


def test_allow_never_overrides_who_asked_for_a_person() -> None:
    assert decide("query", policy("allow"), context={"require_human_approval": True}).outcome == "pending"
    assert decide("query", policy("allow"), indicators={"unusual_pattern": True}).outcome == "pending"
    assert decide("query", policy("allow"), policy("allow", UNANSWERED)).outcome == "pending"


# -- Unknown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["deny", "require_approval", "allow"])
def test_an_unanswered_policy_calls_a_person(effect: str) -> None:
    verdict = decide("query", policy(effect, UNANSWERED, name="odd one"))
    assert verdict.outcome == "pending"
    assert verdict.degraded == ("policy:odd one",)
    assert verdict.reasons == ('Policy "odd one" could not be evaluated, so a person decides.',)
    assert verdict.matched == ()


def test_a_denial_stands_beside_an_unanswered_policy() -> None:
    verdict = decide("query", policy("deny"), policy("deny", UNANSWERED, name="odd one"))
    assert (verdict.outcome, verdict.degraded) == ("rejected", ("policy:odd one",))


def test_a_policy_whose_condition_compiles_no_more_is_unanswered() -> None:
    verdict = decide("query", Policy("old", "allow", "enforce", "Old.", None))
    assert (verdict.outcome, verdict.degraded) == ("pending", ("policy:old",))


@pytest.mark.parametrize(
    ("action_type", "chosen"),
    [
        (action_type, dict(zip(("deny", "require_approval", "allow"), states, strict=True)))
        for action_type in ("query", "transaction", "system_operation")
        for states in product((APPLIES, IDLE, UNANSWERED), repeat=3)
    ],
    ids=str,
)
def test_every_combination(action_type: str, chosen: dict[str, str]) -> None:
    """27 combinations at three scores, against the rule as a sentence."""
    verdict = decide(action_type, *(policy(effect, condition) for effect, condition in chosen.items()))
    score = scored(action_type).score
    if chosen["deny"] == APPLIES:
        expected = "rejected"
    elif UNANSWERED in chosen.values() or chosen["require_approval"] == APPLIES or score >= 90:
        expected = "pending"
    elif chosen["allow"] == APPLIES:
        expected = "approved"
    else:
        expected = "pending" if score >= 70 else "approved"
    assert verdict.outcome == expected
    assert verdict.reasons


# -- Observed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["deny", "require_approval", "allow"])
@pytest.mark.parametrize("action_type", ["query", "transaction"])
def test_an_observed_policy_changes_nothing_and_is_listed(effect: str, action_type: str) -> None:
    watched = decide(action_type, policy(effect, mode="observe"))
    plain = decide(action_type)
    assert (watched.outcome, watched.reasons, watched.matched) == (plain.outcome, plain.reasons, ())
    assert watched.observed == (
        {
            "name": f"{effect} if true",
            "effect": effect,
            "reason": f"{effect} if true.",
            "mode": "observe",
            "severity": "medium",
            "controls": [],
        },
    )


def test_an_observed_policy_without_an_answer_is_listed_as_unknown() -> None:
    verdict = decide("query", policy("deny", UNANSWERED, mode="observe", name="odd one"))
    assert (verdict.outcome, verdict.degraded) == ("approved", ())
    assert verdict.observed[0]["unknown"] is True


def test_the_shipped_policy_only_watches() -> None:
    transfer = facts("transaction", details={"amount": 50000})
    verdict = evaluate(transfer, assess(transfer, shipped().mapping), shipped().policies)
    assert verdict.outcome == "pending"
    assert [item["name"] for item in verdict.observed] == ["Payments over 10,000"]
    assert verdict.reasons == ("Human review required: risk 85 >= 70",)


# -- What a policy sees ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        'action.type == "transaction"',
        'action.tool == "Bank"',
        'action.resource == "account"',
        'action.description == "Pay"',
        'action.environment == "test"',
        "action.details.amount == 5",
        'action.context.ticket == "7"',
        "action.indicators.pii_involved == true",
        'agent.id == "agent-1"',
        'agent.team == "Payments"',
        "risk.score == 85",
        'risk.level == "high"',
        "risk.cvss == 7.7",
    ],
)
def test_a_condition_sees_the_action(condition: str) -> None:
    """The type in lower case: nobody escapes a policy by writing Transaction."""
    action = Facts(
        agent_id="agent-1",
        team="Payments",
        action_type=" Transaction",
        tool_name="Bank",
        resource="account",
        description="Pay",
        details={"amount": 5},
        context={"ticket": "7"},
        indicators={"pii_involved": True},
        environment="test",
    )
    verdict = evaluate(action, assess(action, shipped().mapping), policy_set([policy("deny", condition)]))
    assert verdict.outcome == "rejected"


def test_the_snapshot_is_plain_json() -> None:
    verdict = decide("query", policy("deny"), policy("allow", UNANSWERED), policy("allow", mode="observe"))
    item = {"name": "deny if true", "effect": "deny", "reason": "deny if true.", "mode": "enforce",
            "severity": "medium", "controls": []}  # fmt: skip
    snapshot = verdict.as_snapshot()
    assert snapshot["matched"] == [item]
    assert set(snapshot) == {"outcome", "reasons", "matched", "observed", "degraded", "threshold"}
    assert json.loads(json.dumps(snapshot)) == snapshot


def test_no_policies_at_all() -> None:
    assert evaluate(facts("query"), scored("query"), PolicySet()).outcome == "approved"

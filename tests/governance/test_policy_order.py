"""deny > require > allow > line, over random sets of policies, against the order said once more in plain words.

Upstream, a threshold overrode a denial, "escalate" counted as approved, and any one matching part of a rule sufficed
(wire-contract 14, rows 6 to 9).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import conditions
from governance.policies import Policy, Verdict, evaluate, policy_set
from governance.risk import level_of
from governance.thresholds import Threshold
from tests.governance.rules import facts, policy, scored

NOW = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
HOLDS, IDLE, OPEN = "true", "false", "action.details.missing > 1"
PROGRAMS = {condition: conditions.compile(condition) for condition in (HOLDS, IDLE, OPEN)}

windows = st.sampled_from(
    [
        (None, None),
        (NOW, None),  # begins this very moment: it applies
        (None, NOW),  # ends at this very moment: it does not any more
        (NOW + timedelta(microseconds=1), None),
        (None, NOW + timedelta(microseconds=1)),
        (NOW - timedelta(days=1), NOW + timedelta(days=1)),
        (NOW - timedelta(days=2), NOW - timedelta(days=1)),
    ]
)


@st.composite
def any_policy(draw: st.DrawFn) -> tuple[Policy, str]:
    """A policy, and its condition as it was written."""
    condition = draw(st.sampled_from([HOLDS, IDLE, OPEN]))
    begins, ends = draw(windows)
    effect = draw(st.sampled_from(["deny", "require_approval", "allow"]))
    mode = draw(st.sampled_from(["enforce", "enforce", "observe"]))
    name = f"policy {draw(st.integers(0, 10**6))}"
    made = Policy(name, effect, mode, f"{name}.", PROGRAMS[condition], valid_from=begins, valid_until=ends)
    return made, condition


def in_plain_words(rules: list[tuple[Policy, str]], score: float, asks: bool, line: Threshold) -> str:
    """The order, once more and without the code: first who may refuse, then who wants a person, then who may pass."""
    standing = [
        (rule.effect, condition)
        for rule, condition in rules
        if rule.mode == "enforce"
        and not (rule.valid_from and rule.valid_from > NOW)
        and not (rule.valid_until and rule.valid_until <= NOW)
    ]
    if ("deny", HOLDS) in standing or (line.deny_from is not None and score >= line.deny_from):
        return "rejected"
    if any(condition == OPEN for _, condition in standing) or ("require_approval", HOLDS) in standing:
        return "pending"
    if asks or score >= 90:
        return "pending"
    if ("allow", HOLDS) in standing:
        return "approved"
    return "pending" if score >= line.review_from else "approved"


def judged(rules: list[tuple[Policy, str]], score: float, asks: bool, line: Threshold) -> Verdict:
    assessment = replace(
        scored(), score=score, level=level_of(score), review_reasons=("The agent asks.",) if asks else ()
    )
    return evaluate(facts(at=NOW), assessment, policy_set(rule for rule, _ in rules), line)


sets = st.lists(any_policy(), max_size=7)
scores = st.sampled_from([0.0, 35.0, 59.5, 60.0, 69.5, 70.0, 85.0, 89.5, 90.0, 95.0, 100.0])
lines = st.builds(Threshold, st.sampled_from([0.0, 50.0, 60.0, 70.0, 90.0]), st.sampled_from([None, None, 80.0, 95.0]))


@given(sets, scores, st.booleans(), lines)
def test_any_set_of_policies(rules: list[tuple[Policy, str]], score: float, asks: bool, line: Threshold) -> None:
    verdict = judged(rules, score, asks, line)
    assert verdict.outcome == in_plain_words(rules, score, asks, line)
    assert verdict.reasons


@given(st.permutations(list(range(6))), st.lists(any_policy(), min_size=6, max_size=6), scores, lines)
def test_the_order_of_policies_never_matters(
    order: list[int], rules: list[tuple[Policy, str]], score: float, line: Threshold
) -> None:
    """Priority orders reasons only."""
    one, other = judged(rules, score, False, line), judged([rules[place] for place in order], score, False, line)
    assert one.outcome == other.outcome
    assert sorted(one.reasons) == sorted(other.reasons)


@given(sets, scores, st.booleans(), lines)
def test_what_only_watches_changes_nothing(
    rules: list[tuple[Policy, str]], score: float, asks: bool, line: Threshold
) -> None:
    enforced = [(rule, condition) for rule, condition in rules if rule.mode == "enforce"]
    with_watchers, without = judged(rules, score, asks, line), judged(enforced, score, asks, line)
    assert (with_watchers.outcome, with_watchers.reasons) == (without.outcome, without.reasons)


@given(sets, any_policy(), scores, lines)
def test_a_denial_more_never_loosens(
    rules: list[tuple[Policy, str]], extra: tuple[Policy, str], score: float, line: Threshold
) -> None:
    """Only an allowing policy may turn a waiting action into a passing one."""
    strictness = {"approved": 0, "pending": 1, "rejected": 2}
    rule, condition = extra
    more = [*rules, (replace(rule, effect="deny"), condition)]
    before, after = judged(rules, score, False, line).outcome, judged(more, score, False, line).outcome
    assert strictness[after] >= strictness[before]


@pytest.mark.parametrize("effect", ["deny", "require_approval"])
@pytest.mark.parametrize("score", [0.0, 35.0, 100.0])
def test_no_score_overrules_a_policy(effect: str, score: float) -> None:
    verdict = judged([(policy(effect), HOLDS)], score, False, Threshold(90.0))
    assert verdict.outcome == ("rejected" if effect == "deny" else "pending")


# -- All of a condition, or nothing (rows 8 and 9) -----------------------------------------------------------

PARTS = ['action.type == "query"', 'agent.team == "t"', "action.details.amount > 100", 'action.environment == "prod"']
MATCHING: dict[str, Any] = {"details": {"amount": 500}, "environment": "prod"}
FAILING: list[dict[str, Any]] = [
    {"action_type": "other"},
    {"team": "u"},
    {"details": {"amount": 1}},
    {"environment": ""},
]


@pytest.mark.parametrize("fails", list(product((False, True), repeat=4)), ids=str)
def test_a_condition_that_holds_in_part_does_not_hold(fails: tuple[bool, ...]) -> None:
    """Upstream, one fitting part out of four was confidence enough."""
    known = {"action_type": "query", "team": "t"} | MATCHING
    for place, failing in enumerate(fails):
        known |= FAILING[place] if failing else {}
    verdict = evaluate(facts(**known), scored("query"), policy_set([policy("deny", " && ".join(PARTS), name="all")]))
    assert bool(verdict.matched) is (not any(fails))
    assert verdict.degraded == ()


@pytest.mark.parametrize(
    ("condition", "details", "matches"),
    [
        ('!(action.details.zone in ["eu", "us"])', {"zone": "asia"}, True),  # upstream, "not in" could never match
        ('!(action.details.zone in ["eu", "us"])', {"zone": "eu"}, False),
        ('action.resource.startsWith("db/")', {}, True),
        ('action.resource == "db/*"', {}, False),  # no pattern is hidden in an equality
        ("has(action.details.amount) && action.details.amount < 10", {}, False),  # what is missing is not 0
    ],
)
def test_each_operator_means_what_it_says(condition: str, details: dict[str, Any], matches: bool) -> None:
    asked = facts(resource="db/users", details=details)
    verdict = evaluate(asked, scored(), policy_set([policy("deny", condition)]))
    assert (bool(verdict.matched), verdict.degraded) == (matches, ())


def test_a_missing_number_is_no_number() -> None:
    verdict = evaluate(facts(), scored(), policy_set([policy("deny", "action.details.amount < 10", name="small")]))
    assert (verdict.outcome, verdict.degraded) == ("pending", ("policy:small",))


# -- The window ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "applies"),
    [
        (timedelta(0), None, True),
        (timedelta(microseconds=1), None, False),
        (None, timedelta(0), False),
        (None, timedelta(microseconds=1), True),
        (timedelta(-1), timedelta(1), True),
    ],
)
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_the_window_holds_its_beginning_and_not_its_end(
    begins: timedelta | None, ends: timedelta | None, applies: bool, mode: str
) -> None:
    rule = replace(
        policy("deny", mode=mode),
        valid_from=NOW + begins if begins is not None else None,
        valid_until=NOW + ends if ends is not None else None,
    )
    verdict = evaluate(facts(at=NOW), scored(), policy_set([rule]))
    assert bool(verdict.matched or verdict.observed) is applies


def test_an_unanswered_policy_out_of_its_window_calls_nobody() -> None:
    rule = replace(policy("deny", OPEN), valid_until=NOW)
    assert evaluate(facts(at=NOW), scored(), policy_set([rule])).outcome == "approved"


def test_a_past_action_is_judged_by_its_own_time() -> None:
    """Replayed today, an action of yesterday meets the policies of yesterday's window."""
    rule = replace(policy("deny"), valid_from=NOW, valid_until=NOW + timedelta(hours=1))
    for at, outcome in (
        (NOW - timedelta(seconds=1), "approved"),
        (NOW + timedelta(minutes=59), "rejected"),
        (NOW + timedelta(hours=1), "approved"),
    ):
        assert evaluate(facts(at=at), scored(), policy_set([rule])).outcome == outcome

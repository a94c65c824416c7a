"""What a draft changes: the definition, the shortcut that must agree with it, and the numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import conditions, risk, rulebook, simulation
from governance.risk import Facts
from governance.rulebook import Rulebook
from governance.simulation import Comparison, compare, decisive
from governance.tallies import Tally
from tests.governance.rules import facts

VERSION = 7
MOMENT = datetime(2025, 6, 1, tzinfo=UTC)
LEVELS = {"low": 35, "medium": 60, "high": 85, "critical": 95}


def kind(pattern: str, level: str = "medium", **fields: Any) -> dict[str, Any]:
    given = {
        "pattern": pattern,
        "level": level,
        "extra_points": 0,
        "why": "Because.",
        "reversibility": "unknown",
        "blast_radius": "unknown",
        "cvss": {"version": "3.1", "vector": "x", "score": 5, "severity": "MEDIUM"},
        "techniques": [],
        "controls": [],
    }
    return given | fields


def policy(condition: str, effect: str = "require_approval", **fields: Any) -> dict[str, Any]:
    given = {"name": condition, "condition": condition, "effect": effect, "mode": "enforce", "reason": f"{effect}!"}
    return given | fields


def words(listed: str, points: float) -> dict[str, Any]:
    return {"name": listed, "words": listed, "points": points, "up_to": 100, "reason": "It says so."}


def indicator(key: str, **fields: Any) -> dict[str, Any]:
    given = {"name": key, "key": key, "value": "true", "points": 0, "up_to": 100, "raises_to": "",
             "forces_review": False, "reason": "It is true."}  # fmt: skip
    return given | fields


def threshold(agent_type: str, review_from: float, deny_from: float | None = None) -> dict[str, Any]:
    return {"agent_type": agent_type, "agent_id": "", "team": "", "review_from": review_from, "deny_from": deny_from,
            "reason": "A line."}  # fmt: skip


def content(**sections: Any) -> dict[str, Any]:
    given = {
        "levels": LEVELS,
        "action_types": [kind("*"), kind("query", "low"), kind("database.*", "high")],
        "evidence": [],
        "indicators": [],
        "policies": [],
        "thresholds": [],
    }
    return given | sections


def rules(**sections: Any) -> Rulebook:
    return rulebook.from_content(VERSION, content(**sections))


# -- The definition ------------------------------------------------------------------------------------------


def test_it_works() -> None:
    difference = compare(facts("query"), rules(), rules(policies=[policy('action.type == "query"')]))
    assert difference is not None
    assert (difference.before.outcome, difference.after.outcome) == ("approved", "pending")
    assert (difference.before.score, difference.after.score) == (35, 35)
    assert difference.after.reasons == ("require_approval!",)
    assert difference.comes_out_differently


@pytest.mark.parametrize(
    ("draft", "outcome", "score"),
    [
        ({"policies": [policy("true", "deny")]}, "rejected", 35),
        ({"action_types": [kind("*"), kind("query", "critical")]}, "pending", 95),
        ({"action_types": [kind("*", "high")]}, "pending", 85),
        ({"levels": LEVELS | {"low": 45}}, "approved", 45),
        ({"evidence": [words("payroll", 40)]}, "pending", 75),
        ({"indicators": [indicator("abroad", raises_to="high")]}, "pending", 85),
        ({"indicators": [indicator("abroad", forces_review=True)]}, "pending", 35),
        ({"thresholds": [threshold("supervised", 30)]}, "pending", 35),
        ({"thresholds": [threshold("supervised", 20, 30)]}, "rejected", 35),
    ],
)
def test_every_kind_of_rule_can_make_the_difference(draft: dict[str, Any], outcome: str, score: float) -> None:
    action = facts("query", description="Payroll of May", indicators={"abroad": True})
    difference = compare(action, rules(), rules(**draft))
    assert difference is not None
    assert (difference.after.outcome, difference.after.score) == (outcome, score)
    assert Comparison(rules(), rules(**draft)).of(action).difference == difference


def test_a_policy_is_asked_at_the_time_of_the_action() -> None:
    draft = rules(policies=[policy("true", valid_from="2025-06-01T00:00:00+00:00")])
    assert compare(facts(at=MOMENT), rules(), draft) is not None
    assert compare(facts(at=MOMENT.replace(month=5)), rules(), draft) is None


def test_the_type_the_agent_had_counts() -> None:
    draft = rules(thresholds=[threshold("unregistered", 0)])
    assert compare(facts(agent_type="unregistered"), rules(), draft) is not None
    assert compare(facts(agent_type="supervised"), rules(), draft) is None


@pytest.mark.parametrize(
    ("stage", "score"), [("governance.risk.assess", 100.0), ("governance.policies.evaluate", 45.0)]
)
def test_rules_that_break_leave_it_to_a_person(stage: str, score: float, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = rules(), rules(levels=LEVELS | {"low": 45}, policies=[policy("true", "deny")])
    whole = risk.assess if "assess" in stage else simulation.policies.evaluate

    def only_the_draft_breaks(*args: Any) -> Any:
        if args[1] is after.mapping or (len(args) > 2 and args[2].enforced):
            raise RuntimeError("broken")
        return whole(*args)

    monkeypatch.setattr(stage, only_the_draft_breaks)
    difference = compare(facts(), before, after)
    assert difference is not None
    assert difference.before.outcome == "approved"
    assert (difference.after.outcome, difference.after.score) == ("pending", score)
    assert Comparison(before, after).of(facts()).difference == difference


# -- The shortcut agrees with it -----------------------------------------------------------------------------

CONDITIONS = (
    "true",
    'action.type == "query"',
    "risk.score >= 60",
    'risk.level == "high" && agent.type == "autonomous"',
    "action.details.amount > 10",  # no answer where there is no amount
    "has(action.details.amount) && action.details.amount > 10",
    'action.type == "database.delete" && risk.rule == "database.*"',
)
_kinds = st.lists(
    st.builds(
        kind,
        st.sampled_from(["query", "database.*", "database.delete"]),
        st.sampled_from(list(LEVELS)),
        extra_points=st.sampled_from([0, 5, 30]),
    ),
    max_size=3,
    unique_by=lambda rule: rule["pattern"],
)
_contents = st.builds(
    content,
    levels=st.sampled_from([LEVELS, LEVELS | {"low": 45}]),
    action_types=_kinds.map(lambda some: [kind("*"), *some]),
    evidence=st.lists(st.sampled_from([words("payroll", 20), words("payroll", 40)]), max_size=1),
    indicators=st.lists(
        st.sampled_from([indicator("abroad", points=20), indicator("abroad", forces_review=True)]), max_size=1
    ),
    policies=st.lists(
        st.builds(
            policy,
            st.sampled_from(CONDITIONS),
            st.sampled_from(["deny", "require_approval", "allow"]),
            mode=st.sampled_from(["enforce", "observe"]),
            valid_until=st.sampled_from([None, "2025-05-01T00:00:00+00:00"]),
        ),
        max_size=4,
        unique_by=lambda rule: rule["name"],
    ),
    thresholds=st.lists(st.sampled_from([threshold("autonomous", 40), threshold("autonomous", 40, 60)]), max_size=1),
)
_actions = st.builds(
    facts,
    st.sampled_from(["query", "database.delete", "database.read", "parcel"]),
    agent_type=st.sampled_from(["supervised", "autonomous", "unregistered"]),
    description=st.sampled_from(["Reads", "Reads the payroll"]),
    details=st.sampled_from([{}, {"amount": 5}, {"amount": 50}, {"amount": "much"}]),
    indicators=st.sampled_from([{}, {"abroad": True}]),
    at=st.sampled_from([MOMENT, MOMENT.replace(month=4)]),
)


@given(before=_contents, after=_contents, action=_actions)
@settings(max_examples=400, deadline=None)
def test_the_shortcut_says_what_the_definition_says(
    before: dict[str, Any], after: dict[str, Any], action: Facts
) -> None:
    ours, theirs = rulebook.from_content(VERSION, before), rulebook.from_content(VERSION, after)
    assert Comparison(ours, theirs).of(action).difference == compare(action, ours, theirs)


@given(before=_contents, action=_actions, choose=st.data())
@settings(max_examples=300, deadline=None)
def test_one_changed_rule_is_found_too(before: dict[str, Any], action: Facts, choose: st.DataObject) -> None:
    """Drafts change one rule; two random rulebooks rarely differ in so little."""
    other = choose.draw(_contents)
    section = choose.draw(st.sampled_from(list(before)))
    ours = rulebook.from_content(VERSION, before)
    theirs = rulebook.from_content(VERSION, before | {section: other[section]})
    assert Comparison(ours, theirs).of(action).difference == compare(action, ours, theirs)


@given(rules_of_one=_contents, action=_actions)
@settings(max_examples=200, deadline=None)
def test_rules_against_themselves_change_nothing(rules_of_one: dict[str, Any], action: Facts) -> None:
    """Even when they are read twice, as a draft and as the version in force are."""
    ours, theirs = rulebook.from_content(VERSION, rules_of_one), rulebook.from_content(VERSION, rules_of_one)
    assert compare(action, ours, theirs) is None
    assert Comparison(ours, theirs).of(action) == (None, False, False)


@given(before=_contents, action=_actions)
@settings(max_examples=200, deadline=None)
def test_what_decides_alike_answers_alike(before: dict[str, Any], action: Facts) -> None:
    """Words and the order of the policies are left out of `decisive`: they must not be able to change anything."""
    reworded = before | {
        "policies": [rule | {"reason": "Another.", "owner": "olga"} for rule in reversed(before["policies"])],
        "action_types": [rule | {"why": "Otherwise."} for rule in before["action_types"]],
        "evidence": [rule | {"reason": "Otherwise."} for rule in before["evidence"]],
    }
    assert decisive(reworded) == decisive(before)
    assert compare(action, rulebook.from_content(VERSION, before), rulebook.from_content(VERSION, reworded)) is None


@pytest.mark.parametrize(
    "draft",
    [
        {"policies": [policy("true")]},
        {"levels": LEVELS | {"low": 45}},
        {"action_types": [kind("*"), kind("query", "low", reversibility="no"), kind("database.*", "high")]},
        {"thresholds": [threshold("supervised", 60)]},
    ],
)
def test_what_may_decide_is_not_left_out(draft: dict[str, Any]) -> None:
    assert decisive(content(**draft)) != decisive(content())


# -- It does not do what it need not -------------------------------------------------------------------------


def test_what_a_draft_cannot_reach_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    whole = simulation.policies.evaluate

    def count(*args: Any) -> Any:
        asked.append(len(args[2].enforced) + len(args[2].observed))
        return whole(*args)

    monkeypatch.setattr("governance.policies.evaluate", count)
    shared = [policy(f"risk.score > {number}", "allow") for number in range(50)]
    draft = rules(policies=[*shared, policy('action.type == "parcel"')])
    comparison = Comparison(rules(policies=shared), draft)
    assert comparison.of(facts("query")).difference is None
    assert asked == [1]
    other_type = rules(policies=shared, action_types=[kind("*"), kind("query", "low"), kind("database.*", "low")])
    assert Comparison(rules(policies=shared), other_type).of(facts("query")).difference is None
    assert asked == [1]


def test_a_condition_is_asked_once_for_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it looks at a risk that the draft changes."""
    asked: list[Any] = []
    whole = conditions.evaluate
    monkeypatch.setattr("governance.conditions.evaluate", lambda *args: asked.append(args[0]) or whole(*args))
    shared = [policy('action.type == "parcel"'), policy("risk.score > 90")]
    comparison = Comparison(rules(policies=shared), rules(policies=shared, levels=LEVELS | {"low": 45}))
    assert comparison.of(facts("query")).difference is not None
    assert len(asked) == 3
    comparison.of(facts("query"))
    assert len(asked) == 6, "another action, other answers"


@pytest.mark.parametrize("name", conditions.VARIABLES)
def test_what_a_condition_looks_at_is_known(name: str) -> None:
    program = conditions.compile(f"type({name}) == type({name})")
    assert conditions.looks_at(program, "risk") == name.startswith("risk.")
    assert conditions.looks_at(program, name.partition(".")[0])


# -- The numbers ---------------------------------------------------------------------------------------------


def test_the_numbers_add_up() -> None:
    draft = rules(
        levels=LEVELS | {"low": 45, "medium": 50},
        policies=[policy('action.type == "query"', name="asks"), policy("action.details.amount > 1", name="open")],
    )
    comparison, tally = Comparison(rules(), draft), Tally()
    for action in (facts("query", details={"amount": 1}), facts("parcel", details={"amount": 1}), facts("database.x")):
        tally.add(comparison.of(action))
    assert (tally.looked, tally.changed, tally.applies, tally.unanswered) == (3, 1, 1, 1)
    counts = tally.on_top_of({"transitions": {"approved>pending": 2, "pending>rejected": 1}, "lowered": 4})
    assert counts == {
        "transitions": {"approved>pending": 3, "pending>rejected": 1},
        "raised": 0,
        "lowered": 5,
        "levels": 0,
        "rerouted": 0,
        "routes": [],
        "applies": 1,
        "unanswered": 1,
    }


def test_a_watching_policy_is_counted_and_changes_nothing() -> None:
    look = Comparison(rules(), rules(policies=[policy("true", "deny", mode="observe")])).of(facts())
    assert look == (None, True, False)

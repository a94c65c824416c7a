"""No condition takes long, whatever an agent sends: too much work is no answer, and a person decides.

Work is counted, not timed. Each bound has its naive twin: the engine alone, which would have gone on and answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import condition_costs as costs
from governance import conditions
from governance.condition_costs import NODE, Size
from governance.conditions import UNKNOWN
from governance.errors import InvalidRule
from governance.policies import evaluate, policy_set
from tests.governance.rules import facts, policy, scored

BODY = 64 * 1024  # what the parser takes
Details = dict[str, Any]

NUMBERS: Details = {"items": list(range(5000))}
TEXTS: Details = {"items": ["a" * 10] * 4000}
LIST_AND_TEXT: Details = {"items": list(range(4000)), "text": "a" * 30_000}
TEXT: Details = {"text": "a" * 60_000}
ROWS: Details = {"items": [{"amount": 1, "tags": ["x", "y"]} for _ in range(1200)]}
TWO_LISTS: Details = {"items": list(range(5000)), "others": list(range(5000))}


def program(condition: str) -> conditions.Program:
    return conditions.compile(condition)


def values(details: Details) -> conditions.Activation:
    assert len(json.dumps(details, separators=(",", ":"))) <= BODY, "no agent can send this"
    return conditions.activation(conditions.BLANK | {"action.details": details})


TOO_MUCH: list[tuple[str, Details]] = [
    ("action.details.items.exists(x, -1 in action.details.items)", NUMBERS),
    ('action.details.items.exists(x, "b" in action.details.items)', TEXTS),
    ("action.details.items.filter(x, x >= 0).size() > 9000", NUMBERS),
    ("action.details.items.map(x, x + 1).size() > 9000", NUMBERS),
    ("action.details.items.exists(x, action.details.items != action.details.items)", NUMBERS),
    ('action.details.items.exists(x, action.details.text.contains("ab"))', LIST_AND_TEXT),
    ('action.details.items.exists(x, x.matches("(a?){50}b"))', TEXTS),
    ('action.details.text.matches("(a?){60}b")', TEXT),
    ('action.details.items.map(x, string(x)).join(",") == ""', NUMBERS),
]


@pytest.mark.parametrize(("condition", "details"), TOO_MUCH)
def test_too_much_work_is_no_answer(condition: str, details: Details) -> None:
    assert conditions.evaluate(program(condition), values(details)) is UNKNOWN
    assert conditions.why_unknown(program(condition), values(details)).startswith("The action is too large")


@pytest.mark.parametrize(("condition", "details"), TOO_MUCH)
def test_the_naive_twin_goes_on_and_answers(condition: str, details: Details) -> None:
    small = {name: value[: len(value) // 4] for name, value in details.items()}
    assert program(condition).engine.eval(values(small).engine).plain_value() is False


@pytest.mark.parametrize(("condition", "details"), TOO_MUCH)
def test_the_same_condition_answers_for_an_ordinary_action(condition: str, details: Details) -> None:
    ordinary = {name: value[:40] for name, value in details.items()}
    assert conditions.evaluate(program(condition), values(ordinary)) is False


@pytest.mark.parametrize(
    ("condition", "details"),
    [
        ("action.details.items.exists(x, x == -1)", NUMBERS),
        ('action.details.items.all(x, !x.endsWith("@ours.example")) && false', TEXTS),
        ('action.details.items.exists(x, x in ["b", "c"])', TEXTS),
        ('action.details.items.exists(row, row.tags.exists(tag, tag == "pii"))', ROWS),
        ("action.details.items.exists(row, has(row.amount) && row.amount > 10000)", ROWS),
        ("action.details.items.filter(row, row.amount > 10000).size() > 0", {"items": ROWS["items"][:500]}),
        ("action.details.items.exists(x, action.details.others.exists(y, x == -y - 1))",
         {"items": list(range(60)), "others": list(range(60))}),
        ('action.details.text.contains("drop table")', TEXT),
        ('action.details.text.lowerAscii().matches("[ ]drop[ ]table")', TEXT),
        ("size(action.details.items) > 6000", NUMBERS),
        ("-1 in action.details.items", NUMBERS),
        ('"secret" in action.details', {str(number): number for number in range(4000)}),
    ],
)  # fmt: skip
def test_honest_conditions_look_at_the_largest_actions(condition: str, details: Details) -> None:
    assert conditions.evaluate(program(condition), values(details)) is False


def test_what_decides_is_the_shape_not_the_size_alone() -> None:
    """Fifty long rows are as many characters as hundreds of short ones, and little work."""
    gathers = program("action.details.items.filter(x, x == 1).size() > 0")
    assert conditions.evaluate(gathers, values({"items": ["a" * 1000] * 50})) is False
    assert conditions.evaluate(gathers, values({"items": ["a"] * 3000})) is UNKNOWN


def test_the_engines_own_rounds_are_the_last_bound() -> None:
    many = {"items": list(range(11_000))}
    assert conditions.evaluate(program("action.details.items.all(x, x >= 0)"), values(many)) is UNKNOWN
    said = conditions.why_unknown(program("action.details.items.all(x, x >= 0)"), values(many))
    assert said == "The loops would take more than 10,000 rounds."


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("action.description.matches(action.details.pattern)", "must be written out in the condition"),
        ('action.type.matches("(")', "no regular expression of RE2: missing )"),
        ('action.type.matches("(?=x)")', "no regular expression of RE2"),
        ('action.details.text.matches("(a?){500}(b?){500}c")', "take too long even on an ordinary action"),
        ('action.description.replace("", action.description) == ""', "take too long even on an ordinary action"),
        (
            "action.description" + '.replace("a", "aaaaaaaaaa")' * 20 + ' == ""',
            "take too long even on an ordinary action",
        ),
        ('"%s".format([1]) == "1"', "format() is not available in conditions."),
        ("strings.quote(action.type) == action.type", "strings.quote() is not available in conditions."),
        (
            "action.details.a.exists(a, a.b.exists(b, b.c.exists(c, c.d.exists(d, d))))",
            "Loops stand 4 deep in each other here; 3 is the limit.",
        ),
    ],
)
def test_what_has_no_bound_is_refused_when_saved(condition: str, says: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        conditions.check(condition)
    assert says in refusal.value.errors["condition"]


def test_what_doubles_itself_is_refused_before_it_is_even_read() -> None:
    """The engine writes what stands before optMap twice: forty of them are 2**40 places of a tree."""
    once = "action.details.?amount" + ".optMap(a, a)" * 4 + ".orValue(0) == 5"
    assert conditions.evaluate(program(once), values({"amount": 5})) is True
    with pytest.raises(InvalidRule) as refusal:
        conditions.check("action.details.?amount" + ".optMap(a, a)" * 40 + ".orValue(0) == 5")
    assert "4 times at most" in refusal.value.errors["condition"]


def test_lists_of_lists_that_double_themselves_are_refused() -> None:
    doubling = "[action.description].map(a, [a + a].map(b, [b + b].map(c, [%s]))) == []"
    with pytest.raises(InvalidRule):
        conditions.check(doubling % " + ".join(["c + c"] * 300))


@pytest.mark.parametrize("condition", [condition for condition, _ in TOO_MUCH])
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**20), st.integers(0, 2**14), st.integers(1, 8))
def test_more_to_look_at_is_never_less_work(condition: str, units: int, widest: int, times: int) -> None:
    tree = program(condition).tree
    assert costs.work_of(tree, Size(units, widest)) <= costs.work_of(tree, Size(units * times, widest * times))


@pytest.mark.parametrize("condition", [condition for condition, _ in TOO_MUCH])
def test_the_room_of_a_condition_is_within_the_limit(condition: str) -> None:
    tree, room = program(condition).tree, program(condition).room
    assert costs.work_of(tree, Size(room, room / NODE)) <= costs.LIMIT
    assert costs.work_of(tree, Size(room * 2, room * 2 / NODE)) > costs.LIMIT


@pytest.mark.parametrize(
    ("details", "units", "widest"),
    [
        ({}, NODE, 0),
        ({"a": 1}, 3 * NODE + 1, 1),
        ({"a": "four"}, 3 * NODE + 5, 1),
        ({"a": [1, 2, 3]}, 6 * NODE + 1, 3),
        ({"a": "ä"}, 3 * NODE + 5, 1),
    ],
)
def test_how_an_action_is_measured(details: Details, units: int, widest: int) -> None:
    assert costs.measure({"action.details": details}) == Size(units, widest)


def test_what_should_be_short_and_is_not_counts_as_too_large() -> None:
    gathers = program("action.details.items.filter(x, x == 1).size() == 0")
    given = conditions.BLANK | {"action.details": {"items": [2]}}
    assert conditions.evaluate(gathers, conditions.activation(given)) is True
    assert conditions.evaluate(gathers, conditions.activation(given | {"agent.id": "a" * 5000})) is UNKNOWN


def test_most_conditions_need_no_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    measure: Callable[[Any], Size] = costs.measure
    monkeypatch.setattr(costs, "measure", lambda known: calls.append(1) or measure(known))
    plain, loop = policy("deny", "action.details.amount > 1"), policy("deny", "[1].filter(x, x > 1).size() > 1")
    gathers = policy("deny", "action.details.items.filter(x, x > 1).size() > 1")
    action = {"amount": 1, "items": [1]}
    evaluate(facts(details=action), scored(), policy_set([plain, loop]))
    assert calls == []
    evaluate(facts(details=action), scored(), policy_set([plain, gathers, gathers]))
    assert calls == [1]


def test_an_action_too_large_for_a_policy_waits_for_a_person() -> None:
    gathers = policy("allow", "action.details.items.filter(x, x >= 0).size() > 0", name="gathers")
    verdict = evaluate(facts(details=NUMBERS), scored(), policy_set([gathers]))
    assert (verdict.outcome, verdict.degraded) == ("pending", ("policy:gathers",))

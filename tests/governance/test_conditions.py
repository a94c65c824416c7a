"""Conditions: wrong ones are refused with the place, odd actions get no answer, and nothing crashes."""

from __future__ import annotations

from typing import Any

import pytest

from governance import conditions
from governance.conditions import UNKNOWN
from governance.errors import InvalidRule
from tests.support.threads import failures, together

VALUES: dict[str, Any] = {
    "action.type": "transaction",
    "action.tool": "bank",
    "action.resource": "account",
    "action.description": "Pay the bill",
    "action.environment": "",
    "action.details": {"amount": 12000, "currency": "EUR", "nothing": None, "items": [1, 2], "deep": {"a": {"b": 1}}},
    "action.context": {"ticket_id": "1"},
    "action.indicators": {"pii_involved": True},
    "agent.id": "agent-1",
    "agent.team": "Payments",
    "risk.score": 85.0,
    "risk.level": "high",
    "risk.cvss": 7.7,
}


def answer(condition: str, **details: Any) -> conditions.Answer:
    values = VALUES | {"action.details": VALUES["action.details"] | details}
    return conditions.evaluate(conditions.compile(condition), conditions.activation(values))


@pytest.mark.parametrize(
    "condition",
    [
        'action.type == "transaction"',
        'action.type in ["transaction", "query"]',
        'action.tool.startsWith("ba") && action.resource.matches("^acc")',
        "action.details.amount > 10000",
        "action.details.amount > 10000.5",
        'action.details["amount"] > 10000',
        "has(action.details.amount) && action.details.amount > 10000",
        "!has(action.details.missing)",
        '!("missing" in action.details)',
        "action.details.?missing.orValue(5) == 5",
        "action.details.nothing == null",
        "action.details.items.exists(item, item == 2)",
        "action.details.deep.a.b == 1",
        "action.indicators.pii_involved == true",
        "risk.score >= 70",
        "risk.score >= 70.0 && risk.cvss > 7",
        'risk.level == "high"',
        'agent.team == "Payments" && agent.id != "agent-2"',
        'action.description.lowerAscii().contains("pay")',
        "true // always",
        "size(action.context) == 1",
        "action.details.missing > 1 || true",
    ],
)
def test_true(condition: str) -> None:
    assert answer(condition) is True
    assert answer(f"!({condition.partition('//')[0]})") is False


@pytest.mark.parametrize(
    "condition",
    [
        "action.details.missing > 1",
        "action.details.currency > 1",
        "action.details.nothing > 1",
        "action.details.amount.cents > 1",
        "action.details.missing == true",
        'risk.score > "high"',
        'action.type.matches("(")',
        "action.details.items.all(a, a / 0 > 1)",
        "false || action.details.missing > 1",
    ],
)
def test_unknown(condition: str) -> None:
    assert answer(condition) is UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [
        2**53 - 1,
        -(2**53) + 1,
        2**63,
        10**400,
        float("inf"),
        float("nan"),
        "\ud800",
        "\x1f",
        "é" * 30_000,
        [[]] * 5000,
        {"": {"": ""}},
        object(),
        {1: 2},
        (1, 2),
    ],
    ids=lambda odd: f"{type(odd).__name__}",
)
def test_odd_values_never_crash_it(odd: Any) -> None:
    assert answer("action.details.odd == 1", odd=odd) in (False, UNKNOWN)
    assert answer("action.details.amount > 1", odd=odd) in (True, UNKNOWN)
    assert answer('action.type == "transaction"', odd=odd) is True
    assert answer("action.details.odd == action.details.odd", odd=odd) in (True, False, UNKNOWN)


def test_deep_values_never_crash_it() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": [deep]}
    assert answer("action.details.deep == action.details.deep", deep=deep) in (True, UNKNOWN)


def test_a_value_that_is_missing_is_no_answer() -> None:
    program = conditions.compile('action.type == "query"')
    assert conditions.evaluate(program, conditions.activation({})) is UNKNOWN
    assert conditions.evaluate(None, conditions.activation(VALUES)) is UNKNOWN


def test_loops_are_bounded() -> None:
    nested = "action.details.many.all(a, action.details.many.all(b, a + b >= 0))"
    assert answer(nested, many=list(range(2000))) is UNKNOWN


def test_a_regular_expression_cannot_explode() -> None:
    assert answer('action.details.text.matches("(a+)+$")', text="a" * 30_000 + "!") is False


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("", "Line 1, column 1: Syntax error"),
        ("action.type ==", "Line 1, column 15: Syntax error"),
        ('action.typ == "query"', "Line 1, column 7: undeclared reference to 'action.typ'"),
        ('action["type"] == "query"', "undeclared reference to 'action'"),
        ("true &&\n  risk.level > 3", "Line 2, column 14: found no matching overload"),
        ("now > 1", "undeclared reference to 'now'"),
        ("action.indicators.verified", "must be true or false; this is dyn."),  # it may turn out to be anything
        ("1 + 1", "this is int"),
        ("action.details", "this is map"),
        ('"yes"', "this is string"),
        ("true" + " && true" * 400, "2000 is the limit"),
        ("(" * 500, "limit"),
    ],
)
def test_a_wrong_condition_is_refused_with_the_place(condition: str, says: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        conditions.check(condition)
    assert says in refusal.value.errors["condition"]
    assert "INVALID_ARGUMENT" not in refusal.value.sentence


def test_the_place_is_marked_with_a_caret() -> None:
    with pytest.raises(InvalidRule) as refusal:
        conditions.check('action.typ == "query"')
    assert refusal.value.errors["condition"].splitlines() == [
        "Line 1, column 7: undeclared reference to 'action.typ' (in container '')",
        ' | action.typ == "query"',
        " | ......^",
    ]


@pytest.mark.parametrize(
    ("condition", "leaves_open"),
    [
        ("action.details.amount > 1", True),
        ("has(action.details.amount) && action.details.amount > 1", False),
        ("risk.score > 90", False),
        ('action.type == "transaction"', False),
    ],
)
def test_it_tells_which_conditions_need_what_may_be_missing(condition: str, leaves_open: bool) -> None:
    assert conditions.leaves_open(conditions.compile(condition)) is leaves_open


def test_threads_share_programs() -> None:
    program = conditions.compile("action.details.amount > 10000")

    def ask(amount: int) -> list[conditions.Answer]:
        values = VALUES | {"action.details": {"amount": amount}}
        return [conditions.evaluate(program, conditions.activation(values)) for _ in range(300)]

    results = together(*(lambda amount=amount: ask(amount) for amount in (1, 20000, 2, 30000)))
    assert not failures(results)
    assert [set(result) for result in results] == [{False}, {True}, {False}, {True}]

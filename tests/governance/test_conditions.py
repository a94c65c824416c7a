"""Conditions: wrong ones are refused with the place, odd actions get no answer, and nothing crashes."""

from __future__ import annotations

from datetime import UTC, datetime
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
    "action.mcp_server": "files",
    "action.at": datetime(2026, 10, 14, 22, 30, tzinfo=UTC),  # a Wednesday, and past midnight in Berlin
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
        'action.mcp_server == "files"',
        "action.at.getHours() == 22 && action.at.getDayOfWeek() == 3",
        'action.at.getHours("Europe/Berlin") == 0 && action.at.getDayOfWeek("Europe/Berlin") == 4',
        'action.at > timestamp("2026-10-14T00:00:00Z") && action.at < timestamp("2026-10-15T00:00:00Z")',
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
        "Line 1, column 7: undeclared reference to 'action.typ'",
        ' | action.typ == "query"',
        " | ......^",
        "Did you mean action.type?",
    ]


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ('action.typ == "query"', "Did you mean action.type?"),
        ('agent.kind == "autonomous"', "What is known of agent: id, team, type."),
        ("action.type == transaction", 'Text stands in quotes: "transaction".'),
        ("approved(agent)", "What is known of agent: id, team, type."),
        ("approved()", ""),
        ('action.type = "query"', "Two values are compared by ==, not by =."),
        ('action.type == "query" and risk.score > 5', "And is written &&, or is ||, not is !."),
        ("risk.score > 5 &&", ""),
    ],
)
def test_the_usual_slips_get_a_hint(condition: str, hint: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        conditions.check(condition)
    last = refusal.value.errors["condition"].splitlines()[-1]
    assert last == hint if hint else last.strip(" |.").startswith("^"), last


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not allow payments over 10,000",
        "Never permit agents to delete backups",
        "Require approval before granting access",
        "allow all read actions",
        "Deny when risk is high or critical",
    ],
)
def test_a_sentence_is_refused_as_one(sentence: str) -> None:
    """Upstream, the first three were read as ALLOW (wire-contract 14, row 10). Nothing here reads sentences."""
    with pytest.raises(InvalidRule) as refusal:
        conditions.check(sentence)
    assert refusal.value.errors["condition"].startswith("This is a sentence, and sentences are not read here")


@pytest.mark.parametrize("condition", ['action.type == "do not pay"', "'x y z' in action.details", "1 in [1] // a b c"])
def test_a_text_in_a_condition_is_no_sentence(condition: str) -> None:
    conditions.check(condition)


@pytest.mark.parametrize(
    ("condition", "details", "why"),
    [
        ("action.details.missing > 1", {}, 'The action has no "missing".'),
        ("action.details.amount > 1", {"amount": "12"}, "string and int64 cannot be compared or combined by >."),
        ("action.details.amount.cents > 1", {}, "A part was asked for of a value that has no parts."),
        ("action.details.items[5] == 1", {}, "The list has no place 5: it holds 2."),
        ("1 / action.details.zero == 1", {"zero": 0}, "It divides by zero."),
        ("action.at.getHours(action.details.zone) > 1", {"zone": "Berlin"}, "It names no time zone. One is written"),
        ("int(action.details.text) > 1", {"text": "x"}, "The engine says: cannot convert string to int"),
        ("action.details.amount > 1", {"amount": 10**400}, "The engine says: Integer value '1000"),
        ("true", {}, ""),
    ],
)
def test_why_there_is_no_answer(condition: str, details: dict[str, Any], why: str) -> None:
    values = conditions.activation(VALUES | {"action.details": VALUES["action.details"] | details})
    said = conditions.why_unknown(conditions.compile(condition), values)
    assert said.startswith(why) and bool(said) == bool(why)
    assert len(said) < 250  # an agent's text in it does not take over the page


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

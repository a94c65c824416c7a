"""Conditions taken apart: at what is certain, and never inside texts, brackets or choices."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import conditions
from governance.condition_parts import Part, split, together
from governance.conditions import UNKNOWN


def outline(part: Part) -> Any:
    """A part as nested tuples."""
    return (part.joined, *map(outline, part.parts)) if part.parts else part.text


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("a", "a"),
        ("a && b && c", ("all", "a", "b", "c")),
        ("a || b && c", ("any", "a", ("all", "b", "c"))),
        ("(a || b) && c", ("all", ("any", "a", "b"), "c")),
        ("((a && b))", ("all", "a", "b")),
        ("(a) && (b)", ("all", "a", "b")),
        ("!(a && b)", "!(a && b)"),
        ("!(a) || b", ("any", "!(a)", "b")),
        ("a ? b && c : d || e", "a ? b && c : d || e"),
        ("a && (b ? c : d)", ("all", "a", "b ? c : d")),
        ("a.?b.orValue(1) == 1 && l[?0].hasValue()", ("all", "a.?b.orValue(1) == 1", "l[?0].hasValue()")),
        ("l.exists(x, x && y) || {1: a && b} == z", ("any", "l.exists(x, x && y)", "{1: a && b} == z")),
        ('a == "x && y" || b', ("any", 'a == "x && y"', "b")),
        ("a == 'it\\'s && so' || b", ("any", "a == 'it\\'s && so'", "b")),
        ('a == r"\\" || b == "c"', ("any", 'a == r"\\"', 'b == "c"')),
        ('a == """"&& (""" || b', ("any", 'a == """"&& ("""', "b")),
        ("a && // that || this (\n b", ("all", "a", "// that || this (\n b")),
    ],
)
def test_where_it_is_split(condition: str, parts: Any) -> None:
    assert outline(split(condition)) == parts


@pytest.mark.parametrize("joined", ["all", "any"])
@pytest.mark.parametrize("answers", list(product((True, False, None), repeat=3)), ids=str)
def test_parts_come_together_as_the_engine_joins_them(joined: Any, answers: tuple[bool | None, ...]) -> None:
    written = {True: "true", False: "false", None: "action.details.missing == 1"}
    sign = " && " if joined == "all" else " || "
    program = conditions.compile(sign.join(written[answer] for answer in answers))
    said = conditions.evaluate(program, conditions.activation(conditions.BLANK))
    assert together(joined, answers) is (None if said is UNKNOWN else said)


texts = st.recursive(
    st.sampled_from(["true", "false", "action.details.missing == 1", '"a && b" == "a || b"', "[1].exists(x, x == 1)"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner)
        | st.builds("{} {} {}".format, inner, st.sampled_from(["&&", "||"]), inner)
        | st.builds("!({})".format, inner)
        | st.builds("({} ? {} : {})".format, inner, inner, inner)
    ),
    max_leaves=12,
)


@given(texts)
def test_the_parts_of_any_condition_come_to_its_answer(text: str) -> None:
    def ask(condition: str) -> bool | None:
        said = conditions.evaluate(conditions.compile(condition), conditions.activation(conditions.BLANK))
        return None if said is UNKNOWN else said

    def answer(part: Part) -> bool | None:
        return together(part.joined, [answer(inner) for inner in part.parts]) if part.parts else ask(part.text)

    assert answer(split(text)) is ask(text)

"""What makes a route valid, and its stages as a line of text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import rule_checks, stage_texts
from governance.errors import InvalidRule
from governance.models import Route
from tests.reviews.routes import group, stage

EXAMPLE = "Compliance: 2 of Compliance & 1 of Security level 3; 1 of team level 2"


def route(**fields: Any) -> Route:
    plain = {"name": "R", "reason": "So the board decided.", "stages": [stage((1, None, 1))]}
    return Route(**(plain | fields))


def one(**fields: Any) -> list[dict[str, Any]]:
    return [{"label": "", "requirements": [{"needed": 1, "level": 1, "group": None} | fields]}]


@pytest.mark.django_db
def test_it_works() -> None:
    row = route(stages=[stage((2, "Compliance", 1), (1, None, 3), label="  First ")], condition=" true\r\n")
    rule_checks.check(row)
    assert (row.condition, row.stages[0]["label"]) == ("true", "First")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"stages": []}, "stages", "cannot be blank|at least one stage"),
        ({"stages": "two"}, "stages", "at least one stage"),
        ({"stages": one() * 9}, "stages", "At most 8"),
        ({"stages": [{"requirements": []}]}, "stages", "Stage 1 must ask for"),
        ({"stages": one(needed=0)}, "stages", "1 to 20 people"),
        ({"stages": one(needed=True)}, "stages", "1 to 20 people"),
        ({"stages": one(level=5)}, "stages", "1 to 4"),
        ({"stages": one(group=987654)}, "stages", "no group"),
        ({"stages": one(group="x")}, "stages", "not one"),
        ({"stages": [{"label": "x" * 81, "requirements": one()[0]["requirements"]}]}, "stages", "longer than 80"),
        ({"stages": [{"label": "", "requirements": one()[0]["requirements"] * 2}]}, "stages", "same group twice"),
        ({"score_from": 85.0, "score_below": 85.0}, "__all__", "begin before|begin below"),
        ({"score_from": 101.0}, "score_from", "100"),
        ({"condition": "action.typ == 1"}, "condition", "Did you mean"),
        ({"deadline_minutes": 30, "remind_after": 30}, "remind_after", "before the deadline"),
        ({"escalate_after": 5}, "__all__", "to which group"),
        ({"deadline_minutes": 0}, "deadline_minutes", "1"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        rule_checks.check(route(**fields))
    assert list(refused.value.errors) == [field]
    assert refused.match("Nothing was changed")
    assert re.search(says, refused.value.errors[field])


@pytest.mark.django_db
def test_a_group_to_escalate_to_needs_a_time() -> None:
    with pytest.raises(InvalidRule, match="after how many minutes"):
        rule_checks.check(route(escalate_to=group("Directors")))


# -- Stages as text ----------------------------------------------------------------------------------------

IDS = {"Compliance": 1, "Security": 2}


def test_the_example_is_read() -> None:
    stages = stage_texts.stages_of(EXAMPLE, IDS.__getitem__)
    assert stages == [
        {
            "label": "Compliance",
            "requirements": [{"needed": 2, "level": 1, "group": 1}, {"needed": 1, "level": 3, "group": 2}],
        },
        {"label": "", "requirements": [{"needed": 1, "level": 2, "group": None}]},
    ]
    names = {number: name for name, number in IDS.items()}
    assert stage_texts.text_of(stages, lambda one: names[one["group"]]) == EXAMPLE


NAMES = st.one_of(
    st.sampled_from(
        ["team", "Team", "A & B", "a; b", "x: y", '"', '""', "of", "level 3", "X level 2", "2 of X", " a", "a "]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12),
)
PARTS = st.fixed_dictionaries({"needed": st.integers(1, 20), "level": st.integers(1, 4), "group": NAMES | st.none()})
STAGES = st.lists(
    st.fixed_dictionaries({"label": NAMES | st.just(""), "requirements": st.lists(PARTS, min_size=1, max_size=3)}),
    min_size=1,
    max_size=4,
)


@given(STAGES)
@settings(max_examples=500, deadline=None)
def test_there_and_back_changes_nothing(stages: list[dict[str, Any]]) -> None:
    """Whatever groups and stages are called. Names stand for ids here."""
    text = stage_texts.text_of(stages, lambda one: one["group"])
    assert stage_texts.stages_of(text, lambda name: name) == stages  # type: ignore[arg-type, return-value]
    assert stage_texts.stages_of(f"  {text} ; ".replace("\x00", ""), lambda name: name) == stages  # type: ignore[arg-type, return-value]


@given(STAGES)
@settings(max_examples=50, deadline=None)
def test_the_naive_twin_loses_names(stages: list[dict[str, Any]]) -> None:
    """Joining with separators and splitting at them, as one would first, is told from the real one."""
    stages = [{"label": "", "requirements": [{"needed": 1, "level": 1, "group": "A & B"}]}, *stages]
    text = stage_texts.text_of(stages, lambda one: one["group"])
    assert len(text.split(" & ")) > len(stages[0]["requirements"])
    assert stage_texts.stages_of(text, lambda name: name)[0] == stages[0]  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    "text", ["", "two of Compliance", "2 Compliance", "2 of", "1 of A &", "1 of A; ; 1 of A", "x:"]
)
def test_what_is_not_read_is_said_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"Stage . is not read. Write who is wanted like this"):
        stage_texts.stages_of(text, lambda name: 1)

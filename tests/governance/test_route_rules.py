"""Which route an action takes."""

from __future__ import annotations

from typing import Any

import pytest

from governance import risk, rulebook
from governance.conditions import UNKNOWN
from governance.risk import Assessment, Facts
from governance.route_rules import RouteRule, choose, make
from governance.routing import default_route
from tests.governance.test_simulation import facts as facts_of
from tests.governance.test_simulation import rules

ONE = [{"label": "", "requirements": [{"needed": 1, "level": 1}]}]
TWO = [{"label": "", "requirements": [{"needed": 2, "level": 1}]}]


def rule(name: str, stages: Any = ONE, **fields: Any) -> RouteRule:
    return make({"name": name, "stages": stages} | fields)


def seen() -> tuple[Facts, Assessment]:
    facts = facts_of("query", details={"amount": 5})
    return facts, risk.assess(facts, rules().mapping)


def chosen(*routes: RouteRule, ask: Any = None) -> tuple[str, tuple[str, ...]]:
    facts, assessment = seen()
    choice = choose(routes, facts, assessment, ask) if ask else choose(routes, facts, assessment)
    return choice.route.name, choice.unanswered


def test_the_first_that_fits_is_taken() -> None:
    assert chosen(rule("A", condition="false"), rule("B"), rule("C")) == ("B", ())


def test_where_none_fits_one_reviewer_of_the_team_decides() -> None:
    facts, assessment = seen()
    assert choose([rule("A", condition="false")], facts, assessment).route == default_route(assessment.score)


@pytest.mark.parametrize(("score", "takes"), [(69.9, False), (70.0, True), (84.9, True), (85.0, False)])
def test_the_band_is_half_open(score: float, takes: bool) -> None:
    band = rule("A", score_from=70, score_below=85)
    assert band.may_take(seen()[0], score) is takes


def test_bands_side_by_side_leave_no_gap_and_no_overlap() -> None:
    bands = [rule("A", score_below=70), rule("B", score_from=70, score_below=85), rule("C", score_from=85)]
    facts = seen()[0]
    for tenth in range(1001):
        assert sum(band.may_take(facts, tenth / 10) for band in bands) == 1


def test_only_its_team_takes_it() -> None:
    facts, assessment = seen()
    own, other = rule("Own", team=facts.team), rule("Other", team=f"{facts.team} not")
    assert choose([other, own], facts, assessment).route.name == "Own"


@pytest.mark.parametrize(
    ("routes", "name"),
    [
        ([("Open", TWO, "action.details.missing > 1"), ("Sure", ONE, "")], "Open"),
        ([("Open", ONE, "action.details.missing > 1"), ("Sure", TWO, "")], "Sure"),
    ],
)
def test_without_an_answer_the_strictest_holds_and_is_named(routes: Any, name: str) -> None:
    found = chosen(*(rule(called, stages, condition=condition) for called, stages, condition in routes))
    assert found == (name, ("Open",))


def test_the_naive_twin_would_pass_over_what_has_no_answer() -> None:
    """Taking "no answer" for "no" picks the laxer route."""
    routes = (rule("Open", TWO, condition="action.details.missing > 1"), rule("Sure", ONE))
    assert chosen(*routes, ask=lambda program, values: False)[0] == "Sure"
    assert chosen(*routes, ask=lambda program, values: UNKNOWN)[0] == "Open"


def test_a_condition_that_cannot_be_compiled_is_one_without_an_answer() -> None:
    assert chosen(rule("Broken", TWO, condition="nonsense(("), rule("Sure")) == ("Broken", ("Broken",))


@pytest.mark.parametrize("stages", [[], [{"label": "", "requirements": []}]])
def test_a_route_that_asks_for_nobody_is_none(stages: Any) -> None:
    with pytest.raises(ValueError, match="asks for nobody"):
        rule("A", stages)
    content = {"routes": [{"name": "A", "stages": stages}]}
    with pytest.raises(rulebook.NoRulebook):
        rulebook.from_content(
            1, {"levels": {}, "action_types": [], "evidence": [], "indicators": [], "policies": []} | content
        )

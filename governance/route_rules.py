"""Which route an action takes: the first whose team, band of scores and condition it meets. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from governance import conditions
from governance.errors import InvalidRule
from governance.policies import Ask, values_of
from governance.risk import Assessment, Facts
from governance.routing import OPTIONS, Requirement, Route, Stage, default_route, strictest


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One route as it is chosen. An empty condition always holds; `program` is None when it cannot be compiled."""

    route: Route
    condition: str = ""
    program: conditions.Program | None = None
    score_from: float = 0.0
    score_below: float | None = None
    team: str = ""

    def may_take(self, facts: Facts, score: float) -> bool:
        """Whether team and band fit. The band is half open: 70 to 85 holds 70 and 84.9, not 85."""
        below = self.score_below is None or score < self.score_below
        return below and score >= self.score_from and self.team in ("", facts.team)


class Choice(NamedTuple):
    """The chosen route, and the names of routes whose condition had no answer."""

    route: Route
    unanswered: tuple[str, ...] = ()


def choose(rules: Iterable[RouteRule], facts: Facts, assessment: Assessment, ask: Ask = conditions.evaluate) -> Choice:
    """The route of an action that a person must decide.

    Where the condition of a route has no answer, that route may be the right one or the next may; the action then
    takes the strictest of those, and the choice names what had no answer.
    """
    values: Any = None
    unanswered: list[Route] = []
    for rule in rules:
        if not rule.may_take(facts, assessment.score):
            continue
        answer: Any = True
        if rule.condition:
            if values is None:
                values = conditions.activation(values_of(facts, assessment))
            answer = ask(rule.program, values)
        if answer is True:
            return _settled([*unanswered, rule.route], unanswered)
        if answer is not False:
            unanswered.append(rule.route)
    return _settled([*unanswered, default_route(assessment.score)], unanswered)


def _settled(possible: list[Route], unanswered: list[Route]) -> Choice:
    return Choice(strictest(possible) if unanswered else possible[0], tuple(route.name for route in unanswered))


def make(item: Mapping[str, Any]) -> RouteRule:
    """A route of a rulebook's content. Raises KeyError, TypeError or ValueError when it is not one."""
    stages = tuple(
        Stage(tuple(Requirement(**one) for one in stage["requirements"]), stage.get("label", ""))
        for stage in item["stages"]
    )
    if not stages or not all(stage.requirements for stage in stages):
        raise ValueError(f"route {item['name']} has a stage that asks for nobody")
    condition = str(item.get("condition") or "")
    try:
        program = conditions.compile(condition) if condition else None
    except InvalidRule:
        program = None  # unanswerable: the strictest of the routes that may apply holds
    below = item.get("score_below")
    return RouteRule(
        Route(item["name"], stages, **{name: item[name] for name in OPTIONS if name in item}),
        condition,
        program,
        float(item.get("score_from") or 0.0),
        None if below is None else float(below),
        str(item.get("team") or ""),
    )

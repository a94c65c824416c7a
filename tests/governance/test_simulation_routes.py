"""A draft that changes only the route of an action: both comparisons see it, and it is counted apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance import route_rules
from governance.rulebook import Rulebook
from governance.simulation import Comparison, compare, decisive
from governance.tallies import Tally
from tests.governance.test_simulation import facts, policy, rules

ASKS = policy("true", name="asks")


def routes(*given: tuple[str, int, str], **fields: Any) -> tuple[route_rules.RouteRule, ...]:
    return tuple(
        route_rules.make(
            {"name": name, "condition": condition, "stages": [{"requirements": [{"needed": needed, "level": 1}]}]}
            | fields
        )
        for name, needed, condition in given
    )


def book(*given: tuple[str, int, str], policies: Any = (ASKS,), levels: Any = None, **fields: Any) -> Rulebook:
    plain = rules(policies=list(policies)) if levels is None else rules(policies=list(policies), levels=levels)
    return replace(plain, routes=routes(*given, **fields))


BOOKS = {
    "none": book(),
    "one": book(("A", 1, "")),
    "two people": book(("A", 2, "")),
    "some": book(("A", 2, 'action.type == "query"'), ("B", 1, "")),
    "other order": book(("B", 1, ""), ("A", 2, 'action.type == "query"')),
    "by score": book(("A", 2, "risk.score > 30"), ("B", 1, "")),
    "no answer": book(("A", 2, "action.details.missing > 1")),
    "deadline": book(("A", 1, ""), deadline_minutes=5),
    "nobody asked": book(("A", 2, ""), policies=()),
}


@pytest.mark.parametrize("before", BOOKS)
@pytest.mark.parametrize("after", BOOKS)
def test_both_comparisons_agree(before: str, after: str) -> None:
    comparison = Comparison(BOOKS[before], BOOKS[after])
    for action in (facts("query", details={"amount": 1}), facts("parcel"), facts("database.x")):
        found = compare(action, BOOKS[before], BOOKS[after])
        assert comparison.of(action).difference == found
        if before == after:
            assert found is None


def test_only_the_route_is_another_one() -> None:
    tally = Tally()
    look = Comparison(BOOKS["none"], BOOKS["two people"]).of(facts("query"))
    assert look.difference is not None
    assert not look.difference.comes_out_differently
    tally.add(look)
    assert (tally.looked, tally.changed, tally.rerouted) == (1, 0, 1)
    earlier = {"routes": [["Default, 1 person", "A, 2 people", 2], ["x", "y", 9]], "rerouted": 11}
    counts = tally.on_top_of(earlier)
    assert (counts["rerouted"], counts["routes"]) == (12, [["x", "y", 9], ["Default, 1 person", "A, 2 people", 3]])


def test_no_route_is_asked_for_where_none_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing extra: the draft of a policy costs no route, unless the action waits on one side only."""
    asked: list[str] = []
    real = route_rules.choose
    monkeypatch.setattr(route_rules, "choose", lambda *given: asked.append("once") or real(*given))
    same = book(("A", 1, ""), policies=(ASKS, policy("true", name="more")))
    assert Comparison(BOOKS["one"], same).of(facts("query")).difference is None
    assert asked == []
    assert Comparison(BOOKS["one"], BOOKS["two people"]).of(facts("query")).difference is not None
    assert asked == ["once", "once"]


def test_the_order_of_routes_decides_and_their_reasons_do_not() -> None:
    one, two = {"name": "A", "reason": "x"}, {"name": "B", "reason": "x"}
    assert decisive({"routes": [one, two]}) != decisive({"routes": [two, one]})
    assert decisive({"routes": [one]}) == decisive({"routes": [one | {"reason": "y"}]})

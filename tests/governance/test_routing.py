"""Where ballots stand on a route, held against an oracle that tries every seating there is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.routing import (
    Ballot,
    Requirement,
    Route,
    Stage,
    Standing,
    default_route,
    from_snapshot,
    level_for,
    standing,
    strictest,
    would_help,
)

GROUPS = (1, 2, 3)
REQUIREMENTS = st.builds(
    Requirement,
    needed=st.integers(1, 2),
    level=st.integers(1, 4),
    group=st.sampled_from((None, *GROUPS)),
)
STAGES = st.builds(Stage, st.lists(REQUIREMENTS, min_size=1, max_size=3).map(tuple))
ROUTES = st.builds(
    Route,
    st.just("R"),
    st.lists(STAGES, min_size=1, max_size=3).map(tuple),
    escalate_to=st.sampled_from((None, 3)),
    same_person_again=st.booleans(),
)


def ballots(person: int | None = None) -> st.SearchStrategy[Ballot]:
    return st.builds(
        Ballot,
        person=st.integers(1, 5) if person is None else st.just(person),
        groups=st.frozensets(st.sampled_from(GROUPS)),
        level=st.integers(1, 4),
        in_team=st.booleans(),
        stage=st.integers(1, 3),
    )


def seatings(stage: Stage, here: list[Ballot], stands_in: int | None) -> list[tuple[int, ...]]:
    """How many sit where, in every seating there is: each ballot in a place that admits it, or in none."""
    places = range(len(stage.requirements))
    found = []
    for chosen in product((None, *places), repeat=len(here)):
        pairs = list(zip(here, chosen, strict=True))
        if any(place is not None and not stage.requirements[place].admits(one, stands_in) for one, place in pairs):
            continue
        counts = tuple(sum(place == other for other in chosen) for place in places)
        if all(count <= one.needed for count, one in zip(counts, stage.requirements, strict=True)):
            found.append(counts)
    return found


def most(stage: Stage, here: list[Ballot], stands_in: int | None) -> int:
    return max(map(sum, seatings(stage, here, stands_in)))


def counted(route: Route, given_ballots: list[Ballot], number: int) -> list[Ballot]:
    first = {}
    for ballot in given_ballots:
        first.setdefault(ballot.person, ballot)
    again = route.same_person_again
    return [one for one in first.values() if one.stage == number or (again and one.stage < number)]


def oracle(route: Route, approvals: list[Ballot], escalated: bool) -> tuple[int, bool]:
    """The stage it is at, and whether the route is complete."""
    stands_in = route.escalate_to if escalated else None
    for number, stage in enumerate(route.stages, start=1):
        if most(stage, counted(route, approvals, number), stands_in) < stage.needed:
            return number, False
    return len(route.stages), True


@given(ROUTES, st.lists(ballots(), max_size=5), st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_standing_is_what_trying_every_seating_finds(
    route: Route, approvals: list[Ballot], escalated: bool
) -> None:
    now = standing(route, approvals, escalated=escalated)
    assert (now.stage, now.complete) == oracle(route, approvals, escalated)
    stage = route.stages[now.stage - 1]
    stands_in = route.escalate_to if escalated else None
    possible = seatings(stage, counted(route, approvals, now.stage), stands_in)
    assert now.given in possible
    assert sum(now.given) == max(map(sum, possible))


@given(ROUTES, st.lists(ballots(), max_size=4), st.booleans(), ballots(person=9))
@settings(max_examples=400, deadline=None)
def test_one_more_helps_exactly_where_one_more_can_be_seated(
    route: Route, approvals: list[Ballot], escalated: bool, another: Ballot
) -> None:
    now = standing(route, approvals, escalated=escalated)
    helps = would_help(route, now, another, escalated=escalated)
    if now.complete:
        assert not helps
        assert now.lacking == ()
        return
    stage, stands_in = route.stages[now.stage - 1], route.escalate_to if escalated else None
    here = counted(route, approvals, now.stage)
    assert helps == (most(stage, [*here, another], stands_in) > most(stage, here, stands_in))


@given(ROUTES, st.lists(ballots(), max_size=4))
@settings(max_examples=300, deadline=None)
def test_lacking_are_the_places_one_more_could_come_to(route: Route, approvals: list[Ballot]) -> None:
    """Whoever fits one place and no other helps exactly where that place is lacking."""
    now = standing(route, approvals)
    if now.complete:
        return
    stage, here = route.stages[now.stage - 1], counted(route, approvals, now.stage)
    for place, one in enumerate(stage.requirements):
        key = 100  # a group that only this place knows
        only_here = Ballot(9, frozenset({key}), 4, in_team=False, stage=now.stage)
        bonus = _Also(one.needed, one.level, one.group, also=key)
        opened = Stage((*stage.requirements[:place], bonus, *stage.requirements[place + 1 :]))
        gains = most(opened, [*here, only_here], None) > most(stage, here, None)
        assert (place in now.lacking) == gains


class _Also(Requirement):
    """A requirement that one more group belongs to. For the test above."""

    __slots__ = ("also",)

    def __init__(self, needed: int, level: int, group: int | None, also: int):
        super().__init__(needed, level, group)
        object.__setattr__(self, "also", also)

    def admits(self, ballot: Ballot, stands_in: int | None = None) -> bool:
        return self.also in ballot.groups or Requirement.admits(self, ballot, stands_in)


@given(ROUTES, st.lists(ballots(), max_size=5, unique_by=lambda one: one.person), st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_of_votes_makes_no_difference(route: Route, approvals: list[Ballot], chance: object) -> None:
    mixed = list(approvals)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = standing(route, approvals), standing(route, mixed)
    assert (first.stage, first.complete, sum(first.given)) == (second.stage, second.complete, sum(second.given))
    assert first.lacking == second.lacking


# -- The twin ----------------------------------------------------------------------------------------------


def greedy(route: Route, approvals: list[Ballot]) -> Standing:
    """Everybody sits down on the first free seat that admits them, and never moves."""
    for number, stage in enumerate(route.stages, start=1):
        taken = [0] * len(stage.requirements)
        for ballot in counted(route, approvals, number):
            for place, one in enumerate(stage.requirements):
                if taken[place] < one.needed and one.admits(ballot):
                    taken[place] += 1
                    break
        if any(count < one.needed for count, one in zip(taken, stage.requirements, strict=True)):
            return Standing(number, False, tuple(taken), ())
    return Standing(len(route.stages), True, (), ())


def test_the_naive_twin_leaves_a_stage_short() -> None:
    """Bea could sit for both groups; seated where she is not needed, she keeps Cora from being counted."""
    route = Route("R", (Stage((Requirement(1, group=1), Requirement(1, group=2))),))
    bea, cora = Ballot(1, frozenset({1, 2}), 4, False, 1), Ballot(2, frozenset({1}), 4, False, 1)
    assert not greedy(route, [bea, cora]).complete
    assert standing(route, [bea, cora]).complete
    assert oracle(route, [bea, cora], False) == (1, True)  # and the oracle tells the two apart


# -- The rest of what routes are ---------------------------------------------------------------------------


@given(ROUTES)
def test_a_snapshot_gives_back_the_route(route: Route) -> None:
    assert from_snapshot(route.as_snapshot()) == route


@pytest.mark.parametrize(
    ("score", "level"), [(0, 1), (50, 1), (50.1, 2), (70, 2), (70.5, 3), (85, 3), (85.1, 4), (100, 4)]
)
def test_levels_reach_their_scores(score: float, level: int) -> None:
    assert level_for(score) == level
    assert default_route(score).stages[0].requirements == (Requirement(1, level),)


def test_the_strictest_has_most_people_and_the_shortest_deadline() -> None:
    one = Route("one", (Stage((Requirement(1, 4),)),), deadline_minutes=5)
    two = Route("two", (Stage((Requirement(2, 1),)),), deadline_minutes=60)
    assert strictest([one, two]) == replace(two, deadline_minutes=5)
    three = Route("three", (Stage((Requirement(2, 3),)),))
    assert strictest([one, two, three]) == replace(three, deadline_minutes=5)


def test_the_words_say_who_is_wanted() -> None:
    stage = Stage((Requirement(2, group=1, group_name="Compliance"), Requirement(1, 3)), "First")
    assert stage.words == "First: 2 of Compliance and 1 reviewer of level 3 or above"

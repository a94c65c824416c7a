"""How a pending action is approved: the stages of its route, and how far the votes have brought it. PURE.

Stages come one after the other. Within a stage every requirement must be filled at once, each by so many distinct
people; somebody who belongs to two groups counts once, where they are needed most. That is a matching of people to
seats, found by augmenting paths, so that the order in which people vote can never leave a stage short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A reviewer of level n may approve scores up to CEILINGS[n] (wire-contract 13.4).
CEILINGS = {1: 50.0, 2: 70.0, 3: 85.0, 4: 100.0}


@dataclass(frozen=True, slots=True)
class Ballot:
    """Somebody's seat at the table: who (by identity: linked accounts are one), for which stage, and as what.

    `groups` are the ids of the groups they sit there for, `in_team` whether they belong to the action's team.
    """

    person: int
    groups: frozenset[int]
    level: int
    in_team: bool
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Requirement:
    """`needed` distinct people of at least this level (1 to 4).

    They are of a group, or of the action's team where none is named.
    """

    needed: int
    level: int = 1
    group: int | None = None
    group_name: str = ""

    def admits(self, ballot: Ballot, stands_in: int | None = None) -> bool:
        """Whether the ballot may fill a seat of it. `stands_in` is the group an escalation called in."""
        if ballot.level < self.level:
            return False
        belongs = ballot.in_team if self.group is None else self.group in ballot.groups
        return belongs or (stands_in is not None and stands_in in ballot.groups)

    @property
    def words(self) -> str:
        """Who is wanted: "2 of Compliance", "1 reviewer of level 3 or above"."""
        if self.group is not None:
            said = _("{needed} of {group}, level {level} or above") if self.level > 1 else _("{needed} of {group}")
        else:
            said = ngettext(
                "{needed} reviewer of level {level} or above",
                "{needed} reviewers of level {level} or above",
                self.needed,
            )
        return said.format(needed=self.needed, group=self.group_name, level=self.level)


@dataclass(frozen=True, slots=True)
class Stage:
    """Requirements that are filled side by side."""

    requirements: tuple[Requirement, ...]
    label: str = ""

    @property
    def needed(self) -> int:
        """How many people the stage takes."""
        return sum(requirement.needed for requirement in self.requirements)

    @property
    def words(self) -> str:
        """What the stage asks for."""
        wanted = _(" and ").join(requirement.words for requirement in self.requirements)
        return f"{self.label}: {wanted}" if self.label else wanted


@dataclass(frozen=True, slots=True)
class Route:
    """The stages in their order, and the house rules on the way.

    Times are minutes after submission; None is never, and for the deadline the portal's own. `rejections_needed`
    people who reject end it. With `same_person_again` an approval counts in later stages, too.
    """

    name: str
    stages: tuple[Stage, ...]
    deadline_minutes: int | None = None
    remind_after: int | None = None
    escalate_after: int | None = None
    escalate_to: int | None = None
    escalate_to_name: str = ""
    rejections_needed: int = 1
    same_person_again: bool = False
    bulk_approve: bool = False
    edit_allowed: bool = True

    @property
    def needed(self) -> int:
        """How many approvals the whole route takes."""
        return sum(stage.needed for stage in self.stages)

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON, as it is kept on the action: what differs from a plain route, and the stages."""
        plain = Route(self.name, self.stages)
        stages = [
            {"label": stage.label, "requirements": [_requirement_item(one) for one in stage.requirements]}
            for stage in self.stages
        ]
        different = {name: value for name in OPTIONS if (value := getattr(self, name)) != getattr(plain, name)}
        return {"name": self.name, "stages": stages, **different}


# What a route says beside its stages.
OPTIONS = (
    "deadline_minutes",
    "remind_after",
    "escalate_after",
    "escalate_to",
    "escalate_to_name",
    "rejections_needed",
    "same_person_again",
    "bulk_approve",
    "edit_allowed",
)


def _requirement_item(requirement: Requirement) -> dict[str, Any]:
    item: dict[str, Any] = {"needed": requirement.needed, "level": requirement.level}
    if requirement.group is not None:
        item |= {"group": requirement.group, "group_name": requirement.group_name}
    return item


def from_snapshot(snapshot: Mapping[str, Any]) -> Route:
    """The route kept on an action. The first release kept one person's level in the place of the requirements."""
    stages = tuple(_stage_of(item) for item in snapshot.get("stages") or ())
    options = {name: snapshot[name] for name in OPTIONS if name in snapshot}
    return Route(str(snapshot.get("name", "Default")), stages or (Stage((Requirement(1),)),), **options)


def _stage_of(item: Mapping[str, Any]) -> Stage:
    if "requirements" in item:
        return Stage(tuple(Requirement(**one) for one in item["requirements"]), item.get("label", ""))
    return Stage((Requirement(int(item.get("needed") or 1), int(item.get("level") or 1)),))


def level_for(score: float) -> int:
    """The lowest level (1 to 4) that may approve this score (0 to 100)."""
    return min(level for level, ceiling in CEILINGS.items() if score <= ceiling)


def default_route(score: float) -> Route:
    """The route of an action that no other route is for: one reviewer of its team whose level reaches the score."""
    return Route("Default", (Stage((Requirement(1, level_for(score)),)),))


# Where the route cannot be found, only the highest level may decide.
HIGHEST = Route("Default", (Stage((Requirement(1, max(CEILINGS)),)),))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an action is on its route.

    `stage` counts from 1, and stays at the last one when the route is `complete`. `given` is how many seats of each
    requirement of that stage are taken; `lacking` the places of the requirements one more person could fill, at once
    or by letting somebody move over to another seat.
    """

    stage: int
    complete: bool
    given: tuple[int, ...]
    lacking: tuple[int, ...]


def standing(route: Route, approvals: Iterable[Ballot], *, escalated: bool = False) -> Standing:
    """Where these approvals have brought an action."""
    ballots = list({ballot.person: ballot for ballot in reversed(list(approvals))}.values())
    stands_in = route.escalate_to if escalated else None
    given: tuple[int, ...] = ()
    for number, stage in enumerate(route.stages, start=1):
        here = [one for one in ballots if one.stage == number or (route.same_person_again and one.stage < number)]
        seated = _seat(stage, here, stands_in)
        given = tuple(len(people) for people in seated)
        if any(len(people) < wanted.needed for people, wanted in zip(seated, stage.requirements, strict=True)):
            return Standing(number, False, given, _lacking(stage, seated, stands_in))
    return Standing(len(route.stages), True, given, ())


def would_help(route: Route, now: Standing, ballot: Ballot, *, escalated: bool = False) -> bool:
    """Whether one more approval like this would bring the action further."""
    if now.complete:
        return False
    requirements = route.stages[now.stage - 1].requirements
    stands_in = route.escalate_to if escalated else None
    return any(requirements[place].admits(ballot, stands_in) for place in now.lacking)


def _seat(stage: Stage, ballots: Sequence[Ballot], stands_in: int | None) -> list[list[Ballot]]:
    """Who sits where, with as many people seated as can be."""
    seated: list[list[Ballot]] = [[] for _ in stage.requirements]

    def find_seat(ballot: Ballot, tried: set[int]) -> bool:
        for place, requirement in enumerate(stage.requirements):
            if place in tried or not requirement.admits(ballot, stands_in):
                continue
            tried.add(place)
            if len(seated[place]) < requirement.needed:
                seated[place].append(ballot)
                return True
            for other in seated[place]:
                if find_seat(other, tried):
                    seated[place].remove(other)
                    seated[place].append(ballot)
                    return True
        return False

    for ballot in ballots:
        find_seat(ballot, set())
    return seated


def _lacking(stage: Stage, seated: Sequence[Sequence[Ballot]], stands_in: int | None) -> tuple[int, ...]:
    """The requirements with a free seat, and those from which somebody could move over to one of these."""
    lacking = {place for place, wanted in enumerate(stage.requirements) if len(seated[place]) < wanted.needed}
    while True:
        free = [stage.requirements[place] for place in lacking]
        more = {
            place
            for place, people in enumerate(seated)
            if place not in lacking and any(one.admits(ballot, stands_in) for ballot in people for one in free)
        }
        if not more:
            return tuple(sorted(lacking))
        lacking |= more


def strictest(routes: Iterable[Route]) -> Route:
    """The one that asks for the most people, of the highest level among equals; the first of those that tie.

    It bears the shortest of the deadlines, so that whatever the truth was, nothing is laxer than it.
    """
    routes = list(routes)
    chosen = max(routes, key=lambda route: (route.needed, _top_level(route)))
    deadlines = [route.deadline_minutes for route in routes if route.deadline_minutes is not None]
    return replace(chosen, deadline_minutes=min(deadlines, default=None))


def _top_level(route: Route) -> int:
    return max(requirement.level for stage in route.stages for requirement in stage.requirements)

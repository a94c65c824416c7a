"""Who could approve on a route today, by name, and where the route could not be met. Reads; nothing is written.

People are counted as reviews/eligibility.py counts them: active, with the permission to decide, up to the score their
level reaches, each human being once, also from the seats of people they stand in for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product

from django.utils.translation import gettext as _

from governance import routing
from governance.models import Delegation, Person
from governance.routing import CEILINGS, Ballot, Requirement, Route, Stage

DECIDE, SEE_ALL = "actions.decide_action", "actions.view_all_teams"
_MOST_CREWS = 256  # ways in which people with several seats may take them; more is beyond any house


@dataclass(frozen=True, slots=True)
class Sample:
    """What is to be approved: a score from 0 to 100, the team's id (None: everybody is of the team), the owners."""

    score: float
    team: int | None = None
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody may decide as. `away` is the identity of the person they stand in for."""

    person: int
    name: str
    groups: frozenset[int]
    level: int
    sees_all: bool
    away: int | None = None

    def ballot(self, sample: Sample) -> Ballot:
        """An approval from this seat, as routing counts it."""
        in_team = self.sees_all or sample.team is None or sample.team in self.groups
        return Ballot(self.person, self.groups, self.level, in_team, stage=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One requirement and the people who could fill it."""

    requirement: Requirement
    people: tuple[str, ...]

    @property
    def is_short(self) -> bool:
        return len(self.people) < self.requirement.needed


@dataclass(slots=True)
class Preview:
    """Who could approve, stage by stage. `problems` keep the route from being met; `notes` are worth knowing."""

    stages: list[tuple[Stage, list[Wanted]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def seats() -> list[Seat]:
    """Every seat somebody could decide from now."""
    people = Person.objects.filter(is_active=True, approval_level__isnull=False).prefetch_related("groups")
    deciding = {person.pk: person for person in people.order_by("username") if person.has_perm(DECIDE)}
    found = [_seat(person) for person in deciding.values()]
    lent = Delegation.objects.active().order_by("pk").values_list("person", "delegate").distinct()
    for away, delegate in dict.fromkeys(lent):
        if away in deciding and delegate in deciding and deciding[away].identity != deciding[delegate].identity:
            found.append(_seat(deciding[delegate], deciding[away]))
    return found


def _seat(person: Person, away: Person | None = None) -> Seat:
    holder = away or person
    return Seat(
        person=person.identity,
        name=_("{person} (for {away})").format(person=person.shown_name, away=away.shown_name)
        if away
        else person.shown_name,
        groups=frozenset(group.pk for group in holder.groups.all()),
        level=min(person.approval_level or 0, holder.approval_level or 0),
        sees_all=holder.has_perm(SEE_ALL),
        away=away.identity if away else None,
    )


def highest_score(score_below: float | None) -> float:
    """The highest score a band holds: its end is not in it."""
    return 100.0 if score_below is None else math.nextafter(score_below, 0.0)


def preview(route: Route, sample: Sample, all_seats: Iterable[Seat] | None = None) -> Preview:
    """Who could approve the sample on the route. `all_seats` spares the queries of `seats`."""
    chairs = [
        seat for seat in (seats() if all_seats is None else all_seats)
        if sample.score <= CEILINGS.get(seat.level, -1.0) and not {seat.person, seat.away} & sample.owners
    ]  # fmt: skip
    found = Preview([(stage, [_wanted(one, chairs, sample) for one in stage.requirements]) for stage in route.stages])
    found.problems += _problems(route, chairs, sample, found)
    if not found.problems and (missed := _never_missing(route, chairs, sample)):
        names = ", ".join(missed)
        found.notes.append(
            _("Only the minimum is there: it cannot be met while one of these is away: {names}.").format(names=names)
        )
    if route.escalate_after is not None and route.escalate_to is not None:
        found.notes += _escalation(route, chairs, sample)
    return found


def can_be_met(route: Route, sample: Sample, chairs: Sequence[Seat]) -> bool:
    """Whether distinct people can fill every seat of the route, by the matching that counts votes."""
    if not route.same_person_again:  # everybody counts once in the whole of it
        everything = tuple(one for stage in route.stages for one in stage.requirements)
        route = replace(route, stages=(Stage(everything),))
    return any(routing.standing(route, crew).complete for crew in _crews(route, sample, chairs))


def _crews(route: Route, sample: Sample, chairs: Sequence[Seat]) -> Iterator[list[Ballot]]:
    """The ways in which people can take one seat each. Whoever is voted for has no vote left."""
    choices: dict[int, list[tuple[frozenset[int], Seat]]] = {}
    wanted = [one for stage in route.stages for one in stage.requirements]
    for seat in sorted(chairs, key=lambda one: one.away is not None):  # their own first: it uses up nobody else's
        ballot = seat.ballot(sample)
        fits = frozenset(place for place, one in enumerate(wanted) if one.admits(ballot))
        others = choices.setdefault(seat.person, [])
        if fits and not any(fits <= other and one.away in (None, seat.away) for other, one in others):
            others.append((fits, seat))
    options = [[seat for fits, seat in others] for others in choices.values() if others]
    for taken in islice(product(*options), _MOST_CREWS):
        away = {seat.away for seat in taken}
        yield [seat.ballot(sample) for seat in taken if seat.person not in away]


def _wanted(requirement: Requirement, chairs: Iterable[Seat], sample: Sample) -> Wanted:
    named: dict[int, str] = {}
    for seat in chairs:
        if requirement.admits(seat.ballot(sample)):
            named.setdefault(seat.person, seat.name)
    return Wanted(requirement, tuple(named.values()))


def _problems(route: Route, chairs: Sequence[Seat], sample: Sample, found: Preview) -> Iterator[str]:
    for number, (stage, wanted) in enumerate(found.stages, start=1):
        short = [one for one in wanted if one.is_short]
        for one in short:
            says = _("Stage {number} cannot be met: it wants {wanted}, and nobody could approve this.")
            if one.people:
                says = _("Stage {number} cannot be met: it wants {wanted}, and only {people} could approve this.")
            yield says.format(number=number, wanted=one.requirement.words, people=", ".join(one.people))
        if not short and not can_be_met(replace(route, stages=(stage,)), sample, chairs):
            yield _("Stage {number} cannot be met by distinct people: the same ones are wanted twice in it.").format(
                number=number
            )
            short = wanted
        if short:
            return
    if not can_be_met(route, sample, chairs):
        yield _("The stages cannot all be met: the same people are wanted in several, and each counts once.")


def _never_missing(route: Route, chairs: Sequence[Seat], sample: Sample) -> list[str]:
    """Those without whom it cannot be met. Whom so many others could replace is not asked about."""
    scarce: dict[int, str] = {}
    for stage in route.stages:
        for one in stage.requirements:
            fitting = {seat.person: seat.name for seat in reversed(chairs) if one.admits(seat.ballot(sample))}
            if len(fitting) <= route.needed:
                scarce |= fitting
    return sorted(
        name
        for person, name in scarce.items()
        if not can_be_met(route, sample, [seat for seat in chairs if seat.person != person])
    )


def _escalation(route: Route, chairs: Sequence[Seat], sample: Sample) -> Iterator[str]:
    called = [seat for seat in chairs if route.escalate_to in seat.groups]
    minutes, group = route.escalate_after, route.escalate_to_name
    if not called:
        says = _(
            "After {minutes} minutes it is escalated to {group}, and nobody there could approve a score of {score}."
        )
        yield says.format(minutes=minutes, group=group, score=f"{sample.score:.3g}")
        return
    level = max(one.level for stage in route.stages for one in stage.requirements)
    if all(seat.level < level for seat in called):
        says = _(
            "After {minutes} minutes it is escalated to {group}, and nobody there has level {level}, which the"
            " route asks for."
        )
        yield says.format(minutes=minutes, group=group, level=level)

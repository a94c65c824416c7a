"""The stages of an action's route as its page shows them: who is there, and by name who could decide now."""

from __future__ import annotations

from dataclasses import dataclass

from actions.models import State
from governance.routing import Requirement
from reviews.deciders import deciders
from reviews.eligibility import Seat
from reviews.models import Vote
from reviews.rows import Row

# Who could decide now, named for each thing that is asked for.
_NAMED = 6


@dataclass(frozen=True)
class WantedOnPage:
    """One requirement of a stage, how many of them are there, and from which seats it could be decided now."""

    requirement: Requirement
    given: int
    is_open: bool
    able: list[Seat]

    @property
    def named(self) -> list[Seat]:
        """Those who are named."""
        return self.able[:_NAMED]

    @property
    def more(self) -> int:
        """How many there are besides."""
        return len(self.able) - len(self.named)


@dataclass(frozen=True)
class StageOnPage:
    """One stage of the route, and how it stands: `place` is done, now or later."""

    label: str
    wanted: list[WantedOnPage]
    place: str
    votes: list[Vote]

    @property
    def nobody_can(self) -> bool:
        """Whether it is this stage's turn, and there is nobody who could decide."""
        return self.place == "now" and not any(one.able for one in self.wanted)


def stages_of(row: Row) -> list[StageOnPage]:
    """The route of an action with its votes. Who could decide is asked only while it waits."""
    now, is_pending, votes = row.standing, row.action.state == State.PENDING, list(row.action.votes.all())
    found = []
    for number, stage in enumerate(row.route.stages, start=1):
        done = number < now.stage or now.complete
        place = "done" if done else "now" if number == now.stage and is_pending else "later"
        given = now.given if number == now.stage else [one.needed if done else 0 for one in stage.requirements]
        open_now = now.lacking if place == "now" else ()
        seats = deciders(row.action, everywhere=True) if place == "now" else []
        wanted = [
            WantedOnPage(one, there, index in open_now, _able(one, row, seats) if index in open_now else [])
            for index, (one, there) in enumerate(zip(stage.requirements, given, strict=True))
        ]
        found.append(StageOnPage(stage.label, wanted, place, [one for one in votes if one.stage == number]))
    return found


def _able(requirement: Requirement, row: Row, seats: list[Seat]) -> list[Seat]:
    """Those of the seats that could be counted for this requirement, one for each human being.

    Whoever is away is named with the delegate who is there.
    """
    called_in = row.route.escalate_to if row.action.escalated else None
    able: dict[int, Seat] = {}
    for seat in seats:
        if requirement.admits(seat.ballot(row.action, row.standing.stage), called_in):
            able.setdefault(seat.person.identity, seat)
    away = {seat.on_behalf_of.identity for seat in able.values() if seat.on_behalf_of}
    return [seat for identity, seat in able.items() if identity not in away]

"""Two people, or a person and a clock, at the very same action: every order of their statements ends well.

What ends well is judged by the ledger's second opinion (ledger_model), and by what each of the two was told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from actions.expire import expire_action
from actions.models import Action
from governance.errors import Conflict, Refusal
from governance.models import LedgerEntry, Person
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model
from tests.proof.schedules import run, schedules
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

pytestmark = pytest.mark.django_db(transaction=True)

SCHEDULES = 64  # for each pair
STATEMENTS = 12  # of one verb, about

Call = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """Two calls that meet at one action, and how often each may come through."""

    first: Callable[[int], Call]
    second: Callable[[int], Call]
    ends: set[str]  # the states it may end in
    both: bool = False  # whether both may succeed


def vote(username: str, verdict: str = "approve") -> Callable[[int], Call]:
    def of(action_id: int) -> Call:
        person = Person.objects.get(username=username)
        digest = Action.objects.values_list("digest", flat=True).get(pk=action_id)
        actor = lifecycles.actor_of(person)
        return lambda: cast_vote(
            action_id, actor=actor, person=person, verdict=verdict, digest=digest, reason="Because."
        )

    return of


def expire(action_id: int) -> Call:
    """The sweeper, whose clock is past the deadline by now."""

    def swept() -> Any:
        found = expire_action(action_id)
        return found if found.state == "expired" else Conflict("It was decided.")

    return swept


PAIRS = {
    "decide/decide": Pair(vote("cora"), vote("cyril", "reject"), {"approved", "rejected"}),
    "last two quorum votes": Pair(vote("cora"), vote("cyril"), {"approved"}, both=True),
    "decide/expire": Pair(vote("cora"), expire, {"approved", "expired"}),
}


@pytest.fixture
def people(api: Api) -> Api:
    for name in ("cora", "cyril"):
        member(name, "Compliance")
    return api


def judged(action_id: int) -> str:
    """The state the ledger leads to; raises where an invariant does not hold."""
    model = Model()
    for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("id"):
        model.read(entry)
    return model.actions[action_id].state


@pytest.mark.parametrize("name", PAIRS)
def test_every_order_ends_well(people: Api, name: str) -> None:
    pair = PAIRS[name]
    new_route(stages=[stage((2 if pair.both else 1, "Compliance", 1))], deadline_minutes=60)
    told = set()
    for schedule in schedules(STATEMENTS, SCHEDULES):
        late = name == "decide/expire"
        with time_machine.travel(timezone.now(), tick=True) as clock:
            action_id = lifecycles.pending(people, resource=f"{name} {schedule}")
            first, second = pair.first(action_id), pair.second(action_id)
            if late:
                deadline = Action.objects.get(pk=action_id).deadline
                clock.move_to(deadline)
            one, two, _ = run(first, second, schedule)
        results = [one, two]
        refused = [result for result in results if isinstance(result, Refusal)]
        broken = [result for result in results if isinstance(result, Exception) and result not in refused]
        assert not broken, (schedule, broken)
        assert len(refused) == (0 if pair.both else 1), (schedule, results)
        state = judged(action_id)
        assert state == Action.objects.get(pk=action_id).state
        assert state in pair.ends, (schedule, state)
        told.add((type(one), type(two)))
    if not pair.both and name != "decide/expire":
        assert len(told) == 2, "one of the two always won: the schedules change nothing"
    assert Vote.objects.exists() or name == "decide/expire"

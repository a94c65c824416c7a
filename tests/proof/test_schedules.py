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

from actions.cancel import cancel_action
from actions.expire import expire_action
from actions.models import Action, Agent, Outcome
from actions.report import report_outcome
from governance.actors import Actor
from governance.delegations import end_delegation
from governance.errors import Refusal
from governance.models import Delegation, LedgerEntry, Person
from reviews.bulk.selected import Chosen, decide_selected
from reviews.escalate import escalate_action
from reviews.extend import extend_deadline
from reviews.revoke import revoke_approval
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model
from tests.proof.schedules import run, schedules
from tests.reviews.away import away
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID
from tests.support.people import person_called

pytestmark = pytest.mark.django_db(transaction=True)

SCHEDULES = 64  # for each pair
STATEMENTS = 12  # of one verb, about

THE_AGENT = Actor(kind="agent", id=AGENT_ID, name=AGENT_ID, auth="api_key")

Call = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """Two calls that meet at one action. `ends` are the ends it may come to, all of which must be seen: the state,
    and for which of the two it worked."""

    first: Callable[[int], Call]
    second: Callable[[int], Call]
    ends: set[tuple[str, bool, bool]]
    needed: int = 1  # approvals
    before: Callable[[Api, int], None] = lambda api, action_id: None
    is_late: bool = False  # the clock stands at the deadline


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
    return lambda: expire_action(action_id)


def withdraw(action_id: int) -> Call:
    agent = Agent.objects.get(agent_id=AGENT_ID)
    return lambda: cancel_action(action_id, agent=agent, actor=THE_AGENT)


def report(action_id: int) -> Call:
    agent = Agent.objects.get(agent_id=AGENT_ID)
    done = Outcome.Kind.COMPLETED
    return lambda: report_outcome(action_id, agent=agent, kind=done, report={}, actor=THE_AGENT)


def of_person(username: str, verb: Callable[..., Any], **said: Any) -> Callable[[int], Call]:
    def of(action_id: int) -> Call:
        person = Person.objects.get(username=username)
        actor = lifecycles.actor_of(person)
        return lambda: verb(action_id, actor=actor, person=person, reason="Because.", **said)

    return of


def in_bulk(username: str) -> Callable[[int], Call]:
    """One press for a list of one; its refusal is in what it returns."""

    def of(action_id: int) -> Call:
        person = Person.objects.get(username=username)
        actor = lifecycles.actor_of(person)
        chosen = [Chosen(action_id, Action.objects.values_list("digest", flat=True).get(pk=action_id))]

        def press() -> Any:
            (done,) = decide_selected(chosen, actor=actor, person=person, verdict="reject", reason="Because.")
            return done.refusal or done.vote

        return press

    return of


def come_back(action_id: int) -> Call:
    lent = Delegation.objects.active().select_related("person").get()
    actor = lifecycles.actor_of(lent.person)
    return lambda: end_delegation(lent.pk, actor=actor, by=lent.person)


def approve(api: Api, action_id: int) -> None:
    lifecycles.decide(action_id, "approve", by=Person.objects.get(username="cora"))


def go_away(api: Api, action_id: int) -> None:
    away(Person.objects.get(username="cora"), Person.objects.get(username="dan"))


PAIRS = {
    "decide/decide": Pair(
        vote("cora"), vote("cyril", "reject"), {("approved", True, False), ("rejected", False, True)}
    ),
    "last two quorum votes": Pair(vote("cora"), vote("cyril"), {("approved", True, True)}, needed=2),
    # At the deadline whoever comes first expires it; a vote never counts.
    "decide/expire": Pair(vote("cora"), expire, {("expired", False, True)}, is_late=True),
    "decide/cancel": Pair(
        vote("cora"),
        withdraw,
        # Withdrawing what was approved a moment ago is allowed.
        {("cancelled", True, True), ("cancelled", False, True)},
    ),
    "report/revoke": Pair(
        report,
        of_person("sina", revoke_approval),
        {("executed", True, False), ("cancelled", False, True)},
        before=approve,
    ),
    "vote/end of delegation": Pair(
        vote("dan"), come_back, {("approved", True, True), ("pending", False, True)}, before=go_away
    ),
    "bulk/decide": Pair(in_bulk("cora"), vote("cyril"), {("rejected", True, False), ("approved", False, True)}),
    "decide/escalate": Pair(
        vote("cora"), of_person("sina", escalate_action), {("approved", True, True), ("approved", True, False)}
    ),
    "decide/extend": Pair(
        vote("cora"),
        of_person("sina", extend_deadline, minutes=60),
        {("approved", True, True), ("approved", True, False)},
    ),
}


@pytest.fixture
def people(api: Api) -> Api:
    for name in ("cora", "cyril"):
        member(name, "Compliance")
    member("dan", "Payments")
    person_called("sina")
    return api


def judged(action_id: int) -> str:
    """The state the ledger leads to; raises where an invariant does not hold."""
    model = Model()
    for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("id"):
        model.read(entry)
    return model.actions[action_id].state


def test_there_are_enough_of_them() -> None:
    assert len(PAIRS) * SCHEDULES >= 512


@pytest.mark.parametrize("name", PAIRS)
def test_every_order_ends_well(people: Api, name: str) -> None:
    """Each end is one that may be; and each that may be was seen, so both orders really occurred."""
    pair, seen = PAIRS[name], set()
    wanted = [stage((pair.needed, "Compliance", 1))]
    new_route(stages=wanted, deadline_minutes=60, escalate_after=30, escalate_to=group("Directors"))
    for schedule in schedules(STATEMENTS, SCHEDULES):
        with time_machine.travel(timezone.now(), tick=True) as clock:
            action_id = lifecycles.pending(people, resource=f"{name} {schedule}")
            pair.before(people, action_id)
            first, second = pair.first(action_id), pair.second(action_id)
            if pair.is_late:
                clock.move_to(Action.objects.get(pk=action_id).deadline)
            one, two, _ = run(first, second, schedule)
        for result in (one, two):
            assert isinstance(result, Refusal) or not isinstance(result, Exception), (schedule, result)
        state = judged(action_id)
        assert state == Action.objects.get(pk=action_id).state
        end = (state, not isinstance(one, Refusal), not isinstance(two, Refusal))
        assert end in pair.ends, (schedule, end, one, two)
        seen.add(end)
        for lent in Delegation.objects.active().select_related("person"):
            end_delegation(lent.pk, actor=lifecycles.actor_of(lent.person), by=lent.person)
    assert seen >= pair.ends, f"only {seen}: the schedules change nothing"

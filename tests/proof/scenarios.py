"""Short stories about one action, each with the end it must come to. Mutants are held against all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import time_machine

from actions import lifecycle
from actions.models import Action, State
from governance.errors import (
    DeadlinePassed,
    IllegalTransition,
    NotEligible,
    NotPending,
    ReasonRequired,
    Refusal,
    StaleContent,
)
from governance.models import Delegation, LedgerEntry, Person
from governance.people import change_person
from governance.routing import Ballot, Requirement, Route, Stage, standing
from reviews import queues
from reviews.eligibility import refusal
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called

Scenario = Callable[[Api], None]
SCENARIOS: list[Scenario] = []


def scenario(story: Scenario) -> Scenario:
    """Have the story told to every mutant."""
    SCENARIOS.append(story)
    return story


# -- Words of the stories ------------------------------------------------------------------------------------------


def submitted(api: Api, **overrides: Any) -> int:
    """A transaction of 85 that waits, unless said otherwise."""
    return lifecycles.pending(api, **overrides)


def state(action_id: int) -> str:
    """Where it is; by the ledger's account, too."""
    model = Model()
    for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("id"):
        model.read(entry)
    found = Action.objects.get(pk=action_id)
    assert found.state == model.actions[action_id].state
    return found.state


def votes(action_id: int, *people: Person, verdict: str = "approve", **said: Any) -> None:
    """These people vote, one after the other."""
    for person in people:
        action = Action.objects.get(pk=action_id)
        fields = {"digest": action.digest, "reason": "Because.", **said}
        cast_vote(action_id, actor=lifecycles.actor_of(person), person=person, verdict=verdict, **fields)


@contextmanager
def refused(kind: type[Refusal] = NotEligible) -> Iterator[None]:
    """What is done inside must be refused, and for this reason."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"not refused as {kind.__name__}")


def two_stages(**fields: Any) -> None:
    """Two of Compliance, then one of Security."""
    new_route(stages=[stage((2, "Compliance", 1)), stage((1, "Security", 1))], **fields)


def agree(*people: Person) -> None:
    """The queue and the rule say the same to each of them, about every action."""
    for person in people:
        listed = set(queues.mine(person).values_list("pk", flat=True))
        allowed = {action.pk for action in Action.objects.visible_to(person) if refusal(person, action) is None}
        assert listed == allowed, person.username


# -- The stories ---------------------------------------------------------------------------------------------------


@scenario
def quorum_of_two_stages(api: Api) -> None:
    two_stages()
    one, two, three = member("cora", "Compliance"), member("cyril", "Compliance"), member("seth", "Security")
    action_id = submitted(api)
    agree(one, two, three)
    votes(action_id, one)
    assert state(action_id) == "pending"
    agree(one, two, three)
    votes(action_id, two)
    assert state(action_id) == "pending"
    agree(one, two, three)
    votes(action_id, three)
    assert state(action_id) == "approved"


@scenario
def a_later_stage_does_not_come_first(api: Api) -> None:
    two_stages()
    with refused():
        votes(submitted(api), member("seth", "Security"))


@scenario
def two_accounts_are_one_person(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, other = member("cora", "Compliance"), member("cora2", "Compliance")
    Person.objects.filter(pk=other.pk).update(same_as=one)
    action_id = submitted(api)
    votes(action_id, one)
    agree(one, Person.objects.get(pk=other.pk))
    with refused():
        votes(action_id, Person.objects.get(pk=other.pk))
    assert state(action_id) == "pending"


@scenario
def the_owner_decides_nothing(api: Api) -> None:
    action_id = submitted(api)
    owner = person_called("olga")
    other = member("olga2", "Payments")
    Person.objects.filter(pk=other.pk).update(same_as=owner)
    for person in (owner, Person.objects.get(pk=other.pk)):
        agree(person)
        with refused():
            votes(action_id, person)


@scenario
def a_level_has_its_ceiling(api: Api) -> None:
    action_id = submitted(api, action_type="system_operation")
    agree(person_called("rita"), person_called("sina"))
    with refused():
        votes(action_id, person_called("rita"))
    votes(action_id, person_called("sina"))


@scenario
def a_requirement_has_its_level(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 4))])
    low, high = member("cora", "Compliance", level=3), member("cyril", "Compliance", level=4)
    action_id = submitted(api)
    agree(low, high)
    with refused():
        votes(action_id, low)
    votes(action_id, high)


@scenario
def other_content_is_not_decided(api: Api) -> None:
    action_id = submitted(api)
    with refused(StaleContent):
        votes(action_id, person_called("rita"), digest="0" * 64)


@scenario
def reasons_are_required(api: Api) -> None:
    action_id, critical = submitted(api), submitted(api, action_type="system_operation")
    with refused(ReasonRequired):
        votes(action_id, person_called("sina"), verdict="reject", reason=" ")
    with refused(ReasonRequired):
        votes(critical, person_called("sina"), reason="")


@scenario
def one_rejection_ends_it(api: Api) -> None:
    two_stages()
    action_id = submitted(api)
    votes(action_id, member("cora", "Compliance"), verdict="reject")
    assert state(action_id) == "rejected"


@scenario
def two_rejections_where_the_route_says_so(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))], rejections_needed=2)
    action_id = submitted(api)
    votes(action_id, member("cora", "Compliance"), verdict="reject")
    assert state(action_id) == "pending"
    votes(action_id, member("cyril", "Compliance"), verdict="reject")
    assert state(action_id) == "rejected"


@scenario
def it_expires_and_is_not_decided_afterwards(api: Api) -> None:
    new_route(stages=[stage((1, None, 1))], deadline_minutes=30)
    action_id = submitted(api)
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    with time_machine.travel(deadline - timedelta(seconds=1), tick=False):
        assert api.status(action_id)["decision"] == "pending"
    with time_machine.travel(deadline, tick=False):
        with refused(DeadlinePassed):
            votes(action_id, person_called("rita"))
        assert state(action_id) == "expired"


@scenario
def it_is_decided_once(api: Api) -> None:
    action_id = submitted(api)
    votes(action_id, person_called("rita"))
    with refused(NotPending):
        votes(action_id, person_called("ravi"), verdict="reject")
    assert state(action_id) == "approved"


@scenario
def a_deactivated_person_decides_nothing(api: Api) -> None:
    action_id, rita = submitted(api), person_called("rita")
    stale = Person.objects.get(pk=rita.pk)
    rita.is_active = False
    change_person(rita, actor=SETUP)
    agree(rita)
    with refused():
        votes(action_id, stale)


@scenario
def an_auditor_decides_nothing(api: Api) -> None:
    action_id, aude = submitted(api), person_called("aude")
    aude.approval_level = 4
    change_person(aude, actor=SETUP)
    agree(aude, person_called("adam"))
    with refused():
        votes(action_id, aude)


@scenario
def people_side_by_side_make_room(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1), (1, "Security", 1))])
    both, one, third = member("bea", "Compliance", "Security"), member("cora", "Compliance"), member("cy", "Compliance")
    action_id = submitted(api)
    votes(action_id, both)
    agree(both, one, third)
    votes(action_id, one)
    assert state(action_id) == "approved"
    other_way_round = submitted(api, resource="other")
    votes(other_way_round, one, both)
    assert state(other_way_round) == "approved"


@scenario
def one_person_is_one_ballot(api: Api) -> None:
    route = Route("Two", (Stage((Requirement(2),)),))
    ballots = [Ballot(person=1, groups=frozenset(), level=4, in_team=True, stage=1) for _ in range(2)]
    assert not standing(route, ballots).complete


@scenario
def nothing_leaves_a_final_state(api: Api) -> None:
    action = Action.objects.get(pk=lifecycles.rejected(api))
    with refused(IllegalTransition):
        lifecycle.advance(action, State.EXECUTED, at=action.updated_at)


@scenario
def the_same_person_counts_again_only_where_allowed(api: Api) -> None:
    stages = [stage((1, "Compliance", 1)), stage((1, "Security", 1))]
    new_route("Strict", stages=stages, score_below=90.0)
    new_route("Easy", stages=stages, score_from=90.0, same_person_again=True)
    both = member("bea", "Compliance", "Security")
    strict, easy = submitted(api), submitted(api, action_type="system_operation")
    votes(strict, both)
    votes(easy, both)
    assert (state(strict), state(easy)) == ("pending", "approved")


@scenario
def a_delegate_takes_one_seat(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    cora, dan, cyril = member("cora", "Compliance"), member("dan", "Elsewhere"), member("cyril", "Compliance")
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=cora, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(cora, dan, cyril)
    votes(action_id, dan)
    agree(cora, dan, cyril)
    with refused():
        votes(action_id, cora)
    votes(action_id, cyril)
    assert state(action_id) == "approved"
    assert "dan for cora" in Action.objects.get(pk=action_id).decided_by_name


@scenario
def a_delegation_ends(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    cora, dan = member("cora", "Compliance"), member("dan", "Payments")
    now = Action.objects.get(pk=submitted(api)).created_at
    lent = Delegation.objects.create(
        person=cora, delegate=dan, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1)
    )
    action_id = submitted(api, resource="other")
    agree(dan)
    with refused():
        votes(action_id, dan)
    lent.delete()


@scenario
def nobody_acts_for_the_owner(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    olga, dan = person_called("olga"), member("dan", "Payments")
    change_person(olga, actor=SETUP, teams=[group("Payments"), group("Compliance")])
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=olga, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(dan, olga)
    with refused():
        votes(action_id, dan)


@scenario
def a_delegate_reaches_no_higher_than_either(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    cora, dan = member("cora", "Compliance", level=2), member("dan", "Elsewhere", level=4)
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=cora, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(dan)
    with refused():
        votes(action_id, dan)


@scenario
def strangers_see_nothing(api: Api) -> None:
    two_stages()
    action_id = submitted(api)
    for name, groups, sees in (("seth", "Security", True), ("omar", "Elsewhere", False)):
        found = Action.objects.visible_to(member(name, groups)).filter(pk=action_id)
        assert found.exists() is sees, name


@scenario
def reports_only_after_approval(api: Api) -> None:
    action_id = submitted(api)
    address = f"/api/agent-action/{action_id}/complete"
    assert api.post(address, {"status": "completed"}).status == 409
    assert LedgerEntry.objects.filter(action_id=action_id, type="report.refused").exists()
    votes(action_id, person_called("rita"))
    assert api.post(address, {"status": "completed"}).status == 200
    assert state(action_id) == "executed"
    assert api.post(f"/api/agent-action/{action_id}/fail", {"status": "failed"}).status == 409


@scenario
def the_band_is_half_open(api: Api) -> None:
    new_route("Lower", stages=[stage((1, "Compliance", 1))], score_from=70.0, score_below=85.0)
    new_route("Upper", stages=[stage((1, "Security", 1))], score_from=85.0)
    assert Action.objects.get(pk=submitted(api)).route["name"] == "Upper"


@scenario
def no_answer_takes_the_strictest(api: Api) -> None:
    new_route("Odd", stages=[stage((1, "Compliance", 1))], condition="action.details.amount > 5", order=1)
    new_route("Long", stages=[stage((3, "Compliance", 1))], order=2)
    action = Action.objects.get(pk=submitted(api))
    assert (action.route["name"], action.degraded) == ("Long", ["route:Odd"])


@scenario
def conditions_reach_the_agent(api: Api) -> None:
    action_id = submitted(api)
    votes(action_id, person_called("rita"), conditions=["Before noon only."])
    assert api.status(action_id)["conditions"] == ["Before noon only."]


@scenario
def the_wire_says_pending_until_it_is_settled(api: Api) -> None:
    two_stages()
    action_id = submitted(api)
    votes(action_id, member("cora", "Compliance"))
    answer = api.status(action_id)
    assert (answer["decision"], answer["execution_allowed"]) == ("pending", False)

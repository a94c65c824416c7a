"""Stages, quorum, deadlines, and what comes after the decision."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from actions import lifecycle
from actions.models import Action, State
from governance.errors import (
    DeadlinePassed,
    IllegalTransition,
    NotPending,
    ReasonRequired,
    StaleContent,
)
from governance.models import LedgerEntry
from governance.routing import Ballot, Requirement, Route, Stage, standing
from tests.proof.words import agree, refused, scenario, state, submitted, two_stages, votes
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called


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

"""An action on a route of several stages: who may vote when, what settles it, and what agent and queue see."""

from __future__ import annotations

import json

import pytest

from actions.models import Action, Seat
from governance.errors import NotEligible, NotYours
from governance.models import LedgerEntry
from reviews import queues
from reviews.eligibility import refusal
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

pytestmark = pytest.mark.django_db


def standing(action_id: int) -> tuple[str, int]:
    action = Action.objects.get(pk=action_id)
    return action.state, action.stage


@pytest.fixture
def two_stages() -> None:
    """Two of Compliance, then one of Security."""
    new_route(stages=[stage((2, "Compliance", 1), label="Compliance"), stage((1, "Security", 1))], score_from=70.0)


@pytest.mark.usefixtures("two_stages")
def test_it_works(api: Api) -> None:
    one, two, three = member("cora", "Compliance"), member("cyril", "Compliance"), member("seth", "Security")
    action_id = lifecycles.pending(api)
    assert api.status(action_id)["required_approvers"] == ["group:Compliance", "group:Security"]
    for person, after in ((one, ("pending", 1)), (two, ("pending", 2)), (three, ("approved", 2))):
        assert [action.pk for action in queues.mine(person)] == [action_id], person.username
        lifecycles.decide(action_id, "approve", by=person)
        assert standing(action_id) == after
    assert api.status(action_id)["approved_by"] == "cora, cyril, seth"
    kinds = [entry.type for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("seq")]
    assert kinds == ["action.submitted", "vote.approved", "vote.approved", "action.approved"]
    last = json.loads(LedgerEntry.objects.filter(action_id=action_id).latest("seq").body)["data"]
    assert (last["given"], last["needed"], last["stage"]) == (3, 3, 2)


@pytest.mark.usefixtures("two_stages")
def test_a_later_stage_waits_its_turn(api: Api) -> None:
    seth = member("seth", "Security")
    action = Action.objects.get(pk=lifecycles.pending(api))
    said = refusal(seth, action)
    assert said is not None
    assert said.sentence == "Stage 1 of 2 waits for somebody else: Compliance: 2 of Compliance."
    assert not queues.mine(seth)
    with pytest.raises(NotEligible):
        lifecycles.decide(action.pk, "approve", by=seth)


@pytest.mark.usefixtures("two_stages")
def test_who_is_in_no_group_of_the_route_decides_nothing(api: Api) -> None:
    """Rita is of the agent's team; Omar is of neither, so that for him there is no such action."""
    rita, omar = person_called("rita"), member("omar", "Elsewhere")
    action = Action.objects.get(pk=lifecycles.pending(api))
    with pytest.raises(NotEligible, match="waits for somebody else"):
        lifecycles.decide(action.pk, "approve", by=rita)
    with pytest.raises(NotYours):
        lifecycles.decide(action.pk, "approve", by=omar)


@pytest.mark.usefixtures("two_stages")
def test_the_same_person_never_fills_two_stages(api: Api) -> None:
    both, other = member("bea", "Compliance", "Security"), member("cyril", "Compliance")
    action_id = lifecycles.pending(api)
    for person in (both, other):
        lifecycles.decide(action_id, "approve", by=person)
    assert standing(action_id) == ("pending", 2)
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action_id, "approve", by=both)


def test_unless_the_route_allows_it(api: Api) -> None:
    stages = [stage((1, "Compliance", 1)), stage((1, "Security", 1))]
    new_route(stages=stages, same_person_again=True)
    action_id = lifecycles.pending(api)
    lifecycles.decide(action_id, "approve", by=member("bea", "Compliance", "Security"))
    assert standing(action_id) == ("approved", 2)


@pytest.mark.usefixtures("two_stages")
def test_one_rejection_ends_it(api: Api) -> None:
    action_id = lifecycles.pending(api)
    lifecycles.decide(action_id, "approve", by=member("cora", "Compliance"))
    lifecycles.decide(action_id, "reject", by=member("cyril", "Compliance"), reason="Not this month.")
    assert standing(action_id) == ("rejected", 1)
    assert api.status(action_id)["reason"] == "Not this month."


def test_unless_the_route_asks_for_more(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))], rejections_needed=2)
    action_id = lifecycles.pending(api)
    for name, state in (("cora", "pending"), ("cyril", "rejected")):
        lifecycles.decide(action_id, "reject", by=member(name, "Compliance"))
        assert standing(action_id)[0] == state


def test_requirements_side_by_side_take_whoever_comes_first(api: Api) -> None:
    """Bea belongs to both; when Cora comes after her, Bea moves over to the seat Cora cannot fill."""
    new_route(stages=[stage((1, "Compliance", 1), (1, "Security", 1))])
    action_id = lifecycles.pending(api)
    lifecycles.decide(action_id, "approve", by=member("bea", "Compliance", "Security"))
    assert set(Seat.objects.filter(action=action_id, is_open=True).values_list("group__name", flat=True)) == {
        "Compliance",
        "Security",
    }
    lifecycles.decide(action_id, "approve", by=member("cora", "Compliance"))
    assert standing(action_id) == ("approved", 1)


def test_a_score_on_the_edge_of_two_bands_belongs_to_the_upper_one(api: Api) -> None:
    new_route("Lower", stages=[stage((1, "Compliance", 1))], score_from=70.0, score_below=85.0)
    new_route("Upper", stages=[stage((1, "Security", 1))], score_from=85.0)
    action = Action.objects.get(pk=lifecycles.pending(api))  # the guide's transaction: exactly 85
    assert action.route["name"] == "Upper"


def test_the_route_stays_what_it_was_at_submission(api: Api) -> None:
    route = new_route(stages=[stage((1, "Compliance", 1))])
    action_id = lifecycles.pending(api)
    route.stages = [stage((1, "Security", 1))]
    from governance.rule_changes import change_rule
    from tests.support.people import SETUP

    change_rule(route, actor=SETUP, reason="Changed my mind.")
    lifecycles.decide(action_id, "approve", by=member("cora", "Compliance"))
    assert standing(action_id)[0] == "approved"


def test_a_condition_without_an_answer_takes_the_strictest(api: Api) -> None:
    new_route("Odd", stages=[stage((2, "Compliance", 1))], condition="action.details.amount > 5", order=1)
    action = Action.objects.get(pk=lifecycles.pending(api))
    assert (action.route["name"], action.degraded) == ("Odd", ["route:Odd"])


def test_there_is_no_such_move(api: Api) -> None:
    from tests.support.people import browser_of

    action_id = lifecycles.pending(api)
    assert browser_of(person_called("rita")).post(f"/actions/{action_id}/no-such-move/").status_code == 404

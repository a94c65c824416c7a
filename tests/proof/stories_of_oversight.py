"""Approving alone, in advance and together; tests of vigilance; and who acts for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from actions import lifecycle
from actions.models import Action, Agent, State
from governance.delegations import delegate, end_delegation
from governance.errors import (
    Forbidden,
    IllegalTransition,
    InvalidDelegation,
    NotEligible,
    ReasonRequired,
    StaleContent,
    StepUpRequired,
)
from governance.models import Delegation, Person
from reviews.break_glass import break_glass, review_break_glass
from reviews.bulk.selected import Chosen, decide_selected
from reviews.canaries import plant_canary
from reviews.models import Canary
from reviews.request_changes import request_changes
from reviews.standing import terms
from reviews.standing.verbs import propose_standing
from tests.proof.words import agree, refused, scenario, sent, state, submitted, votes
from tests.reviews.away import away, back, changed
from tests.reviews.routes import member, new_route, stage
from tests.support.api import Api
from tests.support.cast import AGENT_ID
from tests.support.people import SETUP, person_called

EMERGENCY = "The line stops in ten minutes; nobody answers."


def glass(action_id: int, person: Person, **said: Any) -> None:
    digest = Action.objects.get(pk=action_id).digest
    break_glass(action_id, **sent(person) | {"digest": digest, "reason": EMERGENCY, **said})


@scenario
def the_glass_is_broken_by_a_senior_of_the_highest_level(api: Api) -> None:
    action_id, sina = submitted(api), person_called("sina")
    sina = changed(sina, approval_level=3)
    with refused(NotEligible):
        glass(action_id, sina)
    with refused(NotEligible):
        glass(action_id, member("rob", "Payments", level=4))
    glass(action_id, changed(sina, approval_level=4))
    assert state(action_id) == "approved"


@scenario
def the_glass_takes_words_a_password_and_the_content(api: Api) -> None:
    action_id, sina = submitted(api), person_called("sina")
    unconfirmed = replace(sent(sina)["actor"], confirmed_at=None)
    for kind, said in (
        (ReasonRequired, {"reason": "Urgent."}),
        (StaleContent, {"digest": "0" * 64}),
        (StepUpRequired, {"actor": unconfirmed}),
    ):
        with refused(kind):
            glass(action_id, sina, **said)
    assert state(action_id) == "pending"


@scenario
def somebody_else_looks_at_the_glass(api: Api) -> None:
    action_id, sina = submitted(api), person_called("sina")
    glass(action_id, sina)
    actor = sent(sina)["actor"]
    with refused(NotEligible):
        review_break_glass(action_id, actor=actor, person=sina, finding="right", note="Called them.")
    assert api.status(action_id)["break_glass"] is True


def planted() -> Action:
    agent = Agent.objects.get(agent_id=AGENT_ID)
    return plant_canary(actor=SETUP, agent=agent, template="own-account").action


@scenario
def a_test_is_never_carried_out(api: Api) -> None:
    action = planted()
    votes(action.pk, person_called("sina"))
    assert state(action.pk) == "approved"
    assert api.post(f"/api/agent-action/{action.pk}/complete", {"status": "completed"}).status == 404
    action.refresh_from_db()
    with refused(IllegalTransition):
        lifecycle.advance(action, State.EXECUTED, at=action.updated_at)


@scenario
def sending_a_test_back_is_catching_it(api: Api) -> None:
    action = planted()
    request_changes(action.pk, digest=action.digest, **sent(person_called("sina")))
    assert Canary.objects.get(action=action).caught is True


def given(api: Api, **said: Any) -> Any:
    example = Action.objects.get(pk=submitted(api))
    fields = {"condition": terms.preset(example), "score_up_to": example.risk_score, "max_uses": 2, "days": 1, **said}
    return propose_standing(example.pk, digest=example.digest, **fields, **sent(person_called("rita")))


def asked(api: Api) -> str:
    answer = api.submit(action_type="transaction", description=f"Another of {Action.objects.count()}")
    return state(answer["id"])


@scenario
def a_standing_approval_is_used_up(api: Api) -> None:
    given(api)
    assert [asked(api), asked(api), asked(api)] == ["approved", "approved", "pending"]


@scenario
def a_standing_approval_needs_its_quorum(api: Api) -> None:
    new_route(stages=[stage((2, None, 1))])
    given(api)
    assert asked(api) == "pending"


@scenario
def a_delegation_ends_when_it_is_ended(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    cora, dan = member("cora", "Compliance"), member("dan", "Payments")
    lent, action_id = away(cora, dan), submitted(api)
    agree(dan)
    back(lent)
    agree(dan)
    with refused():
        votes(action_id, dan)
    assert not Delegation.objects.active().exists()


@scenario
def people_arrange_their_own_absence(api: Api) -> None:
    cora, dan, eve = member("cora", "Payments"), member("dan", "Payments"), member("eve", "Payments")
    with refused(Forbidden):
        away(cora, dan, by=eve)
    lent = away(cora, dan)
    with refused(Forbidden):
        end_delegation(lent.pk, actor=sent(eve)["actor"], by=eve)
    with refused(InvalidDelegation):
        away(cora, eve)


@scenario
def an_absence_is_of_ninety_days_and_another_human_being(api: Api) -> None:
    cora, dan = member("cora", "Payments"), member("dan", "Payments")
    with refused(InvalidDelegation):
        away(cora, dan, days=91)
    with refused(InvalidDelegation):
        delegate(
            actor=sent(cora)["actor"],
            by=cora,
            person=cora,
            to=cora,
            starts_at=None,
            ends_at=timezone.now() + timedelta(days=1),
        )


@scenario
def many_are_approved_together_only_where_that_is_allowed(api: Api) -> None:
    person = person_called("sina")

    def pressed(action_id: int) -> str:
        chosen = [Chosen(action_id, Action.objects.get(pk=action_id).digest)]
        decide_selected(chosen, actor=sent(person)["actor"], person=person, verdict="approve")
        return state(action_id)

    low = {"action_type": "query", "context": {"require_human_approval": True}}
    new_route("Each", stages=[stage((1, None, 1))], order=2)
    assert pressed(submitted(api, **low)) == "pending"
    new_route("Together", stages=[stage((1, None, 1))], bulk_approve=True, order=1)
    assert pressed(submitted(api, resource="other", **low)) == "approved"
    assert pressed(submitted(api)) == "pending"

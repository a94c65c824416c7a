"""What people and agents do besides voting: withdrawing, revoking, extending, escalating, sending back, editing."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from actions.models import Action
from governance.errors import (
    InvalidDeadline,
    NotApproved,
    NotEligible,
    NotEscalatable,
    ReasonRequired,
    StaleContent,
)
from reviews.escalate import escalate_action
from reviews.extend import extend_deadline
from reviews.request_changes import request_changes
from reviews.revoke import revoke_approval
from tests.proof.words import agree, refused, scenario, sent, state, submitted, votes
from tests.reviews.edits import changed, edit
from tests.reviews.routes import group, member, new_route, stage
from tests.support.api import Api
from tests.support.cast import TEAM
from tests.support.people import key_for, person_called


def withdraw(api: Api, action_id: int) -> int:
    return api.post(f"/api/v1/actions/{action_id}/cancel", {"reason": "Called off."}).status


@scenario
def a_withdrawal_after_the_deadline_comes_too_late(api: Api) -> None:
    action_id = submitted(api)
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    with time_machine.travel(deadline, tick=False):
        assert withdraw(api, action_id) == 409
        assert state(action_id) == "expired"


@scenario
def a_withdrawal_is_answered_alike_twice(api: Api) -> None:
    action_id = submitted(api)
    assert [withdraw(api, action_id), withdraw(api, action_id)] == [200, 200]
    assert state(action_id) == "cancelled"


@scenario
def nobody_withdraws_for_another(api: Api) -> None:
    action_id = submitted(api)
    assert withdraw(Api(key_for("stranger", team=TEAM)), action_id) == 404
    assert state(action_id) == "pending"


@scenario
def only_an_approval_is_revoked(api: Api) -> None:
    action_id, sina = submitted(api), person_called("sina")
    with refused(NotApproved):
        revoke_approval(action_id, **sent(sina))
    votes(action_id, sina)
    revoke_approval(action_id, **sent(sina))
    assert state(action_id) == "cancelled"


@scenario
def who_could_not_have_decided_does_not_revoke(api: Api) -> None:
    new_route(stages=[stage((1, None, 1))])
    action_id, low = submitted(api), member("lou", TEAM, level=1)
    votes(action_id, person_called("sina"))
    with refused(NotEligible):
        revoke_approval(action_id, **sent(low))
    assert state(action_id) == "approved"


@scenario
def a_senior_of_elsewhere_does_not_steer(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1)), stage((1, "Security", 1))])
    action_id, elsewhere = submitted(api), member("eve", "Security", role="senior")
    with refused(NotEligible):
        extend_deadline(action_id, minutes=30, **sent(elsewhere))
    extend_deadline(action_id, minutes=30, **sent(person_called("sina")))
    assert state(action_id) == "pending"


@scenario
def a_deadline_moves_on_in_bounds(api: Api) -> None:
    action_id, sina = submitted(api), sent(person_called("sina"))
    first = Action.objects.get(pk=action_id).deadline
    assert first is not None
    for wrong in (first - timedelta(minutes=1), first, first + timedelta(days=7, seconds=1)):
        with refused(InvalidDeadline):
            extend_deadline(action_id, until=wrong, **sina)
    for _ in range(4):
        extend_deadline(action_id, minutes=7 * 24 * 60, **sina)
    with refused(InvalidDeadline):
        extend_deadline(action_id, minutes=7 * 24 * 60, **sina)
    assert Action.objects.get(pk=action_id).deadline == first + timedelta(days=28)
    assert state(action_id) == "pending"


@scenario
def an_escalation_calls_the_group_in_once(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))], escalate_after=60, escalate_to=group("Directors"))
    dora, action_id = member("dora", "Directors"), submitted(api)
    agree(dora)
    escalate_action(action_id, **sent(person_called("sina")))
    agree(dora)
    with refused(NotEscalatable):
        escalate_action(action_id, **sent(person_called("sina")))
    votes(action_id, dora)
    assert state(action_id) == "approved"


@scenario
def what_is_sent_back_was_seen_and_has_a_reason(api: Api) -> None:
    action_id, rita = submitted(api), sent(person_called("rita"))
    digest = Action.objects.get(pk=action_id).digest
    with refused(ReasonRequired):
        request_changes(action_id, **rita | {"reason": " ", "digest": digest})
    with refused(StaleContent):
        request_changes(action_id, digest="0" * 64, **rita)
    request_changes(action_id, digest=digest, **rita)
    assert state(action_id) == "changes_requested"
    assert api.status(action_id)["reason"] == rita["reason"]


@scenario
def an_edit_takes_the_place_of_what_was_edited(api: Api) -> None:
    old = Action.objects.get(pk=submitted(api, action_details={"amount": 3}))
    with refused(StaleContent):
        edit(old, person_called("rita"), digest="0" * 64)
    new, why_not = edit(old, person_called("rita"))
    assert why_not is None
    assert (state(old.pk), state(new.pk)) == ("changes_requested", "approved")


@scenario
def an_edit_is_only_made_where_the_route_allows_it(api: Api) -> None:
    new_route(stages=[stage((1, None, 1))], edit_allowed=False)
    action = Action.objects.get(pk=submitted(api, action_details={"amount": 3}))
    with refused(NotEligible):
        edit(action, person_called("rita"))
    assert state(action.pk) == "pending"


@scenario
def a_critical_edit_is_not_approved_at_once(api: Api) -> None:
    old = Action.objects.get(pk=submitted(api, action_type="system_operation", action_details={"amount": 3}))
    new, why_not = edit(old, person_called("sina"), changed(old, amount=4))
    assert why_not is not None
    assert state(new.pk) == "pending"

"""Sending an action back: by the verb and through the page, with preset reasons, and how the agent reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from actions.models import Action, DecidedVia, State
from governance.errors import Conflict, DeadlinePassed, NotEligible, NotYours, ReasonRequired, StaleContent
from governance.models import LedgerEntry, Person
from reviews.models import Vote
from reviews.presets import CHANGES, REJECTIONS, reason_from
from reviews.request_changes import request_changes
from reviews.vote import cast_vote
from tests.reviews.pages import decide, pay, row, text_of
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.threads import failures, together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def send_back(action: Action, person: Person, reason: str = "Name the records.", digest: str = "") -> Action:
    return request_changes(
        action.pk,
        actor=lifecycles.actor_of(person),
        person=person,
        digest=digest or action.digest,
        reason=reason,
    )


def press(client: Client, action: Action, **fields: str) -> Any:
    sent = {"digest": action.digest, "preset": "", "reason": "", **fields}
    return client.post(
        f"/actions/{action.pk}/request-changes/", {f"request-changes-{name}": value for name, value in sent.items()}
    )


def test_it_works(api: Api, reviewer: Person) -> None:
    action = pay(api, 5)
    settled = send_back(action, reviewer)
    assert (settled.state, settled.decided_via) == (State.CHANGES_REQUESTED, DecidedVia.PERSON)
    assert (settled.decided_by, settled.reason) == (reviewer, "Name the records.")
    entry = LedgerEntry.objects.get(action_id=action.pk, type="action.changes_requested")
    body = json.loads(entry.body)
    assert (body["actor"]["id"], body["subject"]["digest"]) == (str(reviewer.pk), action.digest)
    assert (body["data"]["from"], body["data"]["to"]) == ("pending", "changes_requested")
    # It is no vote: nobody approved or rejected.
    assert not Vote.objects.exists()
    told = api.status(action.pk)
    assert (told["status"], told["decision"], told["reviewed_by"]) == ("rejected", "denied", "rita")
    assert told["metadata"] == {"raw_status": "requires_modification"}
    assert (told["reason"], told["execution_allowed"]) == ("Name the records.", False)
    assert api.get(f"/api/sdk/approval/{action.pk}")["rejection_reason"] == "Name the records."


def test_one_person_is_enough_where_two_must_reject(api: Api, reviewer: Person) -> None:
    new_route(stages=[stage((2, None, 1))], rejections_needed=2)
    assert send_back(pay(api, 5), reviewer).state == State.CHANGES_REQUESTED


def test_who_may_not(api: Api, nothing_written: Any, auditor: Person, owner: Person, outsider: Person) -> None:
    action = pay(api, 5)
    for person, error in ((auditor, NotEligible), (owner, NotEligible), (outsider, NotYours)):
        with nothing_written(), pytest.raises(error):
            send_back(action, person)
    assert row(action.pk).state == State.PENDING


def test_what_is_refused(api: Api, nothing_written: Any, reviewer: Person) -> None:
    action = pay(api, 5)
    with nothing_written(), pytest.raises(ReasonRequired):
        send_back(action, reviewer, reason="  ")
    with nothing_written(), pytest.raises(StaleContent):
        send_back(action, reviewer, digest="0" * 64)
    lifecycles.decide(action.pk, "approve")
    with nothing_written(), pytest.raises(Conflict, match="decided by sina"):
        send_back(action, reviewer)


def test_too_late(api: Api, reviewer: Person) -> None:
    action = pay(api, 5)
    assert action.deadline is not None
    with time_machine.travel(action.deadline, tick=False), pytest.raises(DeadlinePassed):
        send_back(action, reviewer)
    assert row(action.pk).state == State.EXPIRED


def test_through_the_page(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    assert "Request changes" in text_of(client.get(f"/actions/{action.pk}/"))
    answer = press(client, action, reason="Name the records.")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/actions/{action.pk}/")
    text = text_of(client.get(f"/actions/{action.pk}/"))
    assert f"rita sent action {action.pk} back for changes." in text
    assert "Changes requested" in text
    assert "Request changes" not in text


def test_the_page_refuses_like_the_verb(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        answer = press(client, action)
    assert answer.status_code == 400
    assert "A reason is required" in text_of(answer)
    assert '<details class="move" id="move-request-changes" open>' in answer.content.decode()


@pytest.mark.parametrize(
    ("chosen", "typed", "expected"),
    [
        ("narrow", "", CHANGES[1].text),
        ("narrow", "Rows 1 to 7.", f"{CHANGES[1].text}\nRows 1 to 7."),
        ("narrow", f"{CHANGES[1].text} Rows 1 to 7.", f"{CHANGES[1].text} Rows 1 to 7."),
        ("", "Rows 1 to 7.", "Rows 1 to 7."),
    ],
)
def test_a_preset_reason_reaches_the_agent(
    api: Api, reviewer: Person, sign_in: SignIn, chosen: str, typed: str, expected: str
) -> None:
    action = pay(api, 5)
    assert press(sign_in(reviewer), action, preset=chosen, reason=typed).status_code == 302
    assert api.status(action.pk)["reason"] == expected


def test_a_preset_nobody_offered(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action = pay(api, 5)
    with nothing_written():
        assert press(sign_in(reviewer), action, preset="other").status_code == 400


def test_rejecting_with_a_preset_reason(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    page = sign_in(reviewer).get(f"/actions/{action.pk}/").content.decode()
    for preset in REJECTIONS:
        assert f'<option value="{preset.slug}" data-text="{preset.text}">{preset.label}</option>' in page
    assert decide(sign_in(reviewer), action, "reject", preset="scope", reason="All of them?").status_code == 302
    assert api.status(action.pk)["reason"] == f"{REJECTIONS[2].text}\nAll of them?"


def test_an_approval_does_not_take_a_reason_to_reject(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    assert decide(sign_in(reviewer), action, "approve", preset="scope", reason="Fine.").status_code == 302
    assert api.status(action.pk)["reason"] == "Fine."


def test_the_presets_themselves() -> None:
    for presets in (REJECTIONS, CHANGES):
        assert len({preset.slug for preset in presets}) == len(presets)
        assert all(preset.text.startswith(str(preset.label)) and preset.text.endswith(".") for preset in presets)
    assert reason_from(CHANGES, "unknown", " typed ") == "typed"


@pytest.mark.django_db(transaction=True)
def test_sending_back_and_approving_have_one_winner(api: Api, reviewer: Person, second_reviewer: Person) -> None:
    for number in range(8):
        action = pay(api, number)
        results = together(
            lambda a=action: send_back(a, reviewer),
            lambda a=action: cast_vote(
                a.pk,
                actor=lifecycles.actor_of(second_reviewer),
                person=second_reviewer,
                verdict="approve",
                digest=a.digest,
            ),
        )
        [loser] = failures(results)
        assert isinstance(loser, Conflict)
        won = row(action.pk)
        assert won.state == (State.APPROVED if results[0] is loser else State.CHANGES_REQUESTED)
        settled = LedgerEntry.objects.filter(action_id=action.pk).exclude(type="action.submitted")
        assert settled.count() == 1

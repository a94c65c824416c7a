"""The agent withdraws what it submitted; and nobody's key approves anything (threats AC06)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.models import LedgerEntry, Person
from tests.reviews.pages import text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import key_for

pytestmark = pytest.mark.django_db

Nothing = Callable[[], AbstractContextManager[None]]
FAMILIES = ("/api/v1/actions/7/cancel", "/api/agent-action/7/cancel")


def at(path: str, number: int) -> str:
    """The same address for another action."""
    return re.sub("(?<=/)7", str(number), path)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("state", ["pending", "escalated", "auto_approved", "approved"])
def test_it_works(api: Api, family: str, state: str) -> None:
    action_id = lifecycles.ALL[state](api)
    before = Action.objects.get(pk=action_id).state
    answer = api.post(at(family, action_id), {"reason": "The customer called it off."})
    assert (answer.status, answer["status"], answer["decision"]) == (200, "rejected", "denied")
    assert (answer["state"], answer["metadata"]["raw_status"]) == ("cancelled", "cancelled")
    assert answer["execution_allowed"] is False
    assert answer["reason"] == "The customer called it off."
    assert answer.json == api.status(action_id).json
    action = Action.objects.get(pk=action_id)
    assert (action.state, action.decided_via, action.decided_by) == ("cancelled", "agent", None)
    entry = json.loads(LedgerEntry.objects.filter(action_id=action_id).latest("seq").body)
    assert (entry["type"], entry["actor"]["kind"]) == ("action.cancelled", "agent")
    assert (entry["data"]["from"], entry["data"]["to"]) == (before, "cancelled")
    assert api.get(f"/api/sdk/approval/{action_id}")["rejected_by"] == "agent"


def test_again_is_answered_alike_and_writes_nothing(api: Api, nothing_written: Nothing) -> None:
    action_id = lifecycles.pending(api)
    first = api.post(at(FAMILIES[0], action_id), {"reason": "Once."})
    with nothing_written():
        again = api.post(at(FAMILIES[1], action_id), {"reason": "Twice."})
    assert (again.status, again.json) == (200, first.json)


def test_without_a_reason(api: Api) -> None:
    answer = api.post(at(FAMILIES[0], lifecycles.pending(api)))
    assert (answer.status, answer["reason"]) == (200, "The agent does not need it any more.")


@pytest.mark.parametrize("state", ["rejected", "blocked", "expired", "executed", "failed", "revoked"])
def test_what_is_over_is_not_cancelled(api: Api, nothing_written: Nothing, state: str) -> None:
    action_id = lifecycles.ALL[state](api)
    with nothing_written():
        answer = api.post(at(FAMILIES[0], action_id), {"reason": "Too late."})
    assert (answer.status, answer["error_code"]) == (409, "not_cancellable")
    assert {"revoked": "sina revoked its approval"}.get(state, "cannot be cancelled any more") in answer["detail"]


def test_past_its_deadline_it_expires_first(api: Api) -> None:
    action_id = lifecycles.pending(api)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert api.post(at(FAMILIES[0], action_id)).status == 409
    assert Action.objects.get(pk=action_id).state == "expired"
    assert LedgerEntry.objects.filter(action_id=action_id).latest("seq").type == "action.expired"


def test_a_strangers_action_is_not_found(api: Api, other_team: Group, nothing_written: Nothing) -> None:
    action_id = lifecycles.pending(api)
    stranger = Api(key_for("stranger", team=other_team.name))
    stranger.get("/api/v1/actions")
    with nothing_written():
        for number in (action_id, 10**30, 999):
            assert stranger.post(at(FAMILIES[0], number)).status == 404
    assert Api("ascend_nothing").post(at(FAMILIES[0], action_id)).status == 401


@pytest.mark.parametrize("body", ["[]", {"reason": 5}, {"reason": ["x"]}, {"reason": "x" * 1001}, {"reason": "a\x00"}])
def test_what_is_no_reason_is_refused(api: Api, nothing_written: Nothing, body: object) -> None:
    action_id = lifecycles.pending(api)
    with nothing_written():
        assert api.post(at(FAMILIES[0], action_id), body).status == 400


def test_a_key_in_the_reason_is_not_kept(api: Api) -> None:
    action_id = lifecycles.pending(api)
    api.post(at(FAMILIES[0], action_id), {"reason": f"I used {api.key}"})
    assert Action.objects.get(pk=action_id).reason == "I used [redacted]"


def test_a_report_after_it_is_an_alarm(api: Api) -> None:
    action_id = lifecycles.cancelled(api)
    assert api.post(f"/api/v1/actions/{action_id}/complete", {}).status == 409
    assert LedgerEntry.objects.filter(action_id=action_id).latest("seq").type == "report.refused"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/actions/7/approve",
        "/api/v1/actions/7/reject",
        "/api/agent-action/7/approve",
        "/api/agent-action/7/reject",
        "/api/authorization/approve/7",
        "/api/authorization/deny/7",
    ],
)
def test_no_key_decides(api: Api, anonymous: Api, nothing_written: Nothing, path: str) -> None:
    """Whatever the body claims; nor does the answer tell whether there is such an action."""
    action_id = lifecycles.pending(api)
    body = {"reviewed_by": "sina", "approved_by": "sina", "comments": "Fine.", "reason": "Fine."}
    with nothing_written():
        for number in (action_id, 424242):
            answer = api.post(at(path, number), body)
            assert (answer.status, answer["error_code"]) == (403, "AUTH_FORBIDDEN")
            assert "a key cannot decide" in answer["detail"]
            assert "in the portal" in answer["detail"]
        assert anonymous.post(at(path, action_id), body).status == 401


def test_the_pages_tell_withdrawn_revoked_expired_and_rejected_apart(
    api: Api, auditor: Person, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in(auditor)
    words = {
        "cancelled": ("Withdrawn", "withdrew it"),
        "revoked": ("Revoked", "revoked the approval"),
        "expired": ("Expired", "let it expire"),
        "rejected": ("Rejected", "rejected it"),
    }
    ids = {state: lifecycles.ALL[state](api) for state in words}
    history = text_of(browser.get("/history/"))
    for state, (decision, sentence) in words.items():
        page = text_of(browser.get(f"/actions/{ids[state]}/"))
        assert f"Decided {decision} " in page, state
        assert sentence in page
        assert sentence in history
        others = {said for other, (said, _) in words.items() if other != state}
        assert not any(f"Decided {other} " in page for other in others)
    only = {
        kind: text_of(browser.get(f"/history/?kind=action.{kind}")) for kind in ("expired", "rejected", "cancelled")
    }
    # The whole number: the description of every action names a ticket, #4521.
    assert re.search(rf"#{ids['expired']}\b", only["expired"])
    assert not re.search(rf"#{ids['expired']}\b", only["rejected"])
    assert not re.search(rf"#{ids['revoked']}\b", only["cancelled"])
    exported = browser.get("/history/export.csv").getvalue().decode()
    outcomes = {line["type"]: line["outcome"] for line in csv.DictReader(io.StringIO(exported))}
    assert {kind: outcomes[f"action.{kind}"] for kind in ("expired", "rejected", "cancelled", "revoked")} == {
        "expired": "expired",
        "rejected": "rejected",
        "cancelled": "cancelled",
        "revoked": "cancelled",
    }
    listed = {
        word: {item["id"] for item in api.get(f"/api/v1/actions?status={word}")["actions"]}
        for word in ("expired", "cancelled", "rejected")
    }
    assert listed["expired"] == {ids["expired"]}
    assert listed["cancelled"] == {ids["cancelled"], ids["revoked"]}
    assert listed["rejected"] == set(ids.values())

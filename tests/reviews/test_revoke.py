"""An approval is taken back before the agent acted: by whom, what the agent reads, and what stays on record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.errors import DeadlinePassed, NotApproved, NotEligible, NotYours, ReasonRequired, Refusal
from governance.models import LedgerEntry, Person
from governance.people import change_person
from reviews.models import Vote
from reviews.revoke import revoke_approval
from tests.reviews.pages import row, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called

pytestmark = pytest.mark.django_db


def revoke(action_id: int, by: Person, reason: str = "Wrong account.") -> Action:
    return revoke_approval(action_id, actor=lifecycles.actor_of(by), person=by, reason=reason)


@pytest.mark.parametrize(("state", "via"), [("approved", "person"), ("auto_approved", "rules")])
def test_it_works(api: Api, reviewer: Person, state: str, via: str) -> None:
    action_id = lifecycles.ALL[state](api)
    assert api.status(action_id)["execution_allowed"] is True
    revoke(action_id, reviewer)
    told = api.status(action_id)
    assert (told["status"], told["decision"], told["state"]) == ("rejected", "denied", "cancelled")
    assert (told["execution_allowed"], told["reason"]) == (False, "Wrong account.")
    assert told["approved_by"] is None
    approval = api.get(f"/api/sdk/approval/{action_id}")
    assert (approval["status"], approval["rejected_by"]) == ("rejected", "rita")
    data = json.loads(LedgerEntry.objects.filter(action_id=action_id).latest("seq").body)["data"]
    assert (data["from"], data["to"], data["approved_via"]) == ("approved", "cancelled", via)
    assert Vote.objects.filter(action_id=action_id, verdict="approve").count() == (via == "person")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("aude", NotEligible), ("adam", NotEligible), ("olga", NotEligible), ("oscar", NotYours)],
)
def test_nobody_else_revokes(api: Api, who: str, refusal: type[Refusal]) -> None:
    action_id, person = lifecycles.approved(api), person_called(who)
    with pytest.raises(refusal):
        revoke(action_id, person)
    assert row(action_id).state == "approved"
    assert LedgerEntry.objects.filter(action_id=action_id).count() == 2


def test_a_reviewer_below_the_score_does_not_and_a_senior_who_owns_the_agent_does(
    api: Api, reviewer: Person, owner: Person
) -> None:
    action_id = lifecycles.approved(api, action_type="system_operation")
    with pytest.raises(NotEligible):
        revoke(action_id, reviewer)
    owner.role = "senior"
    revoke(action_id, change_person(owner, actor=SETUP))
    assert row(action_id).state == "cancelled"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("pending", "still pending"),
        ("rejected", "decided by sina"),
        ("expired", "decided by the deadline"),
        ("executed", "the agent has acted"),
        ("failed", "the agent has acted"),
        ("cancelled", "decided by the agent"),
        ("revoked", "decided by sina"),
    ],
)
def test_only_an_approval_is_revoked(api: Api, senior: Person, state: str, sentence: str) -> None:
    action_id = lifecycles.ALL[state](api)
    entries = LedgerEntry.objects.count()
    with pytest.raises(NotApproved, match=sentence):
        revoke(action_id, senior)
    assert LedgerEntry.objects.count() == entries


def test_past_its_deadline_a_waiting_action_expires_first(api: Api, senior: Person) -> None:
    action_id = lifecycles.pending(api)
    late = timezone.now() + timedelta(days=2)
    with time_machine.travel(late, tick=False), pytest.raises(DeadlinePassed):
        revoke(action_id, senior)
    assert row(action_id).state == "expired"


def test_a_reason_is_required(api: Api, senior: Person) -> None:
    with pytest.raises(ReasonRequired):
        revoke(lifecycles.approved(api), senior, " ")


def test_the_page_is_honest_about_it(api: Api, senior: Person, auditor: Person, sign_in: Callable[..., Client]) -> None:
    action_id, browser = lifecycles.approved(api), sign_in(senior)
    page = text_of(browser.get(f"/actions/{action_id}/"))
    assert "An agent that has read the approval already may be acting on it" in page
    assert "Revoke the approval" not in text_of(sign_in(auditor).get(f"/actions/{action_id}/"))
    assert browser.post(f"/actions/{action_id}/revoke/", {"revoke-reason": ""}).status_code == 400
    done = text_of(browser.post(f"/actions/{action_id}/revoke/", {"revoke-reason": "Wrong."}, follow=True))
    assert f"The approval of action {action_id} was revoked." in done
    assert done.count("Revoked") >= 2
    assert "sina revoked the approval: Wrong." in done
    again = browser.post(f"/actions/{action_id}/revoke/", {"revoke-reason": "Wrong."})
    assert again.status_code == 409
    assert "no longer pending" in text_of(again)

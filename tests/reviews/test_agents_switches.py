"""The kill switches on the pages: by the verbs, for those who may, with a reason, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.models import Agent, KillSwitch
from governance.models import LedgerEntry, Person
from tests.reviews.pages import text_of
from tests.support.api import Api
from tests.support.cast import AGENT_ID

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ALL = {"to": "block", "sure": "on", "reason": "A drill."}


def entries(kind: str) -> list[dict[str, Any]]:
    """What the ledger says of this kind, in order."""
    found = LedgerEntry.objects.filter(type=kind).order_by("id")
    return [json.loads(entry.body) | {"by": entry.actor_name} for entry in found]


def test_block_and_release(api: Api, agent: Agent, admin_person: Person, reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(admin_person)
    answer = client.post(f"/agents/{agent.pk}/block/", {"reason": "It pays strangers."}, follow=True)
    assert answer.redirect_chain == [(f"/agents/{agent.pk}/", 302)]
    text = text_of(answer)
    assert f"{AGENT_ID} is blocked. Whatever it asks from now on is rejected." in text
    assert "Release this agent" in text
    (entry,) = entries("agent.blocked")
    assert (entry["by"], entry["data"]["reason"]) == ("adam", "It pays strangers.")
    assert api.submit()["status"] == "rejected"
    seen = text_of(sign_in(reviewer).get(f"/agents/{agent.pk}/"))
    assert "by adam: It pays strangers." in seen
    assert f"{AGENT_ID} Customer Service AI Blocked Last seen" in seen

    again = client.post(f"/agents/{agent.pk}/block/", {"reason": "Once more."}, follow=True)
    assert f"{AGENT_ID} was blocked already. Nothing was changed." in text_of(again)
    assert len(entries("agent.blocked")) == 1

    answer = client.post(f"/agents/{agent.pk}/release/", {"reason": "Sorted out."}, follow=True)
    assert f"{AGENT_ID} is released." in text_of(answer)
    assert entries("agent.released")[0]["data"]["reason"] == "Sorted out."
    assert api.submit()["status"] == "approved"
    again = client.post(f"/agents/{agent.pk}/release/", {"reason": "Again."}, follow=True)
    assert f"{AGENT_ID} was not blocked." in text_of(again)
    assert len(entries("agent.released")) == 1


def test_stop_and_release_all(api: Api, agent: Agent, admin_person: Person, reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(admin_person)
    assert "Every agent is blocked. Whatever they ask" in text_of(client.post("/agents/all/", ALL, follow=True))
    assert entries("kill_switch.activated")[0]["data"] == {"reason": "A drill."}
    assert api.submit()["status"] == "rejected"
    for address in ("/agents/", f"/agents/{agent.pk}/"):
        seen = text_of(sign_in(reviewer).get(address))
        assert "Every agent is blocked. Whatever any agent submits is rejected" in seen
        assert "Switched on by adam" in seen
        assert "A drill." in seen
        assert "Release every agent" not in seen
        assert "Release every agent" in text_of(client.get(address))
    assert "was blocked already" in text_of(client.post("/agents/all/", ALL, follow=True))
    assert len(entries("kill_switch.activated")) == 1
    over = ALL | {"to": "release", "reason": "Over."}
    assert "The kill switch is released." in text_of(client.post("/agents/all/", over, follow=True))
    assert entries("kill_switch.released")[0]["by"] == "adam"
    assert "No switch was on." in text_of(client.post("/agents/all/", over, follow=True))
    assert len(entries("kill_switch.released")) == 1
    assert api.submit()["status"] == "approved"


@pytest.mark.parametrize("who", ["reviewer", "senior", "owner", "auditor", "outsider"])
def test_nobody_else_may(request: pytest.FixtureRequest, agent: Agent, sign_in: SignIn, who: str) -> None:
    client = sign_in(request.getfixturevalue(who))
    number = LedgerEntry.objects.count()
    refused = 404 if who == "outsider" else 403
    for address in (f"/agents/{agent.pk}/block/", f"/agents/{agent.pk}/release/"):
        assert client.post(address, {"reason": "I want to."}).status_code == refused
    assert client.post("/agents/all/", ALL).status_code == 403
    assert LedgerEntry.objects.count() == number
    agent.refresh_from_db()
    assert agent.blocked_at is None
    assert not KillSwitch.objects.filter(blocked=True).exists()


@pytest.mark.parametrize(
    ("address", "sent", "sentence"),
    [
        ("one", {"reason": "  "}, "A reason is needed. Nothing was switched."),
        ("one", {}, "A reason is needed. Nothing was switched."),
        ("one", {"reason": "x" * 2001}, "The reason is longer than 2000 characters."),
        ("one", {"reason": "a\x00b"}, "The reason contains the character NUL."),
        ("all", ALL | {"reason": ""}, "A reason is needed. Nothing was switched."),
        ("all", ALL | {"sure": ""}, "Tick that you mean every agent of every team. Nothing was switched."),
        ("all", ALL | {"to": ""}, "The form did not say which way. Nothing was switched."),
        ("all", ALL | {"to": "toggle"}, "The form did not say which way. Nothing was switched."),
    ],
)
def test_what_is_not_complete_switches_nothing(
    agent: Agent, admin_person: Person, sign_in: SignIn, address: str, sent: dict[str, str], sentence: str
) -> None:
    number = LedgerEntry.objects.count()
    answer = sign_in(admin_person).post("/agents/all/" if address == "all" else f"/agents/{agent.pk}/block/", sent)
    assert answer.status_code == 400
    assert f"Not done. {sentence}" in text_of(answer)
    assert LedgerEntry.objects.count() == number
    assert not Agent.objects.filter(blocked_at__isnull=False).exists()
    assert not KillSwitch.objects.filter(blocked=True).exists()


def test_only_a_post_from_here_switches(agent: Agent, admin_person: Person, sign_in: SignIn) -> None:
    client = sign_in(admin_person)
    for address, shown in (
        (f"/agents/{agent.pk}/block/", f"/agents/{agent.pk}/"),
        (f"/agents/{agent.pk}/release/", f"/agents/{agent.pk}/"),
        ("/agents/all/", "/agents/"),
    ):
        assert client.get(address).headers["Location"] == shown
        assert client.post(address, ALL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(admin_person)
        assert strict.post(address, ALL).status_code == 403
        assert Client().post(address, ALL).status_code == 302
    assert not Agent.objects.filter(blocked_at__isnull=False).exists()
    assert not KillSwitch.objects.filter(blocked=True).exists()

"""Editing through the page, and what may be edited: secrets, derived words, canaries, hidden characters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, Agent
from governance.models import Person
from reviews.canaries import plant_canary
from reviews.rendering import editable
from tests.reviews.edits import changed, edit, press
from tests.reviews.pages import DECEPTIVE, XSS, assert_only_ours, hostile_fields, pay, row, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


# -- The content -----------------------------------------------------------------------------------------------------


def test_a_secret_that_was_taken_out_stays_out(api: Api, reviewer: Person) -> None:
    old = row(lifecycles.pending(api, action_details={"password": "hunter2", "amount": 5}))
    new, _ = edit(old, reviewer, changed(old, password="hunter3", amount=4))
    assert new.payload["action_details"] == {"password": "[redacted]", "amount": 4}
    assert "hunter" not in new.content


def test_a_derived_description_is_derived_again(api: Api, reviewer: Person) -> None:
    old = row(lifecycles.pending(api, description=None, tool_name=None, resource="refunds"))
    assert old.payload["description_derived"] is True
    new, _ = edit(old, reviewer, json.dumps({**old.payload, "resource": "invoices"}))
    assert new.description == "transaction on invoices"
    assert {change["path"] for change in api.status(new.pk)["changes"]} == {"/description", "/resource"}
    other = row(lifecycles.pending(api, description=None, tool_name=None, resource="refunds"))
    own, _ = edit(other, reviewer, json.dumps({**other.payload, "description": "My own words"}))
    assert "description_derived" not in own.payload


def test_nothing_takes_the_place_of_a_planted_test(agent: Agent, reviewer: Person) -> None:
    """Who would not let it pass as it was has caught it; and what must never be executed is not made executable."""
    canary = plant_canary(actor=SETUP, agent=agent, template="own-account")
    old = row(canary.action_id)
    returned, _ = edit(old, reviewer, editable({**old.payload, "resource": "elsewhere"}))
    assert (returned.pk, returned.state, returned.superseded_by.count()) == (old.pk, "changes_requested", 0)
    canary.refresh_from_db()
    assert canary.caught is True


def test_numbers_beyond_what_is_exact_survive(api: Api, reviewer: Person) -> None:
    old = row(lifecycles.pending(api, action_details={"amount": 1e17, "rate": 0.1}))
    new, _ = edit(old, reviewer, editable({**old.payload, "resource": "elsewhere"}))
    assert [change["path"] for change in api.status(new.pk)["changes"]] == ["/resource"]


# -- Through the page ------------------------------------------------------------------------------------------------


def test_through_the_page(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    old, client = pay(api, 5), sign_in(reviewer)
    assert "&quot;amount&quot;: 5," in client.get(f"/actions/{old.pk}/").content.decode()
    answer = press(client, old)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/actions/{old.pk}/")
    new = Action.objects.get(supersedes=old)
    text = text_of(client.get(f"/actions/{old.pk}/"))
    assert f"Action {new.pk} takes the place of action {old.pk}, with your content. It is approved." in text
    assert f"Superseded by action #{new.pk}, approved." in text
    assert f"What action #{new.pk} changes 1 place" in text
    assert "/action_details/amount 5 4" in text
    text = text_of(client.get(f"/actions/{new.pk}/"))
    assert f"Takes the place of action #{old.pk}, edited by rita" in text
    assert "/action_details/amount 5 4" in text


def test_a_failed_try_keeps_what_was_typed(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    old, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        answer = press(client, old, content='{"a": 1,\r\n "b": }')
    assert answer.status_code == 400
    assert "The edited content is not JSON at line 2, column 7" in text_of(answer)
    page = answer.content.decode()
    assert '<details class="move" id="move-edit" open>' in page
    assert "{&quot;a&quot;: 1," in page


def test_the_page_is_safe_from_what_it_shows(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    old = row(lifecycles.pending(api, **hostile_fields(XSS + DECEPTIVE)))
    new, _ = edit(old, reviewer, json.dumps({**old.payload, f"own{XSS}{DECEPTIVE}": [XSS, DECEPTIVE]}))
    for pk in (old.pk, new.pk, lifecycles.pending(api, **hostile_fields(XSS + DECEPTIVE))):
        page = sign_in(reviewer).get(f"/actions/{pk}/").content.decode()
        assert_only_ours(page)
        assert not set(page) & set("\u202e\u200b\U000e0041\u2066\u00ad\x1b")


def test_what_is_edited_is_what_is_stored(api: Api) -> None:
    for fields in (hostile_fields(XSS), hostile_fields(DECEPTIVE), {"description": "Grüße, 東京 😀"}):
        payload = row(lifecycles.pending(api, **fields)).payload
        assert json.loads(editable(payload)) == payload
    assert "Grüße, 東京" in editable(payload)

"""A submission that takes the place of an earlier one: which it may, and the link in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from actions.models import Action, State
from governance.models import LedgerEntry
from tests.support import lifecycles
from tests.support.api import SUBMIT, Api
from tests.support.cast import OTHER_AGENT_ID, OTHER_TEAM
from tests.support.people import key_for
from tests.support.threads import together

pytestmark = pytest.mark.django_db

DENIED = ("changes_requested", "rejected", "blocked", "expired")
NOT_DENIED = ("pending", "approved", "auto_approved", "executed", "failed")


def test_it_works(api: Api) -> None:
    old = lifecycles.changes_requested(api, reason="Name the records.")
    told = api.status(old)
    assert (told["status"], told["decision"], told["state"]) == ("rejected", "denied", "changes_requested")
    assert told["metadata"]["raw_status"] == "requires_modification"
    assert (told["reason"], told["superseded_by"]) == ("Name the records.", None)
    new = api.submit(action_type="transaction", description="Refund order 7", supersedes=old)
    assert (new.status, new["status"], new["supersedes"]) == (200, "pending_approval", old)
    assert api.status(old)["superseded_by"] == new["id"]
    assert api.status(new["id"])["supersedes"] == old
    # The agent knows what it changed itself.
    assert api.status(new["id"])["changes"] is api.status(old)["changes"] is None
    assert api.get(f"/api/v1/actions/{old}")["superseded_by"] == new["id"]
    listed = {item["id"]: item for item in api.get("/api/v1/actions")["actions"]}
    assert (listed[old]["superseded_by"], listed[new["id"]]["supersedes"]) == (new["id"], old)
    assert listed[new["id"]]["superseded_by"] is None
    entry = LedgerEntry.objects.get(action_id=new["id"], type="action.submitted")
    assert f'"supersedes":"{old}"' in entry.body


def test_it_is_a_link_and_no_content(api: Api) -> None:
    old = lifecycles.rejected(api)
    again = api.submit(action_type="transaction", supersedes=old)
    old_row, new_row = (Action.objects.get(pk=pk) for pk in (old, again["id"]))
    assert old_row.digest == new_row.digest
    assert "supersedes" not in new_row.payload


@pytest.mark.parametrize("state", DENIED)
def test_what_was_denied_can_be_superseded(api: Api, state: str) -> None:
    old = lifecycles.ALL[state](api)
    assert api.submit(supersedes=old).status == 200


@pytest.mark.parametrize("state", NOT_DENIED)
def test_what_was_not_denied_cannot(api: Api, nothing_written: Any, state: str) -> None:
    old = lifecycles.ALL[state](api)
    with nothing_written():
        answer = api.submit(supersedes=old)
    assert (answer.status, answer["error_code"]) == (409, "cannot_supersede")
    assert f"Action {old} is " in answer["detail"]
    assert "Nothing was written" in answer["detail"]


def test_a_place_is_taken_once(api: Api, nothing_written: Any) -> None:
    old = lifecycles.changes_requested(api)
    first = api.submit(action_type="transaction", supersedes=old)["id"]
    with nothing_written():
        answer = api.submit(action_type="transaction", description="Another try", supersedes=old)
    assert (answer.status, answer["error_code"]) == (409, "cannot_supersede")
    assert f"Action {first} has taken the place of action {old} already" in answer["detail"]
    # Denied itself, it makes room.
    lifecycles.decide(first, "reject")
    third = api.submit(action_type="transaction", description="Another try", supersedes=old)
    assert third.status == 200
    assert api.status(old)["superseded_by"] == third["id"]


@pytest.mark.parametrize("number", [0, -1, 10**9, 2**53 - 1])
def test_a_number_nobody_has(api: Api, nothing_written: Any, number: int) -> None:
    with nothing_written():
        answer = api.submit(supersedes=number)
    assert (answer.status, list(answer["errors"])) == (422, ["supersedes"])
    assert f"supersedes names action {number}, and you submitted no such action" in answer["detail"]


def test_a_strangers_action_is_answered_like_none(api: Api, nothing_written: Any) -> None:
    other = Api(key_for(OTHER_AGENT_ID, team=OTHER_TEAM))
    theirs = lifecycles.blocked(other, agent_id=OTHER_AGENT_ID)
    with nothing_written():
        answer = api.submit(supersedes=theirs)
    assert (answer.status, list(answer["errors"])) == (422, ["supersedes"])
    assert answer["detail"].replace(str(theirs), "N") == api.submit(supersedes=10**9)["detail"].replace(str(10**9), "N")


@pytest.mark.parametrize("value", ["7", 7.5, True, [7], {}])
def test_what_is_no_number(api: Api, nothing_written: Any, value: Any) -> None:
    with nothing_written():
        answer = api.submit(supersedes=value)
    assert (answer.status, answer["errors"]) == (400, {"supersedes": "This must be an integer."})


@pytest.mark.parametrize("name", ["superseded_by", "edited_by"])
def test_the_other_direction_is_the_servers(api: Api, nothing_written: Any, name: str) -> None:
    with nothing_written():
        assert api.submit(**{name: 7})["error_code"] == "UNKNOWN_FIELD"


def test_preflight_says_what_submit_would(api: Api) -> None:
    path = "/api/v1/actions/preflight"
    body = {"agent_id": "customer-service-agent-001", "action_type": "query", "description": "d", "tool_name": "t"}
    old, waiting = lifecycles.changes_requested(api), lifecycles.pending(api)
    assert api.post(path, body | {"supersedes": old})["supersedes"] == old
    assert api.post(path, body | {"supersedes": waiting}).status == 409
    assert api.post(path, body | {"supersedes": 10**9}).status == 422


def test_a_repeated_submission_gets_the_first_answer(api: Api) -> None:
    old = lifecycles.changes_requested(api)
    body = {"agent_id": "customer-service-agent-001", "action_type": "transaction", "description": "d"}
    body |= {"tool_name": "t", "supersedes": old}
    first = api.post(SUBMIT, body, Idempotency_Key="once")
    again = api.post(SUBMIT, body, Idempotency_Key="once")
    assert (first.status, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_an_ordinary_submission_and_a_poll_cost_nothing_more(api: Api) -> None:
    from django.db import connection

    waiting = lifecycles.pending(api)
    api.status(waiting)
    with CaptureQueriesContext(connection) as asked:
        api.status(waiting)
        api.submit()
    assert not [query for query in asked if 'FROM "actions_action"' in query["sql"] and "supersedes" in
                query["sql"].partition("WHERE")[2]]  # fmt: skip


def test_a_list_costs_the_same_however_many_were_superseded(api: Api, django_assert_num_queries: Any) -> None:
    def listed() -> int:
        with CaptureQueriesContext(connection) as asked:
            api.get("/api/v1/actions")
        return len(asked)

    from django.db import connection

    api.submit(supersedes=lifecycles.changes_requested(api))
    listed()
    before = listed()
    for number in range(3):
        api.submit(supersedes=lifecycles.changes_requested(api, resource=f"r{number}"))
    assert listed() == before


def test_a_poll_of_a_denied_action_costs_one_more(api: Api, django_assert_num_queries: Any) -> None:
    old = lifecycles.changes_requested(api)
    api.status(old)
    with django_assert_num_queries(2):
        api.status(old)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_a_place_once(api: Api) -> None:
    for number in range(8):
        old = lifecycles.changes_requested(api, resource=f"r{number}")
        answers = together(
            lambda old=old: api_of(api).submit(action_type="transaction", description="one", supersedes=old),
            lambda old=old: api_of(api).submit(action_type="transaction", description="two", supersedes=old),
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert Action.objects.filter(supersedes=old).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_of_one_submission_get_one_answer(api: Api) -> None:
    body = {"agent_id": "customer-service-agent-001", "action_type": "transaction", "description": "d"}
    for number in range(8):
        old = lifecycles.changes_requested(api, resource=f"r{number}")
        sent = body | {"tool_name": "t", "supersedes": old}
        first, second = together(
            lambda sent=sent, n=number: api_of(api).post(SUBMIT, sent, Idempotency_Key=f"once-{n}"),
            lambda sent=sent, n=number: api_of(api).post(SUBMIT, sent, Idempotency_Key=f"once-{n}"),
        )
        assert (first.status, second.status) == (200, 200)
        assert first.json == second.json


def api_of(api: Api) -> Api:
    """A client of its own for each thread."""
    return Api(api.key)


@pytest.mark.django_db(transaction=True)
def test_the_naive_twin_takes_a_place_twice(api: Api) -> None:
    """Look, then write, without the lock: the test above is able to fail."""
    import threading

    old = lifecycles.changes_requested(api)
    looked, took = threading.Barrier(2), []

    def naive() -> None:
        if not Action.objects.filter(supersedes=old).exists():
            looked.wait(timeout=10)
            took.append(State.PENDING)

    together(naive, naive)
    assert len(took) == 2

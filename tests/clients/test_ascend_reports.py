"""The published SDK reports what came of an action: wire contract, section 7, and item 11 of its checklist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from ascend import AscendClient, Decision

from tests.clients.circumstances import everybody_blocked, without_patience
from tests.clients.rest import Rest
from tests.support.cast import OTHER_AGENT_ID
from tests.support.person import Browser
from tests.support.portal import LivePortal, free_port

pytestmark = pytest.mark.live

SUBMITTED = "action.submitted"


@pytest.fixture
def allowed(ascend: AscendClient) -> str:
    """The id of an action approved by the rules."""
    return ascend.evaluate_action("query", "customers").action_id


@pytest.fixture
def pending(ascend: AscendClient) -> str:
    """The id of an action that waits for a person."""
    return ascend.evaluate_action("transaction", "refunds", wait_for_decision=False).action_id


def refused(answer: dict[str, Any], status: int) -> bool:
    """Whether the SDK swallowed a refusal with this HTTP status."""
    return bool(answer.get("logged_locally")) and answer["error"].startswith(f"{status} ")


def test_completed(ascend: AscendClient, rest: Rest, allowed: str) -> None:
    answer = ascend.log_action_completed(allowed, result={"success": True, "has_result": False}, duration_ms=12)
    assert (answer["success"], str(answer["action_id"]), answer["status"]) == (True, allowed, "executed")
    assert answer["logged_at"]
    assert ascend.get_action_status(allowed).raw_status == "executed"
    assert rest.events(allowed) == [SUBMITTED, "action.executed"]


@pytest.mark.parametrize("error", ["no such account", {"code": "E42", "text": "no such account"}])
def test_failed(ascend: AscendClient, rest: Rest, allowed: str, error: Any) -> None:
    """`error` is text or an object; the status stays one of the guide's four words."""
    answer = ascend.log_action_failed(allowed, error, duration_ms=7)
    assert (answer["success"], answer["status"], answer["execution_status"]) == (True, "approved", "failed")
    assert ascend.get_action_status(allowed).raw_status == "execution_failed"
    assert rest.events(allowed) == [SUBMITTED, "action.failed"]


def test_completed_after_a_persons_approval(ascend: AscendClient, rest: Rest, rita: Browser, pending: str) -> None:
    rita.approve(pending)
    assert ascend.log_action_completed(pending)["success"] is True
    assert rest.events(pending) == [SUBMITTED, "action.approved", "action.executed"]


def test_the_same_report_again_changes_nothing(ascend: AscendClient, rest: Rest, allowed: str) -> None:
    """A retry after a lost answer: the moment of sending differs, the report is the same."""
    first = ascend.log_action_completed(allowed, result={"rows": 3})
    assert ascend.log_action_completed(allowed, result={"rows": 3}) == first
    assert rest.events(allowed) == [SUBMITTED, "action.executed"]


def test_the_opposite_report_is_refused_and_recorded(ascend: AscendClient, rest: Rest, allowed: str) -> None:
    ascend.log_action_completed(allowed)
    assert refused(ascend.log_action_failed(allowed, "on second thought"), 409)
    assert ascend.get_action_status(allowed).raw_status == "executed"
    assert rest.events(allowed) == [SUBMITTED, "action.executed", "report.refused"]


def test_executed_without_approval(ascend: AscendClient, rest: Rest, rita: Browser, pending: str) -> None:
    """Item 11: the report of a pending action is a 409 and an alarm, and a person can still decide."""
    assert refused(ascend.log_action_completed(pending), 409)
    assert ascend.get_action_status(pending).decision == Decision.PENDING
    assert rest.events(pending) == [SUBMITTED, "report.refused"]
    rita.reject(pending, "It acted without asking.")
    assert ascend.get_action_status(pending).decision == Decision.DENIED


@pytest.mark.parametrize("state", ["rejected", "blocked", "expired"])
def test_executed_against_a_denial(
    live_portal: LivePortal, ascend: AscendClient, rest: Rest, rita: Browser, adam: Browser, state: str
) -> None:
    if state == "blocked":
        with everybody_blocked(adam, "A drill."):
            action_id = rest.submit()["id"]
    elif state == "expired":
        with without_patience(live_portal) as hasty:
            action_id = Rest(hasty).submit()["id"]
        rest.status(action_id)
    else:
        action_id = rest.submit()["id"]
        rita.reject(action_id, "No.")
    before, events = rest.status(action_id), rest.events(action_id)
    assert refused(ascend.log_action_completed(str(action_id)), 409)
    assert refused(ascend.log_action_failed(str(action_id), "it did not work"), 409)
    assert rest.status(action_id) == before
    assert rest.events(action_id) == [*events, "report.refused", "report.refused"]


def test_reports_on_what_is_not_theirs(live_portal: LivePortal, ascend: AscendClient, allowed: str) -> None:
    """Another team's agent learns nothing, not even that the action exists (404)."""
    stranger = Rest(live_portal, live_portal.keys[OTHER_AGENT_ID])
    for action_id in (allowed, "999999999", "9" * 30, "not-a-number"):
        for verb in ("complete", "fail"):
            answer = stranger.call("POST", f"/api/agent-action/{action_id}/{verb}", json={"status": "completed"})
            assert (answer.status_code, answer.json()["error_code"]) == (404, answer.json()["error_code"])
    assert ascend.get_action_status(allowed).raw_status == "auto_approved"
    assert refused(ascend.log_action_completed("999999999"), 404)


def test_what_ran_without_an_answer_is_recorded(
    live_portal: LivePortal, connect: Callable[..., AscendClient], adam: Browser
) -> None:
    """Fail-open goes ahead under an invented id; the report of it is the only trace, and must not be lost (3.3)."""
    client = connect(api_url=f"http://127.0.0.1:{free_port()}", fail_mode="open", max_retries=0)
    decision = client.evaluate_action("transaction", "refunds")
    assert decision.decision == Decision.ALLOWED
    assert decision.action_id.startswith("fail_open_asc_")

    client.api_url = live_portal.base_url  # it is back
    assert client.log_action_completed(decision.action_id)["success"] is True
    assert decision.action_id in adam.read("/history/?type=execution.ungoverned")
    assert client.log_action_failed(decision.action_id, "later")["success"] is True


def test_a_failed_closed_agent_does_nothing(connect: Callable[..., AscendClient]) -> None:
    client = connect(api_url=f"http://127.0.0.1:{free_port()}", max_retries=0)
    with pytest.raises(Exception, match="Failed to connect") as caught:
        client.evaluate_action("transaction", "refunds")
    assert type(caught.value).__module__ == "ascend.exceptions"
    assert not isinstance(caught.value, requests.RequestException)

"""Every state as each client reads it: wire contract, sections 5, 6 and 8, a row each."""

from __future__ import annotations

import pytest
from ascend import AscendClient, Decision, DecisionStatus
from ascend.exceptions import TimeoutError as NoDecision
from ascend.models import ActionDetails, AuthorizationDecision
from owkai_client import ActionDeniedError, OWKAIClient

from actions import wire
from actions.models import Action, Agent, DecidedVia, State
from tests.clients.rest import Rest
from tests.clients.states import CALLED_OFF, DRILL, ROWS, ROWS_TO_COME, TAKEN_BACK, TYPED, Row, one_of_each
from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.live, pytest.mark.any_engine]

DECISIONS = {"approved": Decision.ALLOWED, "denied": Decision.DENIED, "pending": Decision.PENDING}

DENIED = {state for state, row in ROWS.items() if row.decision == "denied"}

every_state = pytest.mark.parametrize("state", ROWS)
every_denial = pytest.mark.parametrize("state", [state for state, row in ROWS.items() if row.decision == "denied"])
every_state_to_come = pytest.mark.parametrize("state", ROWS_TO_COME)


@pytest.fixture(scope="module")
def ids(live_portal: LivePortal, rest: Rest, connect, sina: Browser, adam: Browser) -> dict[str, str]:
    """An action's id for each state."""
    return one_of_each(live_portal, rest, connect(), sina, adam)


# -- The guide's raw requests ----------------------------------------------------------------------------------------


@every_state
def test_status_in_both_address_families(rest: Rest, ids: dict[str, str], state: str) -> None:
    row = ROWS[state]
    answer = rest.get(f"/api/v1/actions/{ids[state]}/status")
    assert (answer["status"], answer["decision"]) == (row.status, row.decision)
    assert answer["metadata"]["raw_status"] == row.raw_status
    assert answer["execution_allowed"] is row.may_act
    assert answer == rest.get(f"/api/agent-action/status/{ids[state]}")


@every_state
def test_details_for_whoever_is_not_the_sdk(rest: Rest, ids: dict[str, str], state: str) -> None:
    answer = rest.get(f"/api/v1/actions/{ids[state]}")
    assert (answer["status"], answer["decision"]) == (ROWS[state].status, ROWS[state].decision)
    assert answer == rest.get(f"/api/agent-action/{ids[state]}")
    assert answer == rest.get(f"/api/agent-action/{ids[state]}", **{"X-SDK-Version": "2.7.1"})


# -- The published SDK -----------------------------------------------------------------------------------------------


def says_what_the_row_says(decision: AuthorizationDecision, row: Row) -> None:
    assert decision.decision == DECISIONS[row.decision]
    assert decision.raw_status == row.raw_status
    assert decision.execution_allowed is row.may_act
    assert decision.risk_level is not None
    assert isinstance(decision.risk_score, float)
    assert bool(decision.approval_request_id) is (row.decision == "pending")
    if row.decision == "denied":
        assert decision.reason


@every_state
def test_sdk_status(ascend: AscendClient, ids: dict[str, str], state: str) -> None:
    decision = ascend.get_action_status(ids[state])
    says_what_the_row_says(decision, ROWS[state])
    assert decision.action_id == ids[state]


@every_state
def test_sdk_waiting(ascend: AscendClient, ids: dict[str, str], state: str) -> None:
    """Whatever is decided ends the wait at once; only what is pending is waited for."""
    if ROWS[state].decision == "pending":
        with pytest.raises(NoDecision, match="Decision not received within"):
            ascend.wait_for_decision(ids[state], timeout=0.2, poll_interval=0.1)
    else:
        says_what_the_row_says(ascend.wait_for_decision(ids[state], timeout=60, poll_interval=600), ROWS[state])


@every_state
def test_sdk_details(ascend: AscendClient, ids: dict[str, str], state: str) -> None:
    details = ascend.get_action_details(ids[state])
    assert details.status == DecisionStatus(ROWS[state].details)
    assert (details.action_id, details.agent_id) == (ids[state], "customer-service-agent-001")
    assert details.resource == ("the vault" if state == "escalated" else "refunds")
    assert details.created_at <= details.updated_at
    assert details.audit_trail[0]["event"] == "action.submitted"


@every_state
def test_sdk_check_approval(ascend: AscendClient, ids: dict[str, str], state: str) -> None:
    answer = ascend.check_approval(ids[state])
    words = ("approved", "denied", "pending")
    expected = {"approved": "approved", "rejected": "denied", "pending": "pending"}[ROWS[state].approval]
    assert [word for word in words if answer[word]] == [expected]
    assert bool(answer["approver"]) is (expected != "pending")
    assert bool(answer["timestamp"]) is (expected != "pending")
    assert bool(answer["comments"]) is (expected == "denied")


@every_denial
def test_sdk_reads_why(ascend: AscendClient, ids: dict[str, str], state: str) -> None:
    why = {
        "rejected": TYPED,
        "changes_requested": TYPED,
        "blocked": DRILL,
        "expired": "No decision before the deadline",
        "cancelled": CALLED_OFF,
        "revoked": TAKEN_BACK,
    }[state]
    assert why in (ascend.get_action_status(ids[state]).reason or "")
    assert why in ascend.check_approval(ids[state])["comments"]


def test_sdk_reads_who(ascend: AscendClient, ids: dict[str, str]) -> None:
    for state in ("approved", "executed", "failed"):
        assert ascend.get_action_status(ids[state]).approved_by == "sina"
    assert ascend.get_action_status(ids["rejected"]).approved_by is None
    assert ascend.check_approval(ids["rejected"])["approver"] == "sina"
    assert ascend.check_approval(ids["blocked"])["approver"] == "policy"
    assert ascend.check_approval(ids["expired"])["approver"] == "deadline"
    assert ascend.check_approval(ids["cancelled"])["approver"] == "agent"
    assert ascend.check_approval(ids["revoked"])["approver"] == "sina"


# -- The reference client --------------------------------------------------------------------------------------------


@every_state
def test_reference_client_status(owkai: OWKAIClient, ids: dict[str, str], state: str) -> None:
    answer = owkai.get_action_status(ids[state])
    assert (answer["status"], answer["decision"]) == (ROWS[state].status, ROWS[state].decision)
    assert str(answer["action_id"]) == ids[state]
    details = owkai.get_action_details(ids[state])
    assert (details["status"], details["decision"]) == (ROWS[state].status, ROWS[state].decision)
    assert details["audit_trail"]


@every_state
def test_reference_client_waiting(owkai: OWKAIClient, ids: dict[str, str], state: str) -> None:
    if state == "failed":  # "approved" once, and not again
        with pytest.raises(ActionDeniedError):
            owkai.wait_for_decision(ids[state], timeout=0)
        return
    answer = owkai.wait_for_decision(ids[state], timeout=0)
    assert answer["decision"] == ("timeout" if ROWS[state].decision == "pending" else ROWS[state].decision)


@every_denial
def test_reference_client_prints_no_none(owkai: OWKAIClient, ids: dict[str, str], state: str) -> None:
    answer = owkai.get_action_status(ids[state])
    assert answer["reason"]
    assert answer["error"]


# -- Lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("pending", {"pending", "escalated"}),
        ("pending_approval", {"pending", "escalated"}),
        ("escalated", {"escalated"}),
        ("cancelled", {"cancelled", "revoked"}),
        ("expired", {"expired"}),
        ("approved", {"auto_approved", "approved", "failed"}),
        ("denied", DENIED),
        ("rejected", DENIED),
        ("changes_requested", {"changes_requested"}),
        ("executed", {"executed"}),
        (None, set(ROWS)),
    ],
)
def test_lists_by_synonyms(
    ascend: AscendClient, owkai: OWKAIClient, rest: Rest, ids: dict[str, str], word: str | None, states: set[str]
) -> None:
    listed = ascend.list_actions(status=word)
    assert {str(item["action_id"]) for item in listed["actions"]} == {ids[state] for state in states}
    assert (listed["total"], listed["limit"], listed["offset"]) == (len(states), 50, 0)
    assert listed["has_more"] is False
    assert listed == owkai.list_actions(status=word)
    assert listed == rest.get(f"/api/v1/actions?status_filter={word}" if word else "/api/v1/actions")


def test_list_items_and_pages(ascend: AscendClient, ids: dict[str, str]) -> None:
    page = ascend.list_actions(limit=3, offset=len(ROWS) - 2)
    assert (len(page["actions"]), page["total"], page["has_more"]) == (2, len(ROWS), False)
    assert ascend.list_actions(limit=3)["has_more"] is True
    for item in page["actions"]:
        assert item["id"] == item["action_id"]
        assert item["created_at"] == item["timestamp"]
        assert {"action_type", "status"} <= set(item)


# -- States that no verb leads to yet --------------------------------------------------------------------------------


def action_in(state: str) -> Action:
    """An action that was never stored: the words are asked for, not the way there."""
    escalated = state == "escalated"
    action = Action(
        pk=7,
        agent=Agent(agent_id="an-agent"),
        content="{}",
        risk_score=85.0,
        risk_level="high",
        assessment={"factors": []},
        verdict={"outcome": "pending", "degraded": [], "matched": [], "reasons": []},
        route={"stages": []},
        state=State.PENDING if escalated else State(state),
        escalated=escalated,
    )
    if not escalated:
        action.decided_via, action.decided_at, action.reason = (
            DecidedVia.AGENT,
            action.created_at,
            "Not needed any more.",
        )
    return action


@every_state_to_come
def test_sdk_understands_the_states_to_come(ascend: AscendClient, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    row, action = ROWS_TO_COME[state], action_in(state)
    says_what_the_row_says(AuthorizationDecision.from_dict(wire.status_answer(action)), row)
    details = ActionDetails.from_dict(wire.detail_answer(action, for_sdk=True, trail=[]))
    assert details.status == DecisionStatus(row.details)
    monkeypatch.setattr(ascend, "_request", lambda *_: wire.approval_answer(action))
    answer = ascend.check_approval("7")
    assert (answer["pending"], answer["denied"]) == (row.approval == "pending", row.approval == "rejected")


def test_sdk_tells_of_an_escalation_once_and_goes_on_waiting(
    ascend: AscendClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [wire.status_answer(action_in("escalated"))] * 3 + [wire.status_answer(action_in("cancelled"))]
    monkeypatch.setattr(ascend, "_request", lambda *_: answers.pop(0))
    told: list[str] = []
    final = ascend.wait_for_decision("7", poll_interval=0.01, on_escalated=lambda action_id, _: told.append(action_id))
    assert (final.decision, told, answers) == (Decision.DENIED, ["7"], [])

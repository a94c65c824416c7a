"""The guide's reference client, by our own SDK, against a real portal: the (b) column of the wire contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from owkai_client import (
    ActionDeniedError,
    AgentAction,
    ApiError,
    AuthenticationError,
    AuthorizedAgent,
    ConflictError,
    DecisionTimeoutError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OWKAIClient,
)

from tests.clients.circumstances import everybody_blocked, issue_key
from tests.clients.rest import Rest
from tests.support.cast import AGENT_ID, AGENT_NAME, OTHER_AGENT_ID
from tests.support.person import Browser
from tests.support.portal import LivePortal, free_port

pytestmark = pytest.mark.live

TRANSFER = AgentAction(AGENT_ID, AGENT_NAME, "transaction", resource="refunds")


def test_submit_without_description_and_tool(owkai: OWKAIClient, rest: Rest) -> None:
    """Neither is required of it (rule 13); both address families give the same objects."""
    answer = owkai.submit_action(TRANSFER)
    assert (answer["status"], answer["decision"], answer["risk_score"]) == ("pending_approval", "pending", 85.0)
    assert answer["id"] == answer["action_id"]
    assert owkai.get_action_status(answer["id"]) == rest.status(answer["id"])
    assert rest.get(f"/api/v1/actions/{answer['id']}")["description"] == "transaction on refunds"


def test_submit_with_keywords(owkai: OWKAIClient, rest: Rest) -> None:
    answer = owkai.submit_action(
        agent_id=AGENT_ID,
        agent_name=AGENT_NAME,
        action_type="query",
        resource="customers",
        resource_id="12345",
        description="Look up customer 12345",
        tool_name="crm",
        action_details={"fields": ["name"]},
        context={"ticket": None},
        risk_indicators={"pii_involved": True},
    )
    assert (answer["status"], answer["execution_allowed"]) == ("approved", True)
    details = rest.get(f"/api/v1/actions/{answer['id']}")
    assert (details["resource_id"], details["tool_name"]) == ("12345", "crm")


def test_an_idempotency_key_repeats_the_first_answer(owkai: OWKAIClient) -> None:
    first = owkai.submit_action(TRANSFER, idempotency_key="refund-17")
    assert owkai.submit_action(TRANSFER, idempotency_key="refund-17") == first
    assert owkai.submit_action(TRANSFER)["id"] != first["id"]
    other = AgentAction(AGENT_ID, AGENT_NAME, "transaction", resource="another account")
    with pytest.raises(ConflictError):
        owkai.submit_action(other, idempotency_key="refund-17")


@pytest.mark.parametrize(
    ("verdict", "decision", "status"), [("approve", "approved", "approved"), ("reject", "denied", "rejected")]
)
def test_waiting_for_a_person(
    owkai: OWKAIClient, rita: Browser, aside: Callable[..., Any], verdict: str, decision: str, status: str
) -> None:
    action_id = owkai.submit_action(TRANSFER)["action_id"]
    waiting = aside(owkai.wait_for_decision, action_id, timeout=60, poll_interval=0.1)
    assert rita.decide(action_id, verdict, "Because.").status_code == 302
    final = waiting.result()
    assert (final["decision"], final["status"], final["reason"]) == (decision, status, "Because.")
    assert final["reviewed_by"] == "rita"


def test_a_denial_is_an_answer(owkai: OWKAIClient, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."):
        answer = owkai.submit_action(TRANSFER)
    assert (answer["status"], answer["decision"]) == ("rejected", "denied")
    assert all("A drill." in answer[name] for name in ("reason", "message", "error"))


def test_reports(owkai: OWKAIClient, rest: Rest) -> None:
    done, broken, waiting = (
        owkai.submit_action(AgentAction(AGENT_ID, AGENT_NAME, kind, resource="customers"))["id"]
        for kind in ("query", "query", "transaction")
    )
    assert owkai.complete_action(done, {"rows": 3}, duration_ms=5)["status"] == "executed"
    assert owkai.complete_action(done, {"rows": 3}, duration_ms=5)["status"] == "executed"
    assert owkai.fail_action(broken, {"code": 1})["execution_status"] == "failed"
    for report in (lambda: owkai.fail_action(done, "no"), lambda: owkai.complete_action(waiting)):
        with pytest.raises(ConflictError):
            report()
    assert rest.events(waiting)[-1] == "report.refused"


def test_the_pages_of_a_list(owkai: OWKAIClient, rest: Rest) -> None:
    first = rest.submit(action_type="query", resource="a page")["id"]
    second = rest.submit(action_type="query", resource="a page")["id"]
    pages = [owkai.list_actions(limit=1, offset=offset, agent_id=AGENT_ID, risk_level="low") for offset in (0, 1)]
    assert [page["actions"][0]["action_id"] for page in pages] == [second, first]
    assert [page["offset"] for page in pages] == [0, 1]
    assert owkai.list_actions(agent_id="nobody")["actions"] == []


def test_connection(live_portal: LivePortal, owkai: OWKAIClient) -> None:
    assert owkai.test_connection()["connected"] is True
    bad = OWKAIClient(live_portal.base_url, "ascend_wrong").test_connection()
    assert (bad["connected"], "Unauthorized" in bad["error"]) == (False, True)
    nobody = OWKAIClient(f"http://127.0.0.1:{free_port()}", "ascend_wrong", retries=0).test_connection()
    assert nobody["connected"] is False


# -- Errors: each carries the words its users look for (section 3.3) -------------------------------------------------


def says(call: Callable[[], object], error: type[ApiError], words: str) -> ApiError:
    """The error a call raises, which must be of this class and begin with these words."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(f"API Error: {words}")
    return caught.value


def test_errors(live_portal: LivePortal, owkai: OWKAIClient) -> None:
    stranger = OWKAIClient(live_portal.base_url, live_portal.keys[OTHER_AGENT_ID])
    nobody = OWKAIClient(live_portal.base_url, "ascend_wrong")
    theirs = stranger.submit_action(AgentAction(OTHER_AGENT_ID, "W", "query", resource="x"))["id"]
    says(lambda: nobody.submit_action(TRANSFER), AuthenticationError, "Unauthorized")
    for call in (owkai.get_action_status, owkai.get_action_details, owkai.complete_action):
        says(lambda call=call: call(theirs), NotFoundError, "Not Found")
        says(lambda call=call: call(999999999), NotFoundError, "Not Found")


def test_another_agents_name(owkai: OWKAIClient, adam: Browser) -> None:
    owkai.submit_action(AgentAction("rival", "R", "query", resource="x"))  # nobody's name yet
    issue_key(adam, "rival")
    says(lambda: owkai.submit_action(AgentAction("rival", "R", "query", resource="x")), ForbiddenError, "Forbidden")


def test_an_unusable_action(owkai: OWKAIClient) -> None:
    action = AgentAction(AGENT_ID, AGENT_NAME, "q" * 101, resource="x")
    error = says(lambda: owkai.submit_action(action), InvalidRequestError, "Too long: action_type")
    assert (error.status_code, set(error.errors), error.error_code) == (422, {"action_type"}, error.error_code)
    assert error.error_code
    assert error.correlation_id


# -- Our AuthorizedAgent, which also reports -------------------------------------------------------------------------


@pytest.fixture
def agent(owkai: OWKAIClient) -> AuthorizedAgent:
    return AuthorizedAgent(AGENT_ID, AGENT_NAME, owkai, timeout=60, poll_interval=0.1)


def newest(rest: Rest) -> dict[str, Any]:
    return rest.get("/api/v1/actions?limit=1")["actions"][0]


def test_agent_acts_and_reports(agent: AuthorizedAgent, rest: Rest) -> None:
    assert agent.execute_with_authorization("query", "Count", "crm", lambda: 3, resource="customers") == 3
    assert newest(rest)["status"] == "executed"


def test_agent_reports_what_broke(agent: AuthorizedAgent, rest: Rest) -> None:
    with pytest.raises(ZeroDivisionError):
        agent.execute_with_authorization("query", "Divide", "crm", lambda: 1 / 0)
    assert newest(rest)["execution_status"] == "failed"


def test_agent_denied(agent: AuthorizedAgent, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."), pytest.raises(ActionDeniedError, match=r"A drill\."):
        agent.execute_with_authorization("query", "Count", "crm", pytest.fail)


def test_agent_without_decision(agent: AuthorizedAgent, rest: Rest) -> None:
    agent.timeout = 0.2
    with pytest.raises(DecisionTimeoutError):
        agent.execute_with_authorization("transaction", "Pay", "bank", pytest.fail)
    assert newest(rest)["status"] == "pending_approval"

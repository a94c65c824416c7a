"""Every snippet of the guide that waits, while a person decides on the page; their clocks run faster."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.clients.circumstances import add_policy
from tests.clients.programs import Program, hurry, snippet
from tests.clients.rest import Rest
from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = pytest.mark.live

RunProgram = Callable[..., Program]

EXECUTE = """
def execute_action():
    print("executing")
"""
# The submission the guide's pending snippet continues from.
TRANSFER = """
import os
import requests
api_key = os.getenv("OWKAI_API_KEY")
headers = {"Authorization": f"Bearer {api_key}"}
result = requests.post("https://pilot.owkai.app/api/v1/actions/submit", headers=headers, json={
    "agent_id": "customer-service-agent-001",
    "action_type": "transaction",
    "description": "Refund 250 EUR to customer 12345",
    "tool_name": "payments",
}).json()
"""
TRANSFER_BY_CLIENT = """
from owkai_client import AgentAction, OWKAIClient
client = OWKAIClient()
action = AgentAction("customer-service-agent-001", "Customer Service AI", "transaction", "refunds")
result = client.submit_action(action)
print(result["action_id"])
"""
POLL = """
print(result["id"], flush=True)
print(json.dumps(poll_action_status(result["id"])))
"""
# Time enough for a person between two questions of a program, and for a minute to pass at all.
WALKING, RUNNING = hurry(4), hurry(40)


def test_pending_approval_approved(program: RunProgram, rest: Rest, rita: Browser) -> None:
    running = program(WALKING, EXECUTE, TRANSFER, snippet("pending_approval"))
    action_id = running.line().removeprefix("⏳ Action ").removesuffix(" requires human approval")
    rita.approve(action_id, "The customer called.")
    assert running.rest() == ["✅ Action approved after human review", "executing"]
    assert rest.status(action_id)["reviewed_by"] == "rita"


def test_pending_approval_rejected(program: RunProgram, rita: Browser) -> None:
    running = program(WALKING, EXECUTE, TRANSFER, snippet("pending_approval"))
    action_id = running.line().removeprefix("⏳ Action ").removesuffix(" requires human approval")
    rita.reject(action_id, 'No "refund" without <a> ticket & name.')
    assert running.rest() == ['❌ Action denied: No "refund" without <a> ticket & name.']


def test_pending_approval_without_decision(program: RunProgram, rest: Rest) -> None:
    running = program(RUNNING, EXECUTE, TRANSFER, snippet("pending_approval"))
    action_id = running.line().removeprefix("⏳ Action ").removesuffix(" requires human approval")
    assert running.rest() == ["⏱️ Approval timeout - action still pending"]
    assert rest.status(action_id)["status"] == "pending_approval"


def test_wait_for_decision_approved(program: RunProgram, rita: Browser) -> None:
    running = program(WALKING, EXECUTE, TRANSFER_BY_CLIENT, snippet("wait_for_decision"))
    rita.approve(running.line())
    assert running.rest() == ["executing"]


def test_wait_for_decision_rejected(program: RunProgram, rita: Browser) -> None:
    running = program(WALKING, EXECUTE, TRANSFER_BY_CLIENT, snippet("wait_for_decision"))
    rita.reject(running.line(), "Ask the customer first.")
    assert running.rest() == ["Action not approved: Ask the customer first."]


def test_wait_for_decision_without_decision(program: RunProgram) -> None:
    running = program(RUNNING, EXECUTE, TRANSFER_BY_CLIENT, snippet("wait_for_decision"))
    running.line()
    (said,) = running.rest()
    assert said.startswith("Action not approved: no decision within 60 seconds")


@pytest.mark.parametrize(("verdict", "status"), [("approve", "approved"), ("reject", "rejected")])
def test_poll_action_status(program: RunProgram, rita: Browser, verdict: str, status: str) -> None:
    running = program(WALKING, "import json", TRANSFER, snippet("poll_action_status"), POLL)
    assert rita.decide(running.line(), verdict, "Because.").status_code == 302
    answer = json.loads(running.rest()[0])
    assert (answer["status"], answer["reason"]) == (status, "Because.")


def test_poll_action_status_without_decision(program: RunProgram) -> None:
    running = program(RUNNING, "import json", TRANSFER, snippet("poll_action_status"), POLL)
    action_id = int(running.line())
    assert json.loads(running.rest()[0]) == {"status": "timeout", "action_id": action_id}


def test_poll_action_status_ends_on_executed(program: RunProgram, rest: Rest) -> None:
    action_id = rest.submit(action_type="query")["id"]
    assert rest.call("POST", f"/api/v1/actions/{action_id}/complete", json={}).status_code == 200
    running = program("import json", TRANSFER, f"result = {{'id': {action_id}}}", snippet("poll_action_status"), POLL)
    assert json.loads(running.rest()[1])["status"] == "executed"


@pytest.fixture(scope="module")
def _production_example_needs_review(live_portal: LivePortal) -> None:
    """As printed, the example is approved at once; a policy makes it wait."""
    add_policy(
        live_portal,
        effect="require_approval",
        condition='agent.id == "customer-service-001"',
        reason="This agent is new here.",
    )


@pytest.mark.usefixtures("_production_example_needs_review")
@pytest.mark.parametrize(
    ("verdict", "printed"),
    [
        ("approve", "✅ Retrieved customer data: {'customer_id': '12345', 'name': 'John Doe',"),
        ("reject", "❌ Access denied: Action denied: Not this customer."),
    ],
)
def test_production_example_after_review(
    program: RunProgram, rest: Rest, rita: Browser, verdict: str, printed: str
) -> None:
    before = rest.get("/api/v1/actions?status=pending")["total"]
    running = program(WALKING, snippet("production_example"))
    while (waiting := rest.get("/api/v1/actions?status=pending"))["total"] == before:
        assert running.process.poll() is None, running.errors
    newest = waiting["actions"][0]
    assert rita.decide(newest["id"], verdict, "Not this customer.").status_code == 302
    (line,) = running.rest()
    assert line.startswith(printed)
    assert "⏳ Waiting for human approval" in running.errors


@pytest.mark.usefixtures("_production_example_needs_review")
def test_production_example_without_decision(program: RunProgram) -> None:
    (line,) = program(RUNNING, snippet("production_example")).rest()
    assert line.startswith("❌ Access denied: Action denied: no decision within 60 seconds")

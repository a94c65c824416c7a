"""Every snippet of the guide that needs no waiting, run as printed against a real portal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.circumstances import everybody_blocked
from tests.clients.programs import GUIDE, Program, snippet
from tests.clients.rest import Rest
from tests.support.person import Browser
from tests.support.portal import LivePortal, free_port

pytestmark = pytest.mark.live

RunProgram = Callable[..., Program]

# What the guide's snippets take for granted in their reader's program.
LOGGER = """
import logging, sys
logger = logging.getLogger("agent")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("LOG %(message)s %(action_id)s %(agent_id)s %(risk_score)s"))
logger.addHandler(handler)
"""
ALERTS = """
def send_alert(text):
    print("ALERT", text)
"""
PROFILES = """
def fetch_customer_profile(customer_id, fields):
    return {"id": customer_id, **dict.fromkeys(fields, "?")}
"""
HANDLERS = """
def execute_action(r):
    print("executing", r["status"])
def wait_for_approval(r):
    print("waiting", r["status"])
def log_denial(r):
    print("denied", r["status"])
def handle_unknown(r):
    print("unknown", r["status"])
"""
SHOW = "import json\nprint(json.dumps(result))"

# The guide, "Action Types".
CALIBRATION = {
    "query": ("approved", 35.0, "low"),
    "data_access": ("approved", 60.0, "medium"),
    "data_modification": ("pending_approval", 85.0, "high"),
    "transaction": ("pending_approval", 85.0, "high"),
    "system_operation": ("pending_approval", 95.0, "critical"),
}


def named_like(sample: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The part of an answer that a sample in the guide shows."""
    return {name: answer[name] for name in json.loads((GUIDE / sample).read_text())}


def test_nobody_has_improved_the_guide() -> None:
    """The words of guide/ are the guide's; only indentation and empty lines had to be restored."""
    files = sorted([*GUIDE.glob("*.py"), *GUIDE.glob("*.json")])
    words = " ".join(path.read_text() for path in files).split()
    digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
    assert (len(files), digest) == (17, "30b10290cd87e79244dfe3c2877bdb7e03bc44d2936393b504f6a3a015adfc39")


def test_required_fields(rest: Rest) -> None:
    guide: dict[str, Any] = {}
    exec(snippet("required_fields"), guide)
    answer = rest.call("POST", "/api/v1/actions/submit", json={})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == guide["required_fields"]
    assert answer.json()["detail"] == f"Missing required fields: {', '.join(guide['required_fields'])}"


def test_basic_example(program: RunProgram) -> None:
    action_id, status, score = program(snippet("basic_example")).rest()
    assert action_id.removeprefix("Action ID: ").isdigit()
    assert (status, score) == ("Status: approved", "Risk Score: 35.0")


def test_response_structure(program: RunProgram) -> None:
    answer = json.loads(program(snippet("basic_example"), SHOW).rest()[-1])
    sample = json.loads((GUIDE / "response_structure.json").read_text())
    assert type(answer["id"]) is int
    assert named_like("response_structure.json", answer) == {**sample, "id": answer["id"]}


def test_reference_client(program: RunProgram) -> None:
    answer = json.loads(program(snippet("reference_client"), SHOW).rest()[0])
    assert (answer["status"], answer["decision"], answer["risk_score"]) == ("approved", "approved", 35.0)


@pytest.mark.parametrize("action_type", CALIBRATION)
def test_risk_assessment(rest: Rest, action_type: str) -> None:
    """The two snippets that show the inside of the hosted product agree with what comes out of this one."""
    answer = rest.submit(action_type=action_type, description="Work on a ticket", resource="customers")
    assert (answer["status"], answer["risk_score"], answer["risk_level"]) == CALIBRATION[action_type]
    logic = {"risk_score": answer["risk_score"]}
    exec(snippet("decision_logic"), logic)
    assert (logic["status"], logic["requires_approval"]) == (answer["status"], answer["requires_approval"])
    given = {"action_type": action_type, "description": "x", "agent_id": "an-agent", "tool_name": "a tool"}
    inside: dict[str, Any] = {
        "data": given,
        "evaluate_action_enrichment": lambda context, **data: rest.submit(**data, tool_name=context["tool_name"]),
    }
    exec(snippet("enrichment"), inside)
    assert inside["risk_level"] == answer["risk_level"]


def test_approved_actions(program: RunProgram) -> None:
    lines = program(PROFILES, snippet("basic_example"), snippet("approved_actions")).rest()
    assert lines[3:] == [
        "✅ Action approved - executing",
        "Retrieved customer data: {'id': '12345', 'name': '?', 'email': '?', 'support_tier': '?'}",
    ]


def test_rejected_actions(program: RunProgram, adam: Browser) -> None:
    with everybody_blocked(adam, "An incident is under investigation."):
        lines = program(LOGGER, snippet("basic_example"), snippet("rejected_actions"), SHOW).rest()
    answer = json.loads(lines[-1])
    assert lines[1] == "Status: rejected"
    assert lines[3:-1] == [
        "❌ Action blocked by policy",
        f"Reason: {answer['message']}",
        f"LOG Agent action rejected {answer['id']} customer-service-agent-001 35.0",
    ]
    assert "An incident is under investigation." in answer["message"]


def test_status_response(program: RunProgram, rest: Rest) -> None:
    action_id = program(snippet("basic_example")).line().removeprefix("Action ID: ")
    answer = named_like("status_response.json", rest.status(action_id))
    assert answer["created_at"].endswith("Z")
    assert answer["created_at"] <= answer["decision_at"]
    expected = {"id": int(action_id), "status": "approved", "risk_score": 35.0, "risk_level": "low"}
    assert {name: answer[name] for name in expected} == expected


def test_production_example(program: RunProgram) -> None:
    running = program(snippet("production_example"))
    assert running.rest() == [
        "✅ Retrieved customer data: {'customer_id': '12345', 'name': 'John Doe', 'email': 'john@example.com',"
        " 'support_tier': 'premium'}"
    ]
    assert "approved (risk: 60.0)" in running.errors
    assert "✅ Executing approved action" in running.errors


def test_production_example_when_rejected(program: RunProgram, adam: Browser) -> None:
    with everybody_blocked(adam, "An incident."):
        running = program(snippet("production_example"))
        assert running.rest() == ["❌ Access denied: Action not approved: rejected"]
    assert "Authorization failed: Action not approved: rejected" in running.errors


def test_detailed_context(program: RunProgram, rest: Rest) -> None:
    """Keywords are accepted, and the agent's assurances ("verified": True) do not spare it the review."""
    client = "from owkai_client import OWKAIClient\nclient = OWKAIClient()"
    answer = json.loads(program(client, snippet("detailed_context"), SHOW).rest()[0])
    assert (answer["status"], answer["risk_score"]) == ("pending_approval", 85.0)
    details = rest.get(f"/api/v1/actions/{answer['id']}")
    assert details["description"] == "Update customer email per verified change request CR-789"
    assert details["action_details"]["new_value"] == "new@example.com"
    assert details["context"]["change_request_id"] == "CR-789"


@pytest.mark.parametrize(
    ("status", "handled"),
    [
        ("approved", "executing approved"),
        ("pending_approval", "waiting pending_approval"),
        ("rejected", "denied rejected"),
        ("executed", "unknown executed"),
    ],
)
def test_status_handlers(program: RunProgram, rest: Rest, adam: Browser, status: str, handled: str) -> None:
    if status == "rejected":
        with everybody_blocked(adam, "A drill."):
            answer = rest.submit()
    else:
        answer = rest.submit(action_type="transaction" if status == "pending_approval" else "query")
    if status == "executed":
        answer = rest.call("POST", f"/api/v1/actions/{answer['id']}/complete", json={}).json()
    assert answer["status"] == status
    assert program(f"result = {answer!r}", HANDLERS, snippet("status_handlers")).rest() == [handled]


@pytest.mark.parametrize("up", [True, False])
def test_graceful_degradation(live_portal: LivePortal, program: RunProgram, up: bool) -> None:
    """With the portal down, the fail-safe branch denies; with it up, the same program is answered."""
    address = "" if up else f"import os\nos.environ['OWKAI_API_URL'] = 'http://127.0.0.1:{free_port()}'"
    plain_log = "import logging, requests\nlogger = logging.getLogger('agent')"
    no_retries = "from owkai_client import OWKAIClient\nclient = OWKAIClient(retries=0)"
    action = snippet("reference_client").replace("result = client", "pass  # client")
    parts = (address, plain_log, ALERTS, action, no_retries, snippet("graceful_degradation"), SHOW)
    running = program(*parts)
    if up:
        assert json.loads(running.rest()[0])["status"] == "approved"
    else:
        assert running.rest(code=1) == ["ALERT Authorization system down - manual review required"]
        assert "ASCEND Authorization Center unreachable" in running.errors
        assert running.errors.endswith("PermissionError: Authorization system unavailable\n")


def test_metrics(program: RunProgram, rest: Rest, adam: Browser) -> None:
    """With every status its dictionary has a place for; `pending_approval` has none, which is the guide's own slip."""
    answers = [rest.submit(action_type="query") for _ in range(3)]
    with everybody_blocked(adam, "A drill."):
        answers.append(rest.submit())
    track = "for result in answers:\n    track_action(result)\nprint(metrics)"
    lines = program(ALERTS, f"answers = {answers!r}", snippet("metrics"), track).rest()
    assert lines == [
        "ALERT High rejection rate: 25.0%",
        "{'total_actions': 4, 'approved': 3, 'pending': 0, 'rejected': 1, 'timeouts': 0}",
    ]

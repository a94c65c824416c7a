"""Preflight and policy evaluation as the published clients read them, also when pointed at them by mistake.

What each client concludes from a preflight's body is argued in actions/wire_preflight.py; here it is tried. None may
act on one, whatever the rules would say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import requests
from ascend import AscendClient, Decision
from ascend.constants import API_ENDPOINTS
from ascend.exceptions import AuthorizationError, ValidationError
from ascend.mcp import MCPGovernanceConfig, mcp_governance
from ascend.models import AuthorizationDecision
from ascend.wrappers import subprocess as governed_subprocess
from ascend.wrappers.dynamic_code import GovernanceError as EvalDenied
from ascend.wrappers.dynamic_code import SafeEvaluator
from owkai_client import AgentAction, AuthorizedAgent, OWKAIClient, UnexpectedAnswerError

from tests.clients.circumstances import add_policy, everybody_blocked
from tests.clients.programs import Program, snippet
from tests.clients.rest import Rest
from tests.clients.test_guide import HANDLERS, LOGGER, PROFILES
from tests.support.cast import AGENT_ID, AGENT_NAME
from tests.support.person import Browser

pytestmark = [pytest.mark.live, pytest.mark.any_engine]

PREFLIGHT = "/api/v1/actions/preflight"
LENIENT = "/api/authorization/agent-action/preflight"
DENIED = "Nobody touches the payroll."

# An action of each outcome.
OUTCOMES = {
    "approved": {"action_type": "query", "resource": "customers"},
    "pending": {"action_type": "transaction", "resource": "refunds"},
    "denied": {"action_type": "query", "resource": "payroll"},
}
every_outcome = pytest.mark.parametrize("outcome", OUTCOMES)


@pytest.fixture(scope="module", autouse=True)
def _a_policy_denies(live_portal: Any) -> None:
    add_policy(live_portal, effect="deny", condition='action.resource == "payroll"', reason=DENIED)


@pytest.fixture(autouse=True)
def _nothing_is_submitted(rest: Rest) -> Iterator[None]:
    """Whoever asks, no action comes of it."""
    before = rest.get("/api/v1/actions")["total"]
    yield
    assert rest.get("/api/v1/actions")["total"] == before


def ask(rest: Rest, **fields: str) -> dict[str, Any]:
    """A preflight by plain requests."""
    body = {"agent_id": AGENT_ID, "description": "Work on a ticket", "tool_name": "tool", **fields}
    answer = rest.call("POST", PREFLIGHT, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


# -- Asked on purpose ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "decision", "score", "violations"),
    [("approved", "allow", 35.0, []), ("pending", "require_approval", 85.0, []), ("denied", "deny", 35.0, [DENIED])],
)
def test_evaluate_policy(
    ascend: AscendClient, outcome: str, decision: str, score: float, violations: list[str]
) -> None:
    result = ascend.evaluate_policy(**OUTCOMES[outcome])
    assert (result.decision, result.risk_score, result.violations) == (decision, score, violations)
    assert [policy["reason"] for policy in result.matched_policies] == violations
    assert isinstance(result.evaluation_time_ms, int)


def test_evaluate_policy_with_a_hint_and_a_context(ascend: AscendClient) -> None:
    """The hint replaces nothing; a wish for a person is granted."""
    assert ascend.evaluate_policy("transaction", "refunds", risk_score=5.0).decision == "require_approval"
    assert ascend.evaluate_policy("query", "customers", risk_score=95.0).decision == "allow"
    wish = {"require_human_approval": True}
    assert ascend.evaluate_policy("query", "customers", context=wish).decision == "require_approval"


def test_evaluate_policy_while_blocked(ascend: AscendClient, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."):
        result = ascend.evaluate_policy("query", "customers")
    assert result.decision == "deny"
    assert "A drill." in result.violations[0]


def test_evaluate_policy_says_what_is_missing(ascend: AscendClient) -> None:
    with pytest.raises(ValidationError) as caught:
        ascend.evaluate_policy("", "")
    assert set(caught.value.field_errors) == {"action_type", "resource"}


@every_outcome
def test_our_client_asks(owkai: OWKAIClient, outcome: str) -> None:
    told = owkai.preflight(AgentAction(AGENT_ID, AGENT_NAME, **OUTCOMES[outcome]))
    assert told["would_be"]["decision"] == outcome
    assert told["reason"]


# -- By mistake: the guide's plain requests --------------------------------------------------------------------------


def pointed_at_preflight(text: str) -> str:
    assert "/api/v1/actions/submit" in text
    return text.replace("/api/v1/actions/submit", PREFLIGHT)


def test_the_guides_programs_do_not_act(program: Callable[..., Program]) -> None:
    """It would be approved; the programs find a status they do not know."""
    parts = (PROFILES, HANDLERS, pointed_at_preflight(snippet("basic_example")), snippet("approved_actions"))
    lines = program(LOGGER, *parts, snippet("rejected_actions"), snippet("status_handlers")).rest()
    assert lines == ["Action ID: None", "Status: would_be_approved", "Risk Score: 35.0", "unknown would_be_approved"]


def test_the_guides_waiting_program_does_not_act(program: Callable[..., Program]) -> None:
    example = pointed_at_preflight(snippet("basic_example")).replace('"query"', '"transaction"')
    act = "def execute_action():\n    print('executing')"
    running = program(act, example, snippet("pending_approval"))
    assert running.rest(code=1)[1:] == [
        "Status: pending_approval",
        "Risk Score: 85.0",
        "⏳ Action None requires human approval",
    ]
    assert "KeyError: 'status'" in running.errors  # nothing answers to None


def test_the_guides_denials_stay_denials(program: Callable[..., Program]) -> None:
    example = pointed_at_preflight(snippet("basic_example")).replace('"customer_profiles"', '"payroll"')
    lines = program(HANDLERS, example, snippet("status_handlers")).rest()
    assert lines[3:] == ["denied rejected"]


# -- By mistake: the reference client --------------------------------------------------------------------------------


@pytest.fixture
def misled(owkai: OWKAIClient, monkeypatch: pytest.MonkeyPatch) -> OWKAIClient:
    """Our client with preflight's address where it submits."""
    call = owkai._call

    def elsewhere(method: str, path: str, *args: Any, **how: Any) -> dict[str, Any]:
        return call(method, LENIENT if path == "/api/authorization/agent-action" else path, *args, **how)

    monkeypatch.setattr(owkai, "_call", elsewhere)
    return owkai


@every_outcome
def test_the_reference_client_raises(misled: OWKAIClient, outcome: str) -> None:
    with pytest.raises(UnexpectedAnswerError):
        misled.submit_action(AgentAction(AGENT_ID, AGENT_NAME, **OUTCOMES[outcome]))


@every_outcome
def test_an_authorized_agent_does_not_act(misled: OWKAIClient, outcome: str) -> None:
    agent = AuthorizedAgent(AGENT_ID, AGENT_NAME, misled, timeout=0.2)
    asked = OUTCOMES[outcome]
    with pytest.raises(UnexpectedAnswerError):
        agent.execute_with_authorization(asked["action_type"], "x", "y", pytest.fail, resource=asked["resource"])


# -- By mistake: the published SDK -----------------------------------------------------------------------------------


@pytest.fixture(params=[PREFLIGHT, LENIENT, "/api/governance/policies/evaluate-realtime"])
def astray(request: pytest.FixtureRequest, ascend: AscendClient, monkeypatch: pytest.MonkeyPatch) -> AscendClient:
    """The published client with another address where it submits."""
    monkeypatch.setitem(API_ENDPOINTS, "submit_action", request.param)
    return ascend


@every_outcome
def test_the_sdk_never_reads_allowed(astray: AscendClient, outcome: str) -> None:
    decision = astray.evaluate_action(**OUTCOMES[outcome], wait_for_decision=False)
    assert decision.decision in (Decision.DENIED, Decision.PENDING)
    assert decision.execution_allowed is False
    assert decision.action_id == ""
    assert decision.raw_status not in ("approved", "auto_approved", "executed")
    if outcome == "denied" and API_ENDPOINTS["submit_action"] in (PREFLIGHT, LENIENT):
        assert (decision.decision, decision.reason) == (Decision.DENIED, DENIED)


@pytest.mark.parametrize("outcome", ["approved", "pending"])
def test_the_sdk_has_nothing_to_wait_for(astray: AscendClient, outcome: str) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        astray.evaluate_action(**OUTCOMES[outcome], timeout=5)


@every_outcome
def test_a_governed_tool_does_not_run(astray: AscendClient, outcome: str) -> None:
    ran: list[str] = []
    patience = MCPGovernanceConfig(approval_timeout_seconds=5, approval_poll_interval_seconds=0.1)
    asked = OUTCOMES[outcome]

    @mcp_governance(astray, asked["action_type"], asked["resource"], config=patience)
    def act() -> None:
        ran.append("it ran")

    with pytest.raises(AuthorizationError):
        act()
    assert ran == []


@pytest.mark.parametrize("blocked", [False, True])
def test_a_governed_command_and_expression_do_not_run(
    astray: AscendClient, adam: Browser, monkeypatch: pytest.MonkeyPatch, blocked: bool
) -> None:
    asking = {**governed_subprocess._config, "client": astray, "auto_approve_safe": False}
    monkeypatch.setattr(governed_subprocess, "_config", asking)
    with everybody_blocked(adam, "A drill.") if blocked else nullcontext():
        with pytest.raises(governed_subprocess.GovernanceError):
            governed_subprocess.run([sys.executable, "-c", "print('it ran')"])
        with pytest.raises(EvalDenied):
            SafeEvaluator(client=astray).eval("1 + 1")


@every_outcome
def test_the_mcp_call_never_reads_allowed(
    rest: Rest, ascend: AscendClient, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    """It looks at `success` and `requires_approval` only (rule 9)."""
    body = ask(rest, **OUTCOMES[outcome])
    monkeypatch.setattr(ascend, "_request", lambda *_, **__: body)
    decision = ascend.evaluate_mcp_action("fs", "filesystem", "read_file", "notes")
    assert decision.decision == Decision.DENIED


@pytest.mark.parametrize("words", ["status", "decision", "success"])
def test_a_submissions_words_would_have_been_acted_on(rest: Rest, ascend: AscendClient, words: str) -> None:
    """The naive twin: a preflight that repeats what a submission is told is taken for a permission by somebody."""
    naive = ask(rest, **OUTCOMES["approved"])
    naive |= {"status": "approved", "decision": "approved", "success": True}
    if words == "decision":
        assert AuthorizationDecision.from_dict(naive).decision == Decision.ALLOWED
    elif words == "status":
        program = {"result": json.loads(json.dumps(naive)), "fetch_customer_profile": lambda **_: "it ran"}
        exec(snippet("approved_actions"), program)
        assert program["customer_data"] == "it ran"
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ascend, "_request", lambda *_, **__: naive)
            assert ascend.evaluate_mcp_action("fs", "filesystem", "r", "notes").decision == Decision.ALLOWED

"""The published SDK asks and acts: acceptance checklist of the wire contract, items 1, 2, 9 and its wrappers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from ascend import AscendClient, Decision
from ascend.models import ActionContext, RiskIndicators
from ascend.wrappers import subprocess as governed_subprocess
from ascend.wrappers.dynamic_code import GovernanceError as EvalDenied
from ascend.wrappers.dynamic_code import SafeEvaluator

from tests.clients.circumstances import add_policy, everybody_blocked, without_patience
from tests.clients.rest import Rest
from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = pytest.mark.live

DENIED = "Nobody touches the payroll."
COMMAND = [sys.executable, "-c", "print('it ran')"]


@pytest.fixture(scope="module", autouse=True)
def _a_policy_denies(live_portal: LivePortal) -> None:
    """One policy besides the default rules."""
    add_policy(live_portal, effect="deny", condition='action.resource == "payroll"', reason=DENIED)


def the_pending_one(rest: Rest, resource: str) -> int:
    """The id of the one pending action on a resource, once it is there."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        found = [a for a in rest.get("/api/v1/actions?status=pending")["actions"] if a["resource"] == resource]
        if found:
            return found[0]["id"]
    raise AssertionError(f"nothing about {resource} became pending")


def test_allowed(ascend: AscendClient) -> None:
    decision = ascend.evaluate_action("query", "customer_profiles")
    assert (decision.decision, decision.status, decision.raw_status) == (Decision.ALLOWED, "approved", "auto_approved")
    assert decision.execution_allowed is True
    assert (decision.risk_score, decision.risk_level) == (35.0, "low")
    assert decision.alert_triggered is False
    assert decision.action_id.isdigit()


def test_pending(ascend: AscendClient) -> None:
    decision = ascend.evaluate_action("transaction", "refunds", wait_for_decision=False)
    assert (decision.decision, decision.raw_status) == (Decision.PENDING, "pending_approval")
    assert decision.execution_allowed is False
    assert decision.approval_request_id == decision.action_id
    assert decision.required_approvers == ["level:3"]
    assert decision.expires_at
    assert decision.alert_triggered is True


def test_denied_by_a_policy(ascend: AscendClient) -> None:
    """A denial is an answer, not an exception (rule 6), and says why."""
    decision = ascend.evaluate_action("query", "payroll")
    assert (decision.decision, decision.status, decision.raw_status) == (Decision.DENIED, "denied", "denied")
    assert decision.execution_allowed is False
    assert decision.reason == DENIED
    assert decision.policy_violations == [DENIED]
    assert (decision.policy_decision, decision.matched_policies) == ("deny", 1)


def test_denied_while_blocked(ascend: AscendClient, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."):
        decision = ascend.evaluate_action("query", "customer_profiles")
    assert decision.decision == Decision.DENIED
    assert "A drill." in decision.reason


def test_waits_for_a_person_who_approves(
    ascend: AscendClient, rest: Rest, rita: Browser, aside: Callable[..., Any]
) -> None:
    """The SDK's own waiting, in its own rhythm."""
    waiting = aside(ascend.evaluate_action, "transaction", "an invoice", timeout=60)
    action_id = the_pending_one(rest, "an invoice")
    rita.approve(action_id, "The invoice is in the file.")
    decision = waiting.result()
    assert (decision.decision, decision.execution_allowed) == (Decision.ALLOWED, True)
    assert (decision.approved_by, decision.comments) == ("rita", "The invoice is in the file.")
    assert decision.approved_at


def test_waits_for_a_person_who_rejects(ascend: AscendClient, rita: Browser, aside: Callable[..., Any]) -> None:
    action_id = ascend.evaluate_action("transaction", "refunds", wait_for_decision=False).action_id
    waiting = aside(ascend.wait_for_decision, action_id, timeout=60, poll_interval=0.1)
    rita.reject(action_id, "No ticket.")
    decision = waiting.result()
    assert (decision.decision, decision.reason) == (Decision.DENIED, "No ticket.")
    assert decision.execution_allowed is False


def test_waits_until_it_expires(live_portal: LivePortal, connect: Callable[..., AscendClient]) -> None:
    """Silence is a no: the deadline denies at the first touch, whether or not a worker runs."""
    with without_patience(live_portal) as hasty:
        decision = connect(api_url=hasty.base_url).evaluate_action("transaction", "refunds")
    assert (decision.decision, decision.raw_status) == (Decision.DENIED, "expired")
    assert decision.reason.startswith("No decision before the deadline")


def test_everything_it_can_say_arrives(ascend: AscendClient, rest: Rest) -> None:
    decision = ascend.evaluate_action(
        "database.query",
        "customers",
        parameters={"statement": "SELECT 1"},
        context=ActionContext(user_request="How many?", session_id="s-1", custom_fields={"ticket": None}),
        resource_id="row-9",
        risk_indicators=RiskIndicators(pii_involved=True, compliance_flags=["GDPR"]),
        orchestration_session_id="run-1",
        orchestration_depth=0,
        mcp_server_name="warehouse",
        model_id="m-1",
        tool_name="psql",
        description="Count the customers",
        business_justification="Quarterly report",
    )
    details = rest.get(f"/api/v1/actions/{decision.action_id}")
    assert (details["tool_name"], details["description"]) == ("psql", "Count the customers")
    assert details["action_details"]["statement"] == "SELECT 1"
    assert details["resource_id"] == "row-9"
    assert details["context"]["user_request"] == "How many?"
    assert details["risk_indicators"]["compliance_flags"] == ["GDPR"]


def test_what_it_leaves_out_is_derived(ascend: AscendClient, rest: Rest) -> None:
    """Neither description nor tool is required of it (rule 13)."""
    details = rest.get(f"/api/v1/actions/{ascend.evaluate_action('database.query', 'customers').action_id}")
    assert (details["tool_name"], details["description"]) == ("customers", "database.query on customers")


def test_hints_raise_and_never_lower(ascend: AscendClient, connect: Callable[..., AscendClient]) -> None:
    """Rule 16: in the body and in the X-Environment header alike."""
    hints = {"auto_approve": True, "verified": True, "risk_level": "low"}
    sandbox = connect(environment="sandbox")
    soothed = sandbox.evaluate_action("transaction", "refunds", risk_indicators=hints, wait_for_decision=False)
    assert (soothed.decision, soothed.risk_score) == (Decision.PENDING, 85.0)
    raised = ascend.evaluate_action("query", "x", context={"require_human_approval": True}, wait_for_decision=False)
    assert raised.decision == Decision.PENDING


def test_the_deprecated_alias(ascend: AscendClient) -> None:
    with pytest.warns(DeprecationWarning, match="submit_action"):
        decision = ascend.submit_action({"action_type": "query", "resource": "customers"})
    assert decision.decision == Decision.ALLOWED


@pytest.mark.parametrize("at_once", [5, 50])
def test_fifty_at_once(ascend: AscendClient, rest: Rest, at_once: int) -> None:
    resource = f"batch of {at_once}"
    types = ["query", "transaction"] * 25
    batch = [{"action_type": one, "resource": resource, "parameters": {"row": n}} for n, one in enumerate(types)]
    result = ascend.evaluate_actions(batch, max_concurrent=at_once)
    assert [one.error for one in result.results if not one.succeeded] == []
    assert (result.total, result.succeeded) == (50, 50)
    words = {"query": Decision.ALLOWED, "transaction": Decision.PENDING}
    assert all(one.decision.decision == words[one.action_type] for one in result.results)
    assert len({one.decision.action_id for one in result.results}) == 50
    listed = rest.get("/api/v1/actions?limit=100")["actions"]
    assert sum(action["resource"] == resource for action in listed) == 50


# -- The wrappers, which gate on `execution_allowed` -----------------------------------------------------------------


@pytest.fixture
def run(ascend: AscendClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The wrapper's `subprocess.run`, asking about every command."""
    asking = {**governed_subprocess._config, "client": ascend, "auto_approve_safe": False}
    monkeypatch.setattr(governed_subprocess, "_config", asking)
    return governed_subprocess.run


def test_a_governed_command_waits_for_approval(
    run: Callable[..., Any], rest: Rest, sina: Browser, aside: Callable[..., Any]
) -> None:
    waiting = aside(run, COMMAND, capture_output=True, text=True)
    action_id = the_pending_one(rest, sys.executable)
    sina.approve(action_id, "A command like this one is critical, and fine.")
    assert waiting.result().stdout == "it ran\n"
    assert rest.get(f"/api/v1/actions/{action_id}")["action_details"]["command"] == " ".join(COMMAND)


def test_a_governed_command_is_denied(run: Callable[..., Any], adam: Browser) -> None:
    with (
        everybody_blocked(adam, "A drill."),
        pytest.raises(governed_subprocess.GovernanceError, match=r"denied by ASCEND: .*A drill\."),
    ):
        run(COMMAND)


def test_a_governed_expression_is_denied(ascend: AscendClient, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."), pytest.raises(EvalDenied, match=r"A drill\."):
        SafeEvaluator(client=ascend).eval("1 + 1")

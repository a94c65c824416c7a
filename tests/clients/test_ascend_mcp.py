"""The published SDK's decorator and kill switch: wire contract, section 8, items 4 and 5 of its checklist."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
import requests
from ascend import AscendClient, Decision, KillSwitchError
from ascend.exceptions import AuthorizationError
from ascend.mcp import MCPGovernanceConfig, high_risk_action, mcp_governance
from ascend.models import AuthorizationDecision

from tests.clients.circumstances import agent_blocked, everybody_blocked
from tests.clients.rest import Rest
from tests.support.cast import AGENT_ID, OTHER_AGENT_ID
from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.live, pytest.mark.any_engine]


class Tool:
    """A governed tool: `call` in a thread of its own, since it waits for a person; `ran` remembers its arguments."""

    def __init__(self, ascend: AscendClient, aside: Callable[..., Future[str]], *, patience: float = 15):
        self.asked: list[AuthorizationDecision] = []
        self.ran: list[str] = []
        self.aside = aside
        config = MCPGovernanceConfig(
            approval_timeout_seconds=patience,
            approval_poll_interval_seconds=0.1,
            on_approval_required=lambda decision, _: self.asked.append(decision),
        )

        @mcp_governance(ascend, "database.write", "production_db", config=config)
        def write_row(text: str, password: str = "") -> str:
            self.ran.append(text)
            if text == "bad":
                raise ValueError("no such table")
            return text.upper()

        self.function = write_row

    def call(self, *args: str, **kwargs: str) -> Future[str]:
        return self.aside(self.function, *args, **kwargs)

    def action_id(self) -> str:
        """The action it waits for a decision on."""
        give_up = time.monotonic() + 10
        while not self.asked:
            assert time.monotonic() < give_up, "it asked for no approval"
            time.sleep(0.02)
        return self.asked[0].action_id


@pytest.fixture
def tool(ascend: AscendClient, aside: Callable[..., Future[str]]) -> Tool:
    """A tool whose calls score 85 and wait for a person."""
    return Tool(ascend, aside)


def test_an_approved_tool_runs_and_reports(tool: Tool, rest: Rest, rita: Browser) -> None:
    waiting = tool.call("hello", password="hunter2")
    action_id = tool.action_id()
    assert tool.ran == []
    rita.approve(action_id)
    assert waiting.result() == "HELLO"
    assert rest.events(action_id) == ["action.submitted", "action.approved", "action.executed"]
    details = rest.get(f"/api/v1/actions/{action_id}")
    assert (details["status"], details["tool_name"]) == ("executed", "write_row")
    assert details["action_details"]["text"] == "hello"
    assert "hunter2" not in str(details)


def test_an_approved_tool_that_breaks_reports_it(tool: Tool, rest: Rest, rita: Browser) -> None:
    waiting = tool.call("bad")
    rita.approve(tool.action_id())
    with pytest.raises(ValueError, match="no such table"):
        waiting.result()
    assert rest.events(tool.action_id())[-1] == "action.failed"


def test_a_rejected_tool_does_not_run(tool: Tool, rest: Rest, rita: Browser) -> None:
    waiting = tool.call("hello")
    rita.reject(tool.action_id(), "Not on a Friday.")
    with pytest.raises(AuthorizationError, match=r"Action denied: Not on a Friday\.") as caught:
        waiting.result()
    assert (caught.value.error_code, caught.value.risk_score) == ("MCP_ACTION_DENIED", 85.0)
    assert caught.value.details["action_id"] == tool.action_id()
    assert tool.ran == []
    assert rest.events(tool.action_id()) == ["action.submitted", "action.rejected"]


def test_a_tool_denied_at_once(tool: Tool, adam: Browser) -> None:
    with everybody_blocked(adam, "A drill."), pytest.raises(AuthorizationError, match=r"A drill\.") as caught:
        tool.call("hello").result()
    assert caught.value.error_code == "MCP_ACTION_DENIED"
    assert (tool.asked, tool.ran) == ([], [])


def test_a_tool_nobody_decides_about(ascend: AscendClient, aside: Callable[..., Future[str]]) -> None:
    tool = Tool(ascend, aside, patience=0.3)
    with pytest.raises(AuthorizationError) as caught:
        tool.call("hello").result()
    assert caught.value.error_code == "GOVERNANCE_UNAVAILABLE"
    assert "Approval timeout" in caught.value.message
    assert tool.ran == []


def test_a_harmless_tool_runs_at_once(ascend: AscendClient, rest: Rest) -> None:
    @mcp_governance(ascend, "database.query", "production_db")
    async def count() -> int:
        return 3

    assert asyncio.run(count()) == 3
    newest = rest.get("/api/v1/actions?limit=1")["actions"][0]
    assert (newest["status"], newest["tool_name"]) == ("executed", "count")


def test_a_tool_that_asks_for_a_person_gets_one(ascend: AscendClient) -> None:
    """`require_human_approval` forces review, whatever the score (section 4.1)."""
    patience = MCPGovernanceConfig(wait_for_approval=False)

    @high_risk_action(ascend, "database.query", "production_db", config=patience)
    def count() -> int:
        raise AssertionError("it must not run")

    with pytest.raises(AuthorizationError, match="Approval timeout"):
        count()


def test_the_mcp_endpoint_never_comes_out_allowed(ascend: AscendClient) -> None:
    """Rule 9. The endpoint itself is not there yet; its absence must not read as a yes."""
    with pytest.raises(requests.HTTPError, match="404"):
        ascend.evaluate_mcp_action("fs", "filesystem", "read_file", "notes")


# -- The kill switch -------------------------------------------------------------------------------------------------


@pytest.fixture
def polling(ascend: AscendClient) -> Iterator[AscendClient]:
    """A client that asks every moment whether it is blocked."""
    ascend.start_kill_switch_polling(interval_seconds=0.05)
    yield ascend
    ascend.stop_kill_switch_polling()


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true within a few seconds."""
    give_up = time.monotonic() + 10
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def test_the_kill_switch_reaches_polling_agents(polling: AscendClient, adam: Browser) -> None:
    assert polling.evaluate_action("query", "customers").decision == Decision.ALLOWED
    with everybody_blocked(adam, "An incident."):
        assert becomes(polling.is_blocked)
        with pytest.raises(KillSwitchError) as caught:
            polling.evaluate_action("query", "customers")
        assert caught.value.reason == "An incident."
    assert becomes(lambda: not polling.is_blocked())
    assert polling.evaluate_action("query", "customers").decision == Decision.ALLOWED


def test_the_kill_switch_answer(rest: Rest, adam: Browser) -> None:
    off = {"blocked": False, "reason": None, "activated_at": None, "activated_by": None}
    assert rest.get("/api/sdk/kill-switch/status") == off
    with everybody_blocked(adam, "An incident."):
        on = rest.get("/api/sdk/kill-switch/status")
    assert (on["blocked"], on["reason"], on["activated_by"]) == (True, "An incident.", "adam")
    assert on["activated_at"].endswith("Z")
    assert rest.get("/api/sdk/kill-switch/status") == off


def test_one_agent_is_blocked_and_the_others_go_on(
    live_portal: LivePortal, ascend: AscendClient, rest: Rest, adam: Browser
) -> None:
    other = Rest(live_portal, live_portal.keys[OTHER_AGENT_ID])
    with agent_blocked(adam, AGENT_ID, "It repeats itself."):
        assert rest.get("/api/sdk/kill-switch/status")["reason"] == "It repeats itself."
        decision = ascend.evaluate_action("query", "customers")
        assert other.get("/api/sdk/kill-switch/status")["blocked"] is False
        assert other.submit(agent_id=OTHER_AGENT_ID, action_type="query")["status"] == "approved"
    assert (decision.decision, decision.raw_status) == (Decision.DENIED, "denied")
    assert "It repeats itself." in decision.reason
    assert ascend.evaluate_action("query", "customers").decision == Decision.ALLOWED


def test_an_agent_that_cannot_ask_blocks_itself(live_portal: LivePortal, connect: Callable[..., AscendClient]) -> None:
    """Three failed polls in a row; one that succeeds releases it."""
    client = connect(api_key="ascend_wrong", max_retries=0)
    client.start_kill_switch_polling(interval_seconds=0.05)
    try:
        assert becomes(client.is_blocked)
        client._session.headers.update({"X-API-Key": live_portal.key, "Authorization": f"Bearer {live_portal.key}"})
        assert becomes(lambda: not client.is_blocked())
    finally:
        client.stop_kill_switch_polling()

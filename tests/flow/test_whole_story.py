"""The whole job, as its four people live it: curl submits, a reviewer approves in the browser, the guide's waiting
program goes on, the agent reports, and the history tells all of it.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients.programs import Program, hurry, snippet
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live]

TRANSFER = {
    "agent_id": "customer-service-agent-001",
    "action_type": "transaction",
    "description": "Pay the invoice of October",
    "tool_name": "payments_api",
    "resource": "supplier_payments",
    "action_details": {"amount": 12400, "currency": "EUR", "recipient": "ACME GmbH"},
}
# What the guide's waiting snippet goes on from, with an action that curl submitted.
BEFORE = """
import os
import requests
headers = {{"Authorization": f"Bearer {{os.environ['OWKAI_API_KEY']}}"}}
result = {{"id": {id}, "status": "pending_approval"}}
def execute_action():
    print("executing")
"""


def curl(portal: LivePortal, path: str, body: dict) -> dict:
    """What curl prints, as a value."""
    words = ["curl", "--silent", "--show-error", "--data", json.dumps(body), portal.base_url + path]
    words += ["--header", f"Authorization: Bearer {portal.key}", "--header", "Content-Type: application/json"]
    return json.loads(subprocess.run(words, capture_output=True, check=True, text=True, timeout=120).stdout)


@pytest.fixture
def waiting(live_portal: LivePortal, tmp_path: Path) -> Iterator[Callable[[int], Program]]:
    """`waiting(id)` starts the guide's waiting program on that action."""
    started: list[Program] = []

    def start(action_id: int) -> Program:
        parts = (hurry(2), BEFORE.format(id=action_id), snippet("pending_approval"))
        started.append(Program(live_portal, tmp_path, parts))
        return started[-1]

    yield start
    for program in started:
        program.end()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_from_curl_to_csv(
    live_portal: LivePortal, page_of: Callable[..., Page], waiting: Callable[[int], Program], tmp_path: Path
) -> None:
    submitted = curl(live_portal, "/api/v1/actions/submit", TRANSFER)
    assert (submitted["status"], submitted["risk_score"]) == ("pending_approval", 85.0)
    number = submitted["id"]
    program = waiting(number)
    assert program.line() == f"⏳ Action {number} requires human approval"

    page = page_of("rita")
    page.get_by_role("link", name="Transfer EUR 12,400.00 to ACME GmbH").click()
    page.get_by_label("Reason").fill("Matches order 7.")
    page.get_by_role("button", name="Approve").click()
    page.locator("#approve-sure").click()
    expect(page.get_by_role("status").first).to_contain_text(f"rita approved action {number}")
    assert program.rest() == ["✅ Action approved after human review", "executing"]

    done = curl(live_portal, f"/api/agent-action/{number}/complete", {"result": {"paid": True}, "duration_ms": 840})
    assert (done["status"], done["execution_status"]) == ("executed", "completed")

    story = ["action.submitted", "action.approved", "action.executed"]
    page.goto(f"/history/?action={number}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("reported that it was executed")
    expect(rows.nth(1)).to_contain_text("approved it")
    expect(rows.nth(1)).to_contain_text("Matches order 7.")
    expect(rows.nth(2)).to_contain_text("submitted")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    kept = tmp_path / "history.csv"
    download.value.save_as(kept)
    lines = list(csv.DictReader(kept.read_text(encoding="utf-8-sig").splitlines()))
    mine = [line for line in lines if line["action id"] == str(number)]
    assert sorted(line["type"] for line in mine) == sorted(story)
    assert [line["prev"] for line in sorted(mine, key=lambda line: int(line["seq"]))][1:] == [
        line["leaf"] for line in sorted(mine, key=lambda line: int(line["seq"]))
    ][:-1]

"""A live portal lives, dies and comes back with everything it acknowledged."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.live import LivePortal

pytestmark = pytest.mark.live


def call(portal: LivePortal, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {portal.key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(portal.base_url + path, data, headers), timeout=10) as answer:
        return json.load(answer)


def test_it_answers_and_survives_a_kill(live_portal: LivePortal) -> None:
    number = call(live_portal, SUBMIT, GUIDE_EXAMPLE)["id"]
    live_portal.kill9()
    with pytest.raises(urllib.error.URLError):
        call(live_portal, "/health")
    live_portal.restart()
    assert call(live_portal, f"/api/v1/actions/{number}/status")["status"] == "approved"


def test_commands_run_against_it(live_portal: LivePortal) -> None:
    key = live_portal.manage("issue_agent_key", "another-agent")
    assert key.startswith("ascend_")
    assert live_portal.manage("check") == "System check identified no issues (0 silenced)."

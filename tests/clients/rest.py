"""An agent without a library."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.portal import LivePortal


class Rest:
    """Plain requests with the key as a Bearer token, as in the guide."""

    def __init__(self, portal: LivePortal, key: str | None = None):
        self.portal = portal
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key or portal.key}"

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        """One request; redirects are answers, too."""
        return self.session.request(method, self.portal.base_url + path, timeout=60, allow_redirects=False, **how)

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        """The JSON object at a path."""
        answer = self.call("GET", path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, **overrides: Any) -> dict[str, Any]:
        """Submit a transaction that has to wait for a person, with `overrides`."""
        body = {
            "agent_id": "customer-service-agent-001",
            "action_type": "transaction",
            "description": "Refund 250 EUR to customer 12345",
            "tool_name": "payments",
            "resource": "refunds",
            **overrides,
        }
        answer = self.call("POST", "/api/v1/actions/submit", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, action_id: int | str) -> dict[str, Any]:
        """The status answer."""
        return self.get(f"/api/v1/actions/{action_id}/status")

    def events(self, action_id: int | str) -> list[str]:
        """What the ledger holds about an action."""
        return [item["event"] for item in self.get(f"/api/v1/actions/{action_id}")["audit_trail"]]

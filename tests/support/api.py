"""The agents' API as a test sees it: JSON in, JSON out, one call per endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.support.cast import AGENT_ID, AGENT_NAME

SUBMIT = "/api/v1/actions/submit"

# The guide's first example, word for word.
GUIDE_EXAMPLE = {
    "agent_id": AGENT_ID,
    "agent_name": AGENT_NAME,
    "action_type": "query",
    "description": "Retrieve customer profile for support ticket #4521",
    "tool_name": "customer_database",
    "resource": "customer_profiles",
}


@dataclass
class Answer:
    """An HTTP answer whose body is JSON, readable like the JSON itself: `answer["status"]`."""

    status: int
    json: Any
    headers: Any

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.json.get(name, default)


class Api:
    """An agent's HTTP client. Errors inside the portal become 500 answers, as a real client sees them."""

    def __init__(self, key: str | None = None):
        self.key = key
        self.client = Client(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request. `body` is a value to encode, or text sent as it is; headers like `X_API_Key=...`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.key}"
        data = body if isinstance(body, str | bytes) else b"" if body is None else json.dumps(body)
        response = self.client.generic(method, path, data, content_type="application/json", headers=sent)
        return Answer(response.status_code, json.loads(response.content or b"null"), response.headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def submit(self, **overrides: Any) -> Answer:
        """Submit the guide's first example with `overrides`; a field overridden by None is left out."""
        body = {name: value for name, value in (GUIDE_EXAMPLE | overrides).items() if value is not None}
        return self.post(SUBMIT, body)

    def status(self, action_id: int) -> Answer:
        return self.get(f"/api/v1/actions/{action_id}/status")


@pytest.fixture
def api(agent_key: str) -> Api:
    """The agent's client."""
    return Api(agent_key)


@pytest.fixture
def anonymous() -> Api:
    """A client without a key."""
    return Api()


@pytest.fixture
def submit(api: Api) -> Any:
    """`submit(action_type="transaction")`: the guide's example with changes, over HTTP."""
    return api.submit

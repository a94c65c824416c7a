"""An agent in front of a live portal, for tests whose subject is what people see of it."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.portal import LivePortal

PAYMENT = {
    "action_type": "transaction",
    "description": "Pay the invoice of October",
    "tool_name": "payments_api",
    "resource": "supplier_payments",
}
EMAIL = {
    "action_type": "data_modification",
    "description": "Update customer email per verified change request CR-789",
    "action_details": {
        "customer_id": "12345",
        "field": "email",
        "old_value": "old@example.com",
        "new_value": "new@example.com\u200b",
    },
}


def submit(portal: LivePortal, **fields: Any) -> int:
    """Submit an action as the guide's agent; its number."""
    answer = requests.post(portal.base_url + SUBMIT, json=GUIDE_EXAMPLE | fields, headers=_headers(portal), timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def pay(portal: LivePortal, amount: float, recipient: str = "ACME GmbH", **fields: Any) -> int:
    """Submit a payment, which waits for a person."""
    details = {"amount": amount, "currency": "EUR", "recipient": recipient}
    return submit(portal, **(PAYMENT | {"action_details": details} | fields))


def status(portal: LivePortal, action_id: int) -> dict[str, Any]:
    """What the agent is told about its action."""
    url = f"{portal.base_url}/api/v1/actions/{action_id}/status"
    return requests.get(url, headers=_headers(portal), timeout=60).json()


def _headers(portal: LivePortal) -> dict[str, str]:
    return {"Authorization": f"Bearer {portal.key}"}

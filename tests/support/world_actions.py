"""What the agents of tests/support/world.py asked for: minutes before its NOW, agent, fields, what happened after.

A step is (minutes after the submit, what, by whom, words ...).
"""

from __future__ import annotations

from typing import Any

Life = tuple[Any, ...]
_DAY = 24 * 60


def _payment(to: str, amount: float, invoice: str, **more: Any) -> dict[str, Any]:
    return {
        "action_type": "transaction",
        "description": f"Pay invoice {invoice} of {to}",
        "tool_name": "payments_api",
        "resource": "supplier_payments",
        "action_details": {"amount": amount, "currency": "EUR", "recipient": to, "invoice": invoice, **more},
    }


def _refund(order: str, amount: float, to: str) -> dict[str, Any]:
    return {
        "action_type": "transaction",
        "description": f"Refund order {order}, the parcel was lost",
        "tool_name": "payments_api",
        "resource": "refunds",
        "action_details": {"amount": amount, "currency": "EUR", "recipient": to, "order": order},
    }


def _lookup(ticket: int) -> dict[str, Any]:
    return {
        "action_type": "query",
        "description": f"Retrieve customer profile for support ticket #{ticket}",
        "tool_name": "customer_database",
        "resource": "customer_profiles",
        "action_details": {"operation": "read", "fields": ["name", "email", "support_tier"]},
    }


_EMAIL = {
    "action_type": "data_modification",
    "description": "Update customer email per verified change request CR-789",
    "tool_name": "customer_database",
    "resource": "customer_profiles",
    # The character between the last letters cannot be seen; the action page shows it.
    "action_details": {
        "customer_id": "12345",
        "field": "email",
        "old_value": "mara.holt@example.com",
        "new_value": "mara.holt@example.co\u200bm",
    },
    "context": {"change_request_id": "CR-789", "verification_method": "phone_callback"},
    "risk_indicators": {"pii_involved": True, "customer_requested": True, "verified": True},
}
_CREDENTIALS = {
    "action_type": "system_operation",
    "description": "Rotate the production database credentials",
    "tool_name": "vault",
    "resource": "prod-db-main",
    "action_details": {"operation": "rotate", "grace_minutes": 15},
}
_FIREWALL = {
    "action_type": "system_operation",
    "description": "Open port 5432 for the analytics subnet until Friday",
    "tool_name": "firewall",
    "resource": "prod-edge",
    "action_details": {"rule": "allow", "port": 5432, "source": "10.20.8.0/24", "until": "2026-03-20"},
    "context": {"ticket": "OPS-2291"},
}
_PURGE = {
    "action_type": "data_modification",
    "description": "Delete customers who have not signed in for two years",
    "tool_name": "customer_database",
    "resource": "customer_profiles",
    "action_details": {"operation": "delete", "filter": "last_login < 2024-03-01", "count": 5120},
}
_STOCK = {
    "action_type": "transaction",
    "description": "Order 400 euro pallets before the price rises",
    "tool_name": "purchasing",
    "resource": "purchase_orders",
    "action_details": {"amount": 5480, "currency": "EUR", "recipient": "Palettenwerk Nord", "quantity": 400},
}

# Now: what waits, and what was decided today.
LATELY: tuple[Life, ...] = (
    (52, "accounts-payable", _payment("ACME GmbH", 12400, "2026-1017", first_payment=True, iban="DE02 1203 0000 0000"),
     (9, "approve", "sam", "Invoice and order agree; the account is the one on the contract."),
     (12, "say", "sam", "Called ACME: they confirm the new account.")),
    (41, "customer-care", _EMAIL),
    (38, "deploy-assistant", _CREDENTIALS),
    (33, "customer-care", _refund("88-1203", 89.9, "J. Moreau"), (30, "claim", "sam")),
    (29, "customer-care", _refund("88-1219", 41.5, "K. Lindgren")),
    (24, "accounts-payable", _payment("Stadtwerke Altona", 1840.22, "SW-30417"),
     (6, "assign", "nora", "rita", "You know the meter readings.")),
    (21, "warehouse-planner", _STOCK),
    (17, "customer-care", _PURGE),
    (11, "deploy-assistant", _FIREWALL),
    (6, "accounts-payable", _payment("Hansen & Sohn", 640, "HS-2026-88")),
    (3, "customer-care", _lookup(4533)),
    (75, "customer-care", _refund("88-1188", 129, "P. Ferreira"),
     (14, "approve", "rita", "Matches the carrier's loss report."), (16, "done",)),
    (96, "accounts-payable", _payment("Büro Krause", 312.8, "BK-551"),
     (11, "approve", "sam"), (13, "done",)),
    (130, "accounts-payable", _payment("Norddruck", 9900, "ND-7702", first_payment=True),
     (22, "reject", "nora", "The account is not the supplier's: it changed by e-mail last night. Ask by phone first.")),
    (170, "customer-care", _lookup(4531), (1, "done",)),
    (215, "deploy-assistant", {**_FIREWALL, "description": "Open port 22 on the edge for a hotfix"},
     (35, "reject", "nora", "Use the bastion.")),
)  # fmt: skip

_SUPPLIERS = ("Kessler Logistik", "Norddruck", "ACME GmbH", "Hansen & Sohn", "Büro Krause", "Stadtwerke Altona")
_BUYERS = ("A. Novak", "J. Moreau", "S. Yilmaz", "D. Rossi", "E. Kowalska")


def _day(number: int) -> list[Life]:
    """The work of one day so many days ago: nothing at weekends, and never quite the same."""
    at = number * _DAY
    supplier, buyer = _SUPPLIERS[number % len(_SUPPLIERS)], _BUYERS[number % len(_BUYERS)]
    amount = 180 + number * 37.5
    pays = _payment(supplier, amount, f"R-{3000 - number}")
    gives = _refund(f"88-{1180 - number}", 20 + number * 3, buyer)
    yes, other = ("rita", "sam") if number % 2 else ("sam", "rita")
    day: list[Life] = [
        (at + 60, "customer-care", _lookup(4530 - number * 2), (1, "done")),
        (at + 45, "customer-care", _lookup(4529 - number * 2), (1, "done")),
        (at + 90, "accounts-payable", pays, (8 + number, "approve", yes), (20 + number, "done")),
        (at + 20, "customer-care", gives, (4 + number % 9, "approve", other), (14, "done")),
    ]
    if number % 3 == 0:
        day.append(
            (at + 130, "deploy-assistant", _CREDENTIALS, (25, "approve", "nora", "In the window."), (31, "done"))
        )
    if number % 4 == 1:
        reason = "Name the customers, and attach the retention ticket."
        day.append((at + 150, "customer-care", _PURGE, (40, "reject", "nora", reason)))
    if number % 5 == 2:
        day.append(
            (at + 160, "warehouse-planner", _STOCK, (60, "approve", yes), (65, "failed", "The offer has ended."))
        )
    if number % 9 == 6:
        day.append((at + 180, "deploy-assistant", _FIREWALL, (_DAY + 1, "expire")))
    return day


# Sunday and Saturday are 2 and 3 days before a Tuesday.
LONG_AGO: tuple[Life, ...] = tuple(life for n in range(1, 32) if n % 7 not in (2, 3) for life in _day(n))

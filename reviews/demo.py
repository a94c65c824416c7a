"""A first look: demo people, one demo agent with a key, and a handful of actions, all made through the real verbs.

Made once, on an empty portal only; nothing of it is ever mixed into real data.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from actions import contract
from actions.agent_keys import issue_key
from actions.agents import ensure_agent
from actions.models import Action, AgentKey, Outcome
from actions.report import report_outcome
from actions.submit import Arrival, submit_action
from governance import rulebook
from governance.actors import Actor, system
from governance.models import Person, Role
from governance.people import create_person
from reviews.vote import cast_vote

PEOPLE = (
    ("rita", "Rita", "Alvarez", Role.REVIEWER),
    ("sam", "Sam", "Okafor", Role.REVIEWER),
    ("nora", "Nora", "Lindqvist", Role.SENIOR),
    ("ada", "Ada", "Meyer", Role.ADMIN),
    ("theo", "Theo", "Brandt", Role.AUDITOR),
)
AGENT_ID = "demo-agent"

# Every name, account and address here is invented.
ACTIONS: tuple[dict[str, Any], ...] = (
    {
        "action_type": "query",
        "description": "Retrieve customer profile for support ticket #4521",
        "tool_name": "customer_database",
        "resource": "customer_profiles",
        "action_details": {"operation": "read", "fields": ["name", "email", "support_tier"]},
    },
    {
        "action_type": "transaction",
        "description": "Pay the invoice of October",
        "tool_name": "payments_api",
        "resource": "supplier_payments",
        "action_details": {
            "amount": 12400,
            "currency": "EUR",
            "recipient": "ACME GmbH",
            "invoice": "2026-1017",
        },
    },
    {
        "action_type": "data_modification",
        "description": "Update customer email per verified change request CR-789",
        "tool_name": "customer_database",
        "resource": "customer_profiles",
        "action_details": {
            "customer_id": "12345",
            "field": "email",
            "old_value": "old@example.com",
            # The character between the last letters cannot be seen; the action page shows it.
            "new_value": "new@example.co\u200bm",
        },
        "context": {"change_request_id": "CR-789", "verification_method": "phone_callback"},
        "risk_indicators": {"pii_involved": True, "customer_requested": True, "verified": True},
    },
    {
        "action_type": "system_operation",
        "description": "Rotate the production database credentials",
        "tool_name": "vault",
        "resource": "prod-db-main",
        "action_details": {"operation": "rotate", "grace_minutes": 15},
    },
    {
        "action_type": "quantum_flux",
        "description": "Recalibrate the array",
        "tool_name": "lab_controller",
        "resource": "array-7",
        "action_details": {"phase": 0.25, "cycles": 3, "dry_run": False},
    },
    {
        "action_type": "data_access",
        "description": "Read tickets of the last week for the weekly report",
        "tool_name": "ticket_system",
        "resource": "tickets",
        "risk_indicators": {"pii_involved": True, "data_sensitivity": "medium"},
    },
    {
        "action_type": "transaction",
        "description": "Refund order 88-1203, the parcel was lost",
        "tool_name": "payments_api",
        "resource": "refunds",
        "action_details": {"amount": 89.9, "currency": "EUR", "recipient": "J. Moreau", "order": "88-1203"},
    },
    {
        "action_type": "data_modification",
        "description": "Delete all inactive customers",
        "tool_name": "customer_database",
        "resource": "customer_profiles",
        "action_details": {"operation": "delete", "filter": "last_login < 2026-01-01", "count": 5120},
    },
)


@dataclass(frozen=True)
class Demo:
    """What was made, with the secrets that are shown once."""

    passwords: dict[str, str]
    key: str


def make_demo() -> Demo:
    """Make the demo people, agent and actions. The portal must be empty."""
    actor = system("demo")
    passwords = {username: secrets.token_urlsafe(12) for username, *_ in PEOPLE}
    people = {
        username: create_person(
            actor=actor,
            username=username,
            role=role,
            first_name=first,
            last_name=last,
            password=passwords[username],
        )
        for username, first, last, role in PEOPLE
    }
    ensure_agent(actor=actor, agent_id=AGENT_ID, name="Demo agent", owner=people["ada"])
    key, text = issue_key(actor=actor, agent_id=AGENT_ID)
    made = [_submit(fields, key) for fields in ACTIONS]
    _decide(made, people, key)
    return Demo(passwords, text)


def _submit(fields: dict[str, Any], key: AgentKey) -> Action:
    body = {"agent_id": AGENT_ID, "agent_name": "Demo agent", **fields}
    arrival = Arrival(
        path="demo",
        body_digest=hashlib.sha256(json.dumps(body).encode()).hexdigest(),
        correlation_id="",
        idempotency_key=None,
        rules_version=rulebook.latest_version(),
        switched_off="",
    )
    action, _ = submit_action(contract.parse(body, lenient=False), key=key, arrival=arrival, actor=_agent(key))
    return action


def _decide(made: list[Action], people: dict[str, Person], key: AgentKey) -> None:
    """Give the history something to tell: one executed, one approved, one rejected."""
    query, refund, purge = made[0], made[6], made[7]
    report_outcome(query.pk, agent=key.agent, kind=Outcome.Kind.COMPLETED, report={"rows": 1}, actor=_agent(key))
    for action, username, verdict, reason in (
        (refund, "rita", "approve", "Matches the carrier's loss report."),
        (purge, "nora", "reject", "Too broad: name the customers, and attach the retention ticket."),
    ):
        person = people[username]
        actor = Actor(kind="person", id=str(person.pk), name=person.shown_name, auth="demo")
        cast_vote(action.pk, actor=actor, person=person, verdict=verdict, digest=action.digest, reason=reason)


def _agent(key: AgentKey) -> Actor:
    return Actor(kind="agent", id=AGENT_ID, name="Demo agent", auth="demo", key_id=key.public_id)

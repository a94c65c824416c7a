"""The guide's calibration and every action it spells out, under the shipped rules."""

from __future__ import annotations

from typing import Any

import pytest

from governance.policies import evaluate
from governance.risk import Factor, Facts, assess
from tests.governance.rules import GUIDE, facts, labels, scored, shipped

SUPPORT = {"agent_id": "customer-service-agent-001", "team": "Payments"}

# Every literal action of the guide: how it is submitted, its score, its level, and what becomes of it. The reference
# client sends no description and no tool of its own, so actions/contract.py derives them from type and resource.
EXAMPLES: dict[str, tuple[Facts, float, str, str]] = {
    "basic example": (GUIDE, 35.0, "low", "approved"),
    "reference client": (
        Facts(
            **SUPPORT,
            action_type="query",
            tool_name="customer_profiles",
            resource="customer_profiles",
            description="query on customer_profiles",
            details={"operation": "read", "fields": ["name", "email", "support_tier"]},
            context={"ticket_id": "4521", "purpose": "support_ticket_resolution"},
        ),
        35.0,
        "low",
        "approved",
    ),
    "customer lookup": (
        Facts(
            agent_id="customer-service-001",
            team="Payments",
            action_type="data_access",
            tool_name="customer_profiles",
            resource="customer_profiles",
            description="data_access on customer_profiles",
            context={"ticket_id": "4521", "support_agent": "agent-001"},
            indicators={"pii_involved": True, "data_sensitivity": "medium"},
        ),
        60.0,
        "medium",
        "approved",
    ),
    "customer lookup as described": (
        Facts(
            agent_id="customer-service-001",
            team="Payments",
            action_type="data_access",
            tool_name="customer_database",
            resource="customer_profiles",
            description="Retrieve customer profile for support ticket",
            context={"ticket_id": "4521", "support_agent": "agent-001"},
            indicators={"pii_involved": True, "data_sensitivity": "medium"},
        ),
        60.0,
        "medium",
        "approved",
    ),
    "detailed context": (
        Facts(
            agent_id="support-agent",
            team="Payments",
            action_type="data_modification",
            tool_name="customer_database",
            resource="customer_profiles",
            description="Update customer email per verified change request CR-789",
            details={
                "customer_id": "12345",
                "field": "email",
                "old_value": "old@example.com",
                "new_value": "new@example.com",
            },
            context={
                "change_request_id": "CR-789",
                "verification_method": "phone_callback",
                "verified_by": "agent-456",
                "ticket_id": "SUPP-8901",
            },
            indicators={"pii_involved": True, "customer_requested": True, "verified": True},
        ),
        85.0,
        "high",
        "pending",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_action_the_guide_spells_out(name: str) -> None:
    action, score, level, outcome = EXAMPLES[name]
    result = assess(action, shipped().mapping)
    assert (result.score, result.level) == (score, level)
    assert isinstance(result.score, float)
    assert result.rule == action.action_type
    assert result.review_reasons == ()
    assert labels(result, "raise") == labels(result, "floor") == []
    assert evaluate(action, result, shipped().policies).outcome == outcome


def test_the_first_example_has_one_factor() -> None:
    result = assess(GUIDE, shipped().mapping)
    assert result.factors == (Factor("base", "Action type query: low", 35.0),)
    assert result.cvss is not None
    assert "environmental" not in result.cvss


@pytest.mark.parametrize(
    ("action_type", "score", "level", "outcome"),
    [
        ("query", 35.0, "low", "approved"),
        ("data_access", 60.0, "medium", "approved"),
        ("data_modification", 85.0, "high", "pending"),
        ("transaction", 85.0, "high", "pending"),
        ("system_operation", 95.0, "critical", "pending"),
    ],
)
@pytest.mark.parametrize(
    "declared",
    [{}, {"pii_involved": True, "data_sensitivity": "medium"}, {"data_sensitivity": "low", "compliance_flags": []}],
)
def test_the_guides_five_types(
    action_type: str, score: float, level: str, outcome: str, declared: dict[str, Any]
) -> None:
    action = facts(action_type, indicators=declared)
    result = assess(action, shipped().mapping)
    assert (result.score, result.level) == (score, level)
    assert evaluate(action, result, shipped().policies).outcome == outcome


def test_an_email_address_is_no_email() -> None:
    """Wire-contract 14, row 11: "Update customer email" was scored as sending e-mail."""
    result = assess(EXAMPLES["detailed context"][0], shipped().mapping)
    assert (result.rule, result.score) == ("data_modification", 85.0)
    assert result.why.startswith("Changes stored data")
    assert '"verified" comes from the agent and cannot lower a score' in labels(result, "note")


@pytest.mark.parametrize("action_type", ["query", "data_access"])
def test_production_alone_calls_nobody(action_type: str) -> None:
    """Not even when the word stands in the text, too; it never lifts a medium action to the review line."""
    here = {"environment": "production", "description": "Read orders in production", "resource": "prod_orders"}
    result = scored(action_type, indicators={"pii_involved": True, "data_sensitivity": "medium"}, **here)
    assert scored(action_type).score < result.score < 70
    assert result.review_reasons == ()

import enum
import uuid

import pytest
from owkai_client import AgentAction, InvalidActionError, OWKAIClient

GUIDE_FIELDS = {
    "agent_id": "support-agent",
    "agent_name": "Support AI",
    "action_type": "data_modification",
    "description": "Update customer email per verified change request CR-789",
    "tool_name": "customer_database",
    "resource": "customer_profiles",
    "action_details": {"customer_id": "12345", "field": "email"},
    "context": {"change_request_id": "CR-789", "nothing": None},
    "risk_indicators": {"pii_involved": True},
}


def test_it_works(client, portal, says):
    result = client.submit_action(AgentAction(**GUIDE_FIELDS))
    assert (result["id"], result["action_id"]) == (5, 5)
    assert (result["status"], result["decision"]) == ("approved", "approved")
    assert result["risk_score"] == 35.0
    assert result == says.approved
    (asked,) = portal.asked
    assert (asked.method, asked.path) == ("POST", "/api/authorization/agent-action")
    assert asked.json == GUIDE_FIELDS


def test_headers_are_those_of_the_wire_contract(client, portal, says):
    client.submit_action(AgentAction(**GUIDE_FIELDS))
    headers = portal.asked[0].headers
    assert headers["Authorization"] == f"Bearer {says.key}"
    assert headers["X-API-Key"] == says.key
    assert headers["User-Agent"] == "OWKAIClient/2.0 Python"
    assert headers["Content-Type"] == "application/json"
    assert uuid.UUID(headers["Idempotency-Key"]).version == 4


def test_object_and_keywords_send_the_same_bytes(client, portal):
    client.submit_action(AgentAction(**GUIDE_FIELDS))
    client.submit_action(action=AgentAction(**GUIDE_FIELDS))
    client.submit_action(**GUIDE_FIELDS)
    assert len({asked.body for asked in portal.asked}) == 1


def test_each_submission_has_its_own_idempotency_key(client, portal, fields):
    for _ in range(3):
        client.submit_action(**fields)
    assert len({asked.headers["Idempotency-Key"] for asked in portal.asked}) == 3


def test_callers_idempotency_key_is_sent_and_stays_out_of_the_body(client, portal, fields):
    client.submit_action(**fields, idempotency_key="order-4711")
    assert portal.asked[0].headers["Idempotency-Key"] == "order-4711"
    assert portal.asked[0].json == fields


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "ü", "x" * 256])
def test_unusable_idempotency_key_sends_nothing(client, portal, fields, key):
    with pytest.raises(InvalidActionError):
        client.submit_action(**fields, idempotency_key=key)
    assert portal.asked == []


def test_unset_fields_are_not_sent(client, portal):
    client.submit_action(AgentAction("a", "A", "query", "r"))
    assert portal.asked[0].json == {
        "agent_id": "a",
        "agent_name": "A",
        "action_type": "query",
        "resource": "r",
    }


def test_enum_members_are_sent_as_their_word(client, portal, fields):
    kinds = enum.Enum("kinds", {"QUERY": "query"}, type=str)
    client.submit_action(**{**fields, "action_type": kinds.QUERY})
    assert portal.asked[0].json["action_type"] == "query"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent_id", ""),
        ("agent_id", "  "),
        ("agent_name", None),
        ("action_type", 7),
        ("resource", 7),
        ("description", ["a"]),
        ("context", "text"),
        ("action_details", [1]),
        ("risk_indicators", {"x": float("nan")}),
        ("action_details", {"x": object()}),
    ],
)
def test_action_that_cannot_be_sent(client, portal, fields, field, value):
    with pytest.raises(InvalidActionError, match="nothing was sent"):
        client.submit_action(**{**fields, field: value})
    assert portal.asked == []


def test_wrong_use_is_a_type_error(client, portal, fields):
    with pytest.raises(TypeError, match="risk_indicator"):
        client.submit_action(**fields, risk_indicator={})
    with pytest.raises(TypeError, match="not both"):
        client.submit_action(AgentAction(**fields), description="d")
    with pytest.raises(TypeError, match="not dict"):
        client.submit_action(fields)
    with pytest.raises(TypeError):
        client.submit_action()
    assert portal.asked == []


def test_pending(client, portal, says, fields):
    portal.then(says.reply(says.pending))
    result = client.submit_action(**fields)
    assert (result["status"], result["decision"]) == ("pending_approval", "pending")


def test_denial_is_an_answer_with_a_reason(client, portal, says, fields):
    portal.then(says.reply(says.rejected, 201))
    result = client.submit_action(**fields)
    assert (result["status"], result["decision"]) == ("rejected", "denied")
    assert result["reason"] == "Not on a Friday"
    assert result["error"] == "Not on a Friday"  # what the guide's helper snippet prints


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"message": "From the message"}, "From the message"),
        ({"reason": None, "rejection_reason": "From a person"}, "From a person"),
        ({"reason": "  "}, "no reason was given"),
    ],
)
def test_denial_never_prints_none(client, portal, says, fields, body, reason):
    portal.then(says.reply({"id": 5, "status": "rejected", **body}))
    result = client.submit_action(**fields)
    assert (result["reason"], result["message"], result["error"]) == (reason,) * 3


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        ("approved", "approved"),
        ("executed", "approved"),
        ("pending_approval", "pending"),
        ("rejected", "denied"),
    ],
)
def test_guides_own_response_carries_only_a_status(client, portal, says, fields, status, decision):
    portal.then(says.reply({"id": 12345, "status": status, "risk_score": 35.0}))
    result = client.submit_action(**fields)
    assert (result["status"], result["decision"]) == (status, decision)
    assert result["action_id"] == result["id"] == 12345


def test_path_prefix_of_the_portal_is_kept(portal, says, fields):
    with OWKAIClient(portal.url + "/foureyes/", says.key) as client:
        client.submit_action(**fields)
    assert portal.asked[0].path == "/foureyes/api/authorization/agent-action"

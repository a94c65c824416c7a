"""Outcomes, details, lists and the connection test."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from owkai_client import ConflictError, NotFoundError, OWKAIClient, UnexpectedAnswerError


def test_complete(client, portal, says):
    portal.then(says.reply({"success": True, "action_id": 5, "status": "executed"}))
    assert client.complete_action(5, {"rows": 3}, duration_ms=120)["status"] == "executed"
    (asked,) = portal.asked
    assert (asked.method, asked.path) == ("POST", "/api/agent-action/5/complete")
    sent = asked.json
    assert datetime.fromisoformat(sent.pop("completed_at")).utcoffset() == timedelta(0)
    assert sent == {"action_id": "5", "status": "completed", "result": {"rows": 3}, "duration_ms": 120}


def test_complete_with_nothing_to_tell(client, portal):
    client.complete_action("5")
    assert set(portal.asked[0].json) == {"action_id", "status", "completed_at"}


@pytest.mark.parametrize("error", ["disk full", {"code": 28}])
def test_fail(client, portal, says, error):
    client.fail_action(5, error, 7)
    (asked,) = portal.asked
    assert (asked.method, asked.path) == ("POST", "/api/agent-action/5/fail")
    sent = asked.json
    assert datetime.fromisoformat(sent.pop("failed_at")).utcoffset() == timedelta(0)
    assert sent == {"action_id": "5", "status": "failed", "error": error, "duration_ms": 7}


def test_refused_report_is_heard_of(client, portal, says):
    portal.then(says.reply({"detail": "Action 5 was never approved."}, 409))
    with pytest.raises(ConflictError, match="never approved"):
        client.complete_action(5)


def test_details(client, portal, says):
    portal.then(says.reply({**says.approved, "audit_trail": [{"event": "action.submitted"}]}))
    assert client.get_action_details(5)["audit_trail"] == [{"event": "action.submitted"}]
    assert portal.asked[0].path == "/api/agent-action/5"


def test_unknown_action(client, portal, says):
    portal.usual = says.reply({"detail": "Not Found: no such action."}, 404)
    for call in (client.get_action_details, client.get_action_status):
        with pytest.raises(NotFoundError, match="API Error: Not Found"):
            call(6)


def test_list(client, portal, says):
    page = {"actions": [says.approved], "total": 1, "limit": 50, "offset": 0, "has_more": False}
    portal.usual = says.reply(page)
    assert client.list_actions() == page
    client.list_actions(10, 20, "pending", "agent & co", risk_level="high")
    assert portal.asked[0].path == "/api/agent-activity?limit=50&offset=0"
    assert parse_qs(urlsplit(portal.asked[1].path).query) == {
        "limit": ["10"],
        "offset": ["20"],
        "status": ["pending"],
        "agent_id": ["agent & co"],
        "risk_level": ["high"],
    }


@pytest.mark.parametrize("body", [[], {}, {"actions": None}, {"actions": {}}, {"actions": ["x"]}])
def test_list_that_is_none(client, portal, says, body):
    portal.then(says.reply(body))
    with pytest.raises(UnexpectedAnswerError):
        client.list_actions()


@pytest.mark.parametrize("page", [{"limit": 0}, {"offset": -1}])
def test_impossible_page(client, page):
    with pytest.raises(ValueError, match="limit must be"):
        client.list_actions(**page)


def test_connection_is_fine(client, portal, says):
    portal.then(says.reply({"status": "healthy"}), says.reply({"version": "1.2", "environment": "test"}))
    result = client.test_connection()
    assert result.pop("latency_ms") >= 0
    assert result == {"connected": True, "status": "connected", "api_version": "1.2", "environment": "test"}
    assert [asked.path for asked in portal.asked] == ["/health", "/api/deployment-info"]


def test_connection_with_a_bad_key(client, portal, says):
    portal.then(says.reply({"status": "healthy"}), says.reply({"detail": "Unauthorized: unknown key."}, 401))
    assert client.test_connection() == {
        "connected": False,
        "status": "error",
        "error": "API Error: Unauthorized: unknown key.",
    }


def test_connection_to_nobody(portal, says):
    portal.close()
    with OWKAIClient(portal.url, says.key, retries=0) as client:
        result = client.test_connection()
    assert (result["connected"], result["status"]) == (False, "error")
    assert "could not be reached" in result["error"]

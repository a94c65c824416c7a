import pytest
from owkai_client import (
    ActionDeniedError,
    AuthorizedAgent,
    DecisionTimeoutError,
    ForbiddenError,
    OWKAIError,
    UnexpectedAnswerError,
)

REQUEST = {
    "action_type": "data_access",
    "description": "Look up a customer",
    "tool_name": "customer_database",
}


@pytest.fixture
def agent(client):
    return AuthorizedAgent("agent-1", "Agent One", client, timeout=5, poll_interval=0.01)


@pytest.fixture
def done():
    calls = []

    def act():
        calls.append("acted")
        return {"customer": "12345"}

    act.calls = calls
    return act


def paths(portal):
    return [asked.path for asked in portal.asked]


def test_it_works(agent, portal, done):
    hints = {"context": {"ticket_id": "4521"}, "risk_indicators": {"pii_involved": True}}
    result = agent.execute_with_authorization(**REQUEST, execute_fn=done, resource="customer_profiles", **hints)
    assert result == {"customer": "12345"}
    assert done.calls == ["acted"]
    assert portal.asked[0].json == {
        "agent_id": "agent-1",
        "agent_name": "Agent One",
        "resource": "customer_profiles",
        **REQUEST,
        **hints,
    }
    assert paths(portal)[1:] == ["/api/agent-action/5/complete"]
    assert portal.asked[1].json["result"] == {"has_result": True}  # never the result itself
    assert portal.asked[1].json["duration_ms"] >= 0


def test_client_from_the_environment(monkeypatch, portal, says):
    monkeypatch.setenv("OWKAI_API_URL", portal.url)
    monkeypatch.setenv("OWKAI_API_KEY", says.key)
    agent = AuthorizedAgent(agent_id="agent-1", agent_name="Agent One")
    assert agent.client.api_url == portal.url


def test_approved_by_a_person(agent, portal, says, done):
    portal.then(says.reply(says.pending), says.reply(says.pending))
    assert agent.execute_with_authorization(**REQUEST, execute_fn=done) == {"customer": "12345"}
    assert paths(portal)[1:] == ["/api/agent-action/status/5"] * 2 + ["/api/agent-action/5/complete"]


@pytest.mark.parametrize("waited", [False, True])
def test_denied(agent, portal, says, done, waited):
    portal.then(*[says.reply(says.pending)] * waited, says.reply(says.rejected))
    with pytest.raises(PermissionError, match="Action 5 is not approved: Not on a Friday") as caught:
        agent.execute_with_authorization(**REQUEST, execute_fn=done)
    assert isinstance(caught.value, ActionDeniedError)
    assert caught.value.answer["decision"] == "denied"
    assert done.calls == []
    assert len(portal.asked) == 1 + waited


@pytest.mark.parametrize("waited", [False, True])
@pytest.mark.parametrize("told", [False, True])
def test_already_executed_is_not_executed_again(agent, portal, says, done, waited, told):
    executed = says.executed if told else {"id": 5, "status": "executed", "decision": "approved"}
    portal.then(*[says.reply(says.pending)] * waited, says.reply(executed))
    with pytest.raises(ActionDeniedError, match="it is executed"):
        agent.execute_with_authorization(**REQUEST, execute_fn=done)
    assert done.calls == []


def test_nobody_decides(agent, portal, says, done):
    agent.timeout = 0.05
    portal.usual = says.reply(says.pending)
    with pytest.raises(TimeoutError) as caught:
        agent.execute_with_authorization(**REQUEST, execute_fn=done)
    assert isinstance(caught.value, DecisionTimeoutError)
    assert done.calls == []


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda says: says.raw(b""), ConnectionError),
        (lambda says: says.reply({}, 503), OWKAIError),
        (lambda says: says.reply(b"<html>approved"), UnexpectedAnswerError),
        (lambda says: says.reply({"detail": "Forbidden: scope"}, 403), ForbiddenError),
        (lambda says: says.reply({**says.approved, "execution_allowed": False}), ActionDeniedError),
    ],
)
def test_no_clear_yes_no_action(agent, portal, says, done, spoil, error):
    portal.usual = spoil(says)
    with pytest.raises(error):
        agent.execute_with_authorization(**REQUEST, execute_fn=done)
    assert done.calls == []


def test_failure_is_reported_and_raised(agent, portal):
    def act():
        raise KeyError("no such customer")

    with pytest.raises(KeyError, match="no such customer"):
        agent.execute_with_authorization(**REQUEST, execute_fn=act)
    assert portal.asked[1].path == "/api/agent-action/5/fail"
    assert portal.asked[1].json["error"] == "KeyError: 'no such customer'"


def test_interruption_is_reported_too(agent, portal):
    def act():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        agent.execute_with_authorization(**REQUEST, execute_fn=act)
    assert portal.asked[1].path == "/api/agent-action/5/fail"


def test_report_that_fails_changes_nothing(agent, portal, says, done, caplog):
    portal.then(says.reply(says.approved), says.reply({"detail": "no"}, 409))
    assert agent.execute_with_authorization(**REQUEST, execute_fn=done) == {"customer": "12345"}
    assert "The outcome of action 5 could not be reported: API Error: no" in caplog.text


def test_misspelt_hint_is_not_dropped(agent, portal, done):
    with pytest.raises(TypeError, match="risk_indicator"):
        agent.execute_with_authorization(**REQUEST, execute_fn=done, risk_indicator={"pii_involved": True})
    assert portal.asked == []
    assert done.calls == []

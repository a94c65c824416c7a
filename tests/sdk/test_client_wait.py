import time

import pytest
from owkai_client import (
    AuthenticationError,
    DecisionTimeoutError,
    InvalidActionError,
    NotFoundError,
    OWKAIClient,
    UnexpectedAnswerError,
)


def test_it_works(client, portal, says):
    portal.then(says.reply(says.pending), says.reply(says.pending))
    final = client.wait_for_decision(action_id=5, timeout=5, poll_interval=0.01)
    assert (final["decision"], final["status"], final["reason"]) == (
        "approved",
        "approved",
        "Risk 35 is below 70",
    )
    assert [asked.path for asked in portal.asked] == ["/api/agent-action/status/5"] * 3


def test_rejected_by_a_person(client, portal, says):
    portal.then(says.reply(says.pending), says.reply(says.rejected))
    final = client.wait_for_decision("5", timeout=5, poll_interval=0.01)
    assert (final["decision"], final["status"]) == ("denied", "rejected")
    assert final["reason"] == final["error"] == "Not on a Friday"


def test_executed_ends_the_wait(client, portal, says):
    portal.usual = says.reply(says.executed)
    final = client.wait_for_decision(5)
    assert (final["decision"], final["status"]) == ("approved", "executed")


def test_escalation_is_still_waiting(client, portal, says):
    escalated = {**says.pending, "state": "escalated", "metadata": {"raw_status": "escalated"}}
    portal.then(says.reply(escalated), says.reply(escalated))
    assert client.wait_for_decision(5, poll_interval=0.01)["decision"] == "approved"


def test_time_out_words(client, portal, says):
    portal.usual = says.reply(says.pending)
    final = client.wait_for_decision(5, timeout=0.1, poll_interval=0.02)
    assert (final["decision"], final["status"]) == ("timeout", "timeout")
    assert final["action_id"] == final["id"] == 5
    # The guide's program prints "Action denied: <reason>", its helper snippet "Action not approved: <error>".
    sentence = "no decision within 0.1 seconds; the action is still waiting for a reviewer"
    assert final["reason"] == final["error"] == sentence


def test_time_out_as_an_exception(client, portal, says):
    portal.usual = says.reply(says.pending)
    with pytest.raises(TimeoutError, match="Action 5: no decision within 0 seconds") as caught:
        client.wait_for_decision(5, timeout=0, raise_on_timeout=True)
    assert isinstance(caught.value, DecisionTimeoutError)
    assert caught.value.answer["decision"] == "timeout"


def test_zero_seconds_ask_once(client, portal, says):
    portal.usual = says.reply(says.pending)
    assert client.wait_for_decision(5, timeout=0)["decision"] == "timeout"
    assert len(portal.asked) == 1


def test_decision_during_the_last_pause_is_not_missed(client, portal, says):
    portal.then(says.reply(says.pending))
    started = time.monotonic()
    assert client.wait_for_decision(5, timeout=0.2, poll_interval=60)["decision"] == "approved"
    assert 0.2 <= time.monotonic() - started < 2


def test_time_out_is_kept_when_the_portal_hangs(portal, says):
    portal.usual = says.silence(3)
    with OWKAIClient(portal.url, says.key, timeout=30) as client:
        started = time.monotonic()
        final = client.wait_for_decision(5, timeout=0.2, poll_interval=0.01)
    assert time.monotonic() - started < 2.5
    assert final["decision"] == "timeout"
    assert "the last question failed" in final["reason"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_troubles_do_not_end_the_wait(client, portal, says, status):
    portal.then(says.reply(says.pending), says.reply(b"<html>", status), says.raw(b""), says.reply({}, status))
    assert client.wait_for_decision(5, timeout=5, poll_interval=0.01)["decision"] == "approved"
    assert len(portal.asked) == 5


def test_portal_lost_for_good(client, portal, says):
    portal.usual = says.raw(b"")
    final = client.wait_for_decision(5, timeout=0.1, poll_interval=0.02)
    assert final["decision"] == "timeout"
    assert "the last question failed" in final["reason"]
    assert "broke off" in final["reason"]


def test_portal_asks_for_a_slower_pace(client, portal, says):
    portal.then(says.reply({}, 429, {"Retry-After": "1"}))
    started = time.monotonic()
    assert client.wait_for_decision(5, timeout=5, poll_interval=0.01)["decision"] == "approved"
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (404, NotFoundError)])
def test_refusals_end_the_wait_at_once(client, portal, says, status, error):
    portal.then(says.reply(says.pending), says.reply({"detail": "no"}, status))
    with pytest.raises(error):
        client.wait_for_decision(5, timeout=60, poll_interval=0.01)
    assert len(portal.asked) == 2


def test_portal_cannot_say_timeout_itself(client, portal, says):
    portal.then(says.reply({"id": 5, "status": "timeout", "decision": "timeout"}))
    with pytest.raises(UnexpectedAnswerError):
        client.wait_for_decision(5)


@pytest.mark.parametrize("times", [(-1, 1), (float("nan"), 1), (1, 0), (1, -1), (1, float("nan"))])
def test_impossible_times(client, portal, times):
    with pytest.raises(ValueError, match="timeout must be"):
        client.wait_for_decision(5, *times)
    assert portal.asked == []


def test_an_edited_action_is_denied_and_says_what_was_changed(client, portal, says):
    changes = [{"path": "/action_details/amount", "before": 5, "after": 4}]
    edited = {**says.rejected, "state": "changes_requested", "superseded_by": 6, "changes": changes}
    portal.then(says.reply(says.pending), says.reply(edited))
    final = client.wait_for_decision(5, timeout=5, poll_interval=0.01)
    assert (final["decision"], final["superseded_by"], final["changes"]) == ("denied", 6, changes)
    # It does not follow by itself.
    assert [asked.path for asked in portal.asked] == ["/api/agent-action/status/5"] * 2


def test_submitting_in_the_place_of_another(client, portal):
    client.submit_action(agent_id="a", agent_name="A", action_type="query", supersedes=5)
    assert portal.asked[0].json["supersedes"] == 5
    with pytest.raises(InvalidActionError, match="supersedes must be the number of an action"):
        client.submit_action(agent_id="a", agent_name="A", action_type="query", supersedes="5")
    assert len(portal.asked) == 1

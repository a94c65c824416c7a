"""Withdrawing an action."""

import pytest
from owkai_client import ConflictError, NotFoundError, UnexpectedAnswerError

CANCELLED = {"id": 5, "action_id": 5, "status": "rejected", "decision": "denied", "state": "cancelled"}


def test_it_says_why_and_returns_the_answer(client, portal, says):
    portal.then(says.reply({**CANCELLED, "reason": "Called off."}))
    answer = client.cancel(5, "Called off.")
    assert (answer["status"], answer["decision"], answer["error"]) == ("rejected", "denied", "Called off.")
    (asked,) = portal.asked
    assert (asked.method, asked.path, asked.json) == ("POST", "/api/agent-action/5/cancel", {"reason": "Called off."})


def test_without_a_reason(client, portal, says):
    portal.then(says.reply(CANCELLED))
    client.cancel("5")
    assert portal.asked[0].json == {}


def test_too_late(client, portal, says):
    portal.then(says.reply({"detail": "Action 5 is executed."}, 409), says.reply({"detail": "Not Found."}, 404))
    with pytest.raises(ConflictError, match="is executed"):
        client.cancel(5)
    with pytest.raises(NotFoundError):
        client.cancel(6)


@pytest.mark.parametrize("answer", [{}, {**CANCELLED, "id": 6, "action_id": 6}, {**CANCELLED, "approved": True}])
def test_an_answer_that_is_none(client, portal, says, answer):
    portal.then(says.reply(answer))
    with pytest.raises(UnexpectedAnswerError):
        client.cancel(5)


@pytest.mark.parametrize("action_id", ["../5", "5/approve", True, None])
def test_no_other_path(client, portal, action_id):
    with pytest.raises(ValueError, match="action_id"):
        client.cancel(action_id)
    assert not portal.asked

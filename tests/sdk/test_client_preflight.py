"""preflight: asks what a submission would be told, and can never be taken for a permission."""

import pytest
from owkai_client import (
    AgentAction,
    InvalidActionError,
    InvalidRequestError,
    NotFoundError,
    UnexpectedAnswerError,
)

from tests.sdk.test_client_readme import PROGRAMS

ADDRESS = "/api/authorization/agent-action/preflight"
NO_PERMISSION = {"id": None, "action_id": None, "preflight": True, "approved": False, "execution_allowed": False}


def asked(status, decision, **more):
    """A preflight's answer, as the portal gives it."""
    own = ("would_be_approved",) * 2 if decision == "approved" else (status, decision)
    return {
        **NO_PERMISSION,
        "status": own[0],
        "decision": own[1],
        "would_be": {"status": status, "decision": decision},
        "risk_score": 35.0,
        "reason": "Because.",
        **more,
    }


ANSWERS = {
    "approved": asked("approved", "approved"),
    "pending": asked("pending_approval", "pending"),
    "denied": asked("rejected", "denied"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_it_works(client, portal, says, fields, name):
    portal.then(says.reply(ANSWERS[name]))
    told = client.preflight(AgentAction(**fields))
    assert told == ANSWERS[name]
    assert told["would_be"]["decision"] == name
    (question,) = portal.asked
    assert (question.method, question.path, question.json) == ("POST", ADDRESS, fields)
    assert "Idempotency-Key" not in question.headers


def test_keywords_do_as_well(client, portal, says, fields):
    portal.then(says.reply(ANSWERS["pending"]))
    assert client.preflight(**fields)["would_be"]["status"] == "pending_approval"


def test_a_denial_never_prints_none(client, portal, says, fields):
    portal.then(says.reply(ANSWERS["denied"] | {"reason": None}))
    assert client.preflight(**fields)["reason"] == "no reason was given"


APPROVED = ANSWERS["approved"]
MISLEADING = {
    "a submission's answer": {"id": 5, "action_id": 5, "status": "approved", "decision": "approved"},
    "preflight missing": {name: value for name, value in APPROVED.items() if name != "preflight"},
    "preflight false": APPROVED | {"preflight": False},
    "preflight text": APPROVED | {"preflight": "true"},
    "an id": APPROVED | {"id": 5},
    "an action_id": APPROVED | {"action_id": 0},
    "approved": APPROVED | {"approved": True},
    "approved missing": {name: value for name, value in APPROVED.items() if name != "approved"},
    "execution allowed": APPROVED | {"execution_allowed": True},
    "execution_allowed null": APPROVED | {"execution_allowed": None},
    "its own status approves": APPROVED | {"status": "approved"},
    "its own decision approves": APPROVED | {"decision": "approved"},
    "a wait called approved": ANSWERS["pending"] | {"status": "approved"},
    "would_be missing": {name: value for name, value in APPROVED.items() if name != "would_be"},
    "would_be a word": APPROVED | {"would_be": "approved"},
    "would_be empty": APPROVED | {"would_be": {}},
    "would_be unknown": APPROVED | {"would_be": {"status": "allowed", "decision": "allowed"}},
    "would_be contradicts itself": APPROVED | {"would_be": {"status": "rejected", "decision": "approved"}},
    "would_be contradicts the rest": APPROVED | {"would_be": {"status": "rejected", "decision": "denied"}},
    "a denial that would be approved": ANSWERS["denied"] | {"would_be": APPROVED["would_be"]},
}


@pytest.mark.parametrize("name", MISLEADING)
def test_what_could_be_taken_for_a_permission_raises(client, portal, says, fields, name):
    portal.then(says.reply(MISLEADING[name]))
    with pytest.raises(UnexpectedAnswerError):
        client.preflight(**fields)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_preflight_is_no_answer_to_a_submission(client, portal, says, fields, name):
    """The other way round: whatever answers a submission with a preflight has not taken it."""
    portal.then(says.reply(ANSWERS[name]))
    with pytest.raises(UnexpectedAnswerError):
        client.submit_action(**fields)


@pytest.mark.parametrize(("status", "error"), [(422, InvalidRequestError), (404, NotFoundError)])
def test_refusals_raise(client, portal, says, fields, status, error):
    """404 is what a portal older than preflight says."""
    portal.then(says.reply({"detail": "No."}, status))
    with pytest.raises(error, match="No"):
        client.preflight(**fields)


def test_wrong_use_sends_nothing(client, portal, fields):
    with pytest.raises(TypeError, match="give preflight an AgentAction or its fields"):
        client.preflight(AgentAction(**fields), description="d")
    with pytest.raises(TypeError, match="preflight takes an AgentAction, not dict"):
        client.preflight(fields)
    with pytest.raises(InvalidActionError):
        client.preflight(**{**fields, "agent_id": " "})
    assert portal.asked == []


def test_a_busy_portal_is_asked_again(client, portal, says, fields):
    portal.then(says.reply({"detail": "Later."}, 503), says.reply(ANSWERS["pending"]))
    assert client.preflight(**fields)["would_be"]["decision"] == "pending"
    assert len(portal.asked) == 2


def test_the_readmes_program_runs(monkeypatch, portal, says, capsys):
    monkeypatch.setenv("OWKAI_API_URL", portal.url)
    monkeypatch.setenv("OWKAI_API_KEY", says.key)
    portal.then(says.reply(ANSWERS["pending"]))
    (program,) = [text for text in PROGRAMS if "preflight" in text]
    exec(program, {})
    assert capsys.readouterr().out == "A person would have to decide: Because.\n"

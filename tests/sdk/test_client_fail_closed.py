"""Whatever is unclear is an error. No row of these tables may come back as an answer."""

import json

import pytest
from owkai_client import ActionDeniedError, OWKAIClient, OWKAIError, UnexpectedAnswerError

OK = {"id": 5, "status": "approved", "decision": "approved"}


def _without(name):
    return {key: value for key, value in OK.items() if key != name}


UNTRUSTWORTHY_BODIES = {
    "html": b"<html>approved</html>",
    "empty": b"",
    "null": b"null",
    "true": b"true",
    "word": b'"approved"',
    "list": json.dumps([OK]).encode(),
    "list of nothing": b"[]",
    "cut json": json.dumps(OK).encode()[:-1],
    "two objects": json.dumps(OK).encode() * 2,
    "member twice": b'{"id": 5, "status": "rejected", "status": "approved"}',
    "nested member twice": b'{"id": 5, "status": "approved", "metadata": {"a": 1, "a": 2}}',
    "nan": b'{"id": 5, "status": "approved", "risk_score": NaN}',
    "not utf-8": b'{"id": 5, "status": "approved", "reason": "\xff"}',
    "utf-16": json.dumps(OK).encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(OK).encode(),
    "too deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}

UNTRUSTWORTHY_OBJECTS = {
    "empty": {},
    "no words": {"id": 5},
    "no id": _without("id"),
    "null id": {**OK, "id": None},
    "empty id": {**OK, "id": ""},
    "boolean id": {**OK, "id": True},
    "fractional id": {**OK, "id": 5.0},
    "ids differ": {**OK, "action_id": 6},
    "null action_id": {**OK, "action_id": None},
    "null decision": {**OK, "decision": None},
    "null status": {**OK, "status": None},
    "boolean decision": {**OK, "decision": True},
    "object decision": {**OK, "decision": {"decision": "approved"}},
    "list status": {**OK, "status": ["approved"]},
    "number status": {**OK, "status": 1},
    "capitals": {**OK, "status": "Approved", "decision": "Approved"},
    "space": {**OK, "status": "approved "},
    "unknown status": {**OK, "status": "auto_approved"},
    "unknown status alone": {"id": 5, "status": "allowed"},
    "unknown decision": {**OK, "decision": "allowed"},
    "unknown decision alone": {"id": 5, "decision": "allow"},
    "time-out word from outside": {"id": 5, "status": "timeout", "decision": "timeout"},
    "status against decision": {**OK, "status": "rejected"},
    "decision against status": {**OK, "decision": "denied"},
    "pending but approved": {**OK, "status": "pending_approval"},
    "executed but pending": {**OK, "status": "executed", "decision": "pending"},
    "approved false": {**OK, "approved": False},
    "approved text": {**OK, "approved": "true"},
    "approved null": {**OK, "approved": None},
    "approved number": {**OK, "approved": 1},
    "success false": {**OK, "success": False},
    "execution_allowed text": {**OK, "execution_allowed": "yes"},
    "execution_allowed null": {**OK, "execution_allowed": None},
    "requires_approval text": {**OK, "requires_approval": "false"},
    "pending yet allowed": {"id": 5, "status": "pending_approval", "execution_allowed": True},
    "denied yet approved": {"id": 5, "status": "rejected", "approved": True},
}

CALLS = {
    "submit": lambda client, fields: client.submit_action(**fields),
    "status": lambda client, fields: client.get_action_status(5),
    "details": lambda client, fields: client.get_action_details(5),
    "wait": lambda client, fields: client.wait_for_decision(5, timeout=5, poll_interval=0.01),
}


@pytest.fixture(params=CALLS)
def call(request):
    return CALLS[request.param]


def test_the_answer_the_tables_spoil_is_fine_as_it_is(client, portal, says, fields, call):
    portal.then(says.reply(OK))
    assert call(client, fields)["decision"] == "approved"


@pytest.mark.parametrize("name", UNTRUSTWORTHY_BODIES)
def test_untrustworthy_body(client, portal, says, fields, call, name):
    portal.then(says.reply(UNTRUSTWORTHY_BODIES[name]))
    with pytest.raises(UnexpectedAnswerError):
        call(client, fields)
    assert len(portal.asked) == 1


@pytest.mark.parametrize("name", UNTRUSTWORTHY_OBJECTS)
def test_untrustworthy_object(client, portal, says, fields, call, name):
    portal.then(says.reply(UNTRUSTWORTHY_OBJECTS[name]))
    with pytest.raises(UnexpectedAnswerError):
        call(client, fields)


@pytest.mark.parametrize("status", [203, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 399])
def test_status_that_is_no_plain_success(client, portal, says, fields, call, status):
    elsewhere = {"Location": portal.url + "/elsewhere"}
    portal.then(says.reply(OK if status not in (204, 304) else b"", status, elsewhere, close=True))
    with pytest.raises(UnexpectedAnswerError):
        call(client, fields)
    assert len(portal.asked) == 1  # a redirect is not followed


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 423])
def test_refusal_with_an_approving_body(client, portal, says, fields, call, status):
    portal.then(says.reply(OK, status))
    with pytest.raises(OWKAIError):
        call(client, fields)
    assert len(portal.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 501, 502, 503, 504, 599])
def test_trouble_with_an_approving_body(client, portal, says, fields, status):
    portal.usual = says.reply(OK, status)
    for call in (CALLS["submit"], CALLS["status"], CALLS["details"]):
        with pytest.raises(OWKAIError):
            call(client, fields)
    final = client.wait_for_decision(5, timeout=0.05, poll_interval=0.01)
    assert final["decision"] == "timeout"


def _length(body, length):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body


BROKEN_TRANSPORTS = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "half the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "truncated body": _length(json.dumps(OK).encode(), 500),
    "truncated body that parses": _length(json.dumps(OK).encode() + b" ", len(json.dumps(OK)) + 2),
    "truncated chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + json.dumps(OK).encode(),
    "chunks without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n"
    % (len(json.dumps(OK)), json.dumps(OK).encode()),
    "not http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "unbounded and cut": b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(OK).encode()[:-5],
    "too large": _length(b"", 5_000_000_000),
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
}


@pytest.mark.parametrize("name", BROKEN_TRANSPORTS)
def test_broken_transport(client, portal, says, fields, name):
    portal.usual = says.raw(BROKEN_TRANSPORTS[name])
    for call in (CALLS["submit"], CALLS["status"], CALLS["details"]):
        with pytest.raises(OWKAIError):
            call(client, fields)


def test_announced_size_is_refused_unread(client, portal, says, fields):
    portal.usual = says.raw(BROKEN_TRANSPORTS["too large"])
    with pytest.raises(UnexpectedAnswerError, match="was not read"):
        client.submit_action(**fields)


def test_answer_that_never_ends_is_refused(client, portal, says, fields, monkeypatch):
    from owkai_client import connections

    monkeypatch.setattr(connections, "LARGEST_ANSWER", 100)
    portal.usual = says.raw(b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(OK).encode() + b" " * 200)
    with pytest.raises(UnexpectedAnswerError, match="larger"):
        client.submit_action(**fields)


@pytest.mark.parametrize("name", ["status", "details", "wait"])
def test_answer_about_another_action(client, portal, says, fields, name):
    portal.then(says.reply({**OK, "id": 6}))
    with pytest.raises(UnexpectedAnswerError, match="another action"):
        CALLS[name](client, fields)


def test_nobody_listens(says, fields):
    import socket

    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        with OWKAIClient(f"http://127.0.0.1:{taken.getsockname()[1]}", says.key) as client:
            for name in ("submit", "status", "details"):
                with pytest.raises(ConnectionError):
                    CALLS[name](client, fields)
            assert client.wait_for_decision(5, timeout=0, poll_interval=0.01)["decision"] == "timeout"


def test_no_answer_in_time(portal, says, fields):
    portal.usual = says.silence(1)
    with OWKAIClient(portal.url, says.key, timeout=0.1) as client:
        for name in ("submit", "status", "details"):
            with pytest.raises(TimeoutError):
                CALLS[name](client, fields)


@pytest.mark.parametrize("name", ["submit", "wait"])
def test_approved_but_not_to_be_executed_now(client, portal, says, fields, name):
    """Programs in the guide's manner look at the one word only, so they must not get it."""
    portal.then(says.reply({**OK, "execution_allowed": False, "reason": "another worker holds the grant"}))
    with pytest.raises(ActionDeniedError, match="another worker holds the grant") as caught:
        CALLS[name](client, fields)
    assert isinstance(caught.value, PermissionError)
    assert caught.value.answer["id"] == 5


def test_status_still_reports_an_approval_in_use(client, portal, says):
    portal.then(says.reply({**OK, "execution_allowed": False, "state": "executing"}))
    assert client.get_action_status(5)["execution_allowed"] is False


@pytest.mark.parametrize("action_id", ["../health", "5/complete", "5?x=1", "", "5\n", "%35", True, None, 5.0, -1.5])
def test_id_that_would_lead_elsewhere(client, portal, action_id):
    for call in (client.get_action_status, client.get_action_details, client.wait_for_decision):
        with pytest.raises(ValueError, match="action_id"):
            call(action_id)
    assert portal.asked == []

"""Asking again must never make a second action, and never when the portal has said no."""

import time
from email.utils import formatdate

import pytest
from owkai_client import (
    OWKAIClient,
    PortalUnreachableError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
    retries,
)


def keys(portal):
    return [asked.headers["Idempotency-Key"] for asked in portal.asked]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_not_now_is_asked_again_with_the_same_key_and_bytes(client, portal, says, fields, status):
    portal.then(says.reply(b"<html>busy</html>", status), says.reply({"detail": "busy"}, status))
    assert client.submit_action(**fields)["decision"] == "approved"
    assert len(portal.asked) == 3
    assert len(set(keys(portal))) == 1
    assert len({asked.body for asked in portal.asked}) == 1


@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"])
def test_lost_answer_is_asked_again_with_the_same_key(client, portal, says, fields, cut):
    portal.then(says.raw(cut), says.raw(cut))
    assert client.submit_action(**fields)["decision"] == "approved"
    assert len(portal.asked) == 3
    assert len(set(keys(portal))) == 1


def test_storm_ends(client, portal, says, fields):
    portal.usual = says.reply({"detail": "Service Unavailable"}, 503)
    with pytest.raises(ServerError, match="API Error: Service Unavailable"):
        client.submit_action(**fields)
    assert len(portal.asked) == 3
    assert len(set(keys(portal))) == 1


def test_storm_of_lost_answers_ends(client, portal, says, fields):
    portal.usual = says.raw(b"")
    with pytest.raises(PortalUnreachableError):
        client.submit_action(**fields)
    assert len(portal.asked) == 3
    assert len(set(keys(portal))) == 1


@pytest.mark.parametrize("count", [0, 1, 5])
def test_number_of_attempts_is_the_callers(portal, says, fields, count):
    portal.usual = says.reply(b"", 503)
    with OWKAIClient(portal.url, says.key, retries=count) as client, pytest.raises(ServerError):
        client.submit_action(**fields)
    assert len(portal.asked) == count + 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 501])
def test_refusals_are_final(client, portal, says, fields, status):
    portal.usual = says.reply({"detail": "no"}, status, {"Retry-After": "0"})
    with pytest.raises(Exception, match="API Error: no"):
        client.submit_action(**fields)
    assert len(portal.asked) == 1


def test_untrustworthy_answers_are_final(client, portal, says, fields):
    portal.usual = says.reply(b"<html>")
    with pytest.raises(UnexpectedAnswerError):
        client.submit_action(**fields)
    assert len(portal.asked) == 1


def test_reports_and_questions_are_asked_again_too(client, portal, says):
    portal.then(says.reply(b"", 503))
    client.complete_action(5)
    portal.then(says.reply(b"", 503))
    client.get_action_status(5)
    portal.then(says.raw(b""))
    client.get_action_details(5)
    assert len(portal.asked) == 6
    assert portal.asked[0].body == portal.asked[1].body


def test_short_retry_after_is_waited_for(client, portal, says, fields):
    portal.then(says.reply({"detail": "slow"}, 429, {"Retry-After": "1"}))
    started = time.monotonic()
    client.submit_action(**fields)
    assert time.monotonic() - started >= 1


def test_long_retry_after_is_told_not_slept_through(portal, says, fields):
    portal.usual = says.reply({"detail": "slow"}, 429, {"Retry-After": "60"})
    started = time.monotonic()
    with OWKAIClient(portal.url, says.key, timeout=300) as client, pytest.raises(RateLimitedError) as caught:
        client.submit_action(**fields)
    assert time.monotonic() - started < 1
    assert caught.value.retry_after == 60
    assert len(portal.asked) == 1


def test_no_attempt_begins_after_the_deadline(portal, says, fields, monkeypatch):
    monkeypatch.setattr(retries, "FIRST_PAUSE", 10)
    portal.usual = says.reply(b"", 503)
    with OWKAIClient(portal.url, says.key, timeout=1) as client, pytest.raises(ServerError):
        started = time.monotonic()
        client.submit_action(**fields)
    assert time.monotonic() - started < 1
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 400, 999_999_999),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2001 00:00:00 -0000", 0),
        ("Mon, 99 Jan 2001 00:00:00 GMT", None),
    ],
)
def test_reading_retry_after(text, seconds):
    assert retries.retry_after(retries.Reply(429, "", {"Retry-After": text}, b"")) == seconds


def test_reading_retry_after_as_a_date():
    date = formatdate(time.time() + 30, usegmt=True)
    assert 28 <= retries.retry_after(retries.Reply(429, "", {"Retry-After": date}, b"")) <= 30


def test_pauses_grow():
    pauses = [retries._backoff(done) / retries.FIRST_PAUSE for done in range(4)]
    assert all(0.75 * 2**n <= pause <= 1.25 * 2**n for n, pause in enumerate(pauses))

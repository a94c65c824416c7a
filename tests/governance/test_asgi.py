"""The dispatcher: bodies before threads, whole answers, and what WSGI sees of a request; over real connections."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from governance.errors import BodyTooLarge
from governance.settings import WEB_THREADS
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.portal import LivePortal

pytestmark = pytest.mark.live
BODY = json.dumps(GUIDE_EXAMPLE).encode()


@pytest.fixture
def line(live_portal: LivePortal) -> Iterator[http.client.HTTPConnection]:
    """One connection to the portal."""
    connection = http.client.HTTPConnection("127.0.0.1", live_portal.port, timeout=10)
    yield connection
    connection.close()


def headers(portal: LivePortal, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {portal.key}", "Content-Type": "application/json", **more}


def test_it_works(live_portal, line):
    for _ in range(2):  # on the same connection
        line.request("POST", SUBMIT, BODY, headers(live_portal))
        answer = line.getresponse()
        content = answer.read()
        assert (answer.status, json.loads(content)["status"]) == (200, "approved")
        assert answer.headers["Content-Length"] == str(len(content))


def test_a_body_in_chunks_is_a_body(live_portal, line):
    line.request("POST", SUBMIT, iter([BODY[:50], BODY[50:]]), headers(live_portal), encode_chunked=True)
    assert line.getresponse().status == 200


def test_a_body_in_chunks_is_limited_too(live_portal, line):
    spaces = iter([b" " * 16_384] * 5)
    line.request("POST", SUBMIT, spaces, headers(live_portal), encode_chunked=True)
    answer = line.getresponse()
    assert (answer.status, json.loads(answer.read())["error_code"]) == (BodyTooLarge.status, BodyTooLarge.code)


def test_bodies_that_trickle_hold_nobody_up(live_portal, line):
    """More unfinished sign-ins than there are threads, each with a cookie that makes Django read its form."""
    line.request("GET", "/accounts/login/")
    answer = line.getresponse()
    answer.read()
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    unfinished = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:{live_portal.port}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin="
    )
    sockets = [socket.create_connection(("127.0.0.1", live_portal.port)) for _ in range(2 * WEB_THREADS)]
    for slow in sockets:
        slow.sendall(unfinished.encode())
    line.request("POST", SUBMIT, BODY, headers(live_portal))
    assert line.getresponse().status == 200
    for slow in sockets:
        slow.close()


def test_an_underscore_is_no_hyphen(live_portal, line):
    """A proxy in front removes what clients put into headers it sets itself, but only under their true names."""
    line.request("POST", SUBMIT, BODY, {"X_API_Key": live_portal.key, "Content-Type": "application/json"})
    assert line.getresponse().status == 401


def test_two_headers_of_one_name_are_not_one_key(live_portal, line):
    line.putrequest("POST", SUBMIT)
    for name, value in headers(live_portal, **{"Content-Length": str(len(BODY))}).items():
        line.putheader(name, value)
    line.putheader("Authorization", f"Bearer {live_portal.key}")
    line.endheaders(BODY)
    assert line.getresponse().status == 401


def test_pages_streams_and_files_arrive(live_portal, line):
    for path, kind in (("/accounts/login/", "text/html"), ("/static/foureyes/foureyes.css", "text/css")):
        line.request("GET", path)
        answer = line.getresponse()
        assert (answer.status, answer.headers.get_content_type()) == (200, kind)
        assert len(answer.read()) > 500

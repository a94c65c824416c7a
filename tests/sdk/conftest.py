"""A portal made of a script: it answers what a test tells it to, and remembers what it was asked."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sdk"))

from owkai_client import OWKAIClient, retries

KEY = "owkai_TestKeyOfTheClientTests0123456789"

APPROVED = {
    "id": 5,
    "action_id": 5,
    "agent_id": "agent-1",
    "status": "approved",
    "decision": "approved",
    "risk_score": 35.0,
    "risk_level": "low",
    "requires_approval": False,
    "alert_triggered": False,
    "approved": True,
    "execution_allowed": True,
    "success": True,
    "message": "Action processed through platform workflow - Risk: 35.0",
    "reason": "Risk 35 is below 70",
}
PENDING = {
    **APPROVED,
    "status": "pending_approval",
    "decision": "pending",
    "risk_score": 85.0,
    "risk_level": "high",
    "requires_approval": True,
    "approved": False,
    "execution_allowed": False,
    "reason": "Human review required: risk 85 >= 70",
}
REJECTED = {
    **APPROVED,
    "status": "rejected",
    "decision": "denied",
    "approved": False,
    "execution_allowed": False,
    "reason": "Not on a Friday",
}
EXECUTED = {**APPROVED, "status": "executed", "execution_allowed": False}


class Asked:
    """One request the portal received."""

    def __init__(self, handler, body):
        self.method, self.path = handler.command, handler.path
        self.headers, self.body = handler.headers, body
        self.connection = handler.client_address

    @property
    def json(self):
        return json.loads(self.body)


class ScriptedPortal:
    """Gives the scripted answers in turn, then the usual one for ever."""

    def __init__(self):
        self.asked: list[Asked] = []
        self.script: list = []
        self.usual = reply(APPROVED)
        self.finished = threading.Event()
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:  # the client gave up, as some tests want it to
                    self.close_connection = True

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                portal.asked.append(Asked(self, body))
                (portal.script.pop(0) if portal.script else portal.usual)(self)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def then(self, *replies):
        self.script.extend(replies)
        return self

    def close(self):
        self.finished.set()
        self.server.shutdown()
        self.server.server_close()


def reply(body=None, status=200, headers=(), *, close=False):
    """An ordinary answer: a dictionary becomes JSON, bytes go as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler):
        handler.send_response(status)
        for name, value in dict(headers).items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(content)))
        if close:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b"" if status == 204 else content)

    return answer


def raw(content, *, pause=0.0):
    """These very bytes, `pause` seconds apart if that is not 0, then the connection is closed."""

    def answer(handler):
        handler.close_connection = True
        for piece in [content[i : i + 1] for i in range(len(content))] if pause else [content]:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def silence(seconds=1.0):
    """No answer at all for a while."""

    def answer(handler):
        time.sleep(seconds)
        handler.close_connection = True

    return answer


@pytest.fixture(autouse=True)
def quick_and_clean(monkeypatch):
    monkeypatch.setattr(retries, "FIRST_PAUSE", 0.01)
    for name in ("OWKAI_API_URL", "OWKAI_API_KEY", "OWKAI_ORG_SLUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def portal():
    scripted = ScriptedPortal()
    yield scripted
    scripted.close()


@pytest.fixture
def client(portal):
    with OWKAIClient(portal.url, KEY, timeout=5) as made:
        yield made


@pytest.fixture
def says():
    """The vocabulary of a scripted portal, without importing from a conftest."""

    class Says:
        key = KEY
        approved, pending, rejected, executed = APPROVED, PENDING, REJECTED, EXECUTED

    Says.reply, Says.raw, Says.silence = staticmethod(reply), staticmethod(raw), staticmethod(silence)
    return Says


@pytest.fixture
def fields():
    return {"agent_id": "agent-1", "agent_name": "Agent One", "action_type": "query", "resource": "customers"}

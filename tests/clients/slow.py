"""A proxy in front of a portal that holds back some of its answers, as a slow server or network does.

What a client sent has arrived and was acted upon; only the answer comes too late for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.support.portal import LivePortal

_HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding", "content-encoding"}


@dataclass
class Slow:
    """The proxy. `seen` are the requests in the order of their arrival, `answers` those of the portal."""

    base_url: str = ""
    hold_back: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    answers: list[requests.Response] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def correlation_ids(self) -> list[str]:
        """Those of the requests, in the order of their arrival."""
        return [headers["X-Correlation-ID"] for headers in self.seen]


@contextmanager
def slow_portal(portal: LivePortal, hold_back: int) -> Iterator[Slow]:
    """A proxy that holds back the first `hold_back` answers until it ends."""
    slow = Slow(hold_back=hold_back)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with slow.lock:
                slow.seen.append(dict(self.headers))
                late = len(slow.seen) <= slow.hold_back
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            answer = requests.request(self.command, portal.base_url + self.path, data=body, headers=headers, timeout=60)
            with slow.lock:
                slow.answers.append(answer)
            if late:
                slow.over.wait(30)
            self.reply(answer)

        do_GET = do_POST

        def reply(self, answer: requests.Response) -> None:
            try:
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)
            except OSError:
                self.close_connection = True  # it did not wait

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    slow.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield slow
    finally:
        slow.over.set()
        server.shutdown()
        thread.join()
        server.server_close()

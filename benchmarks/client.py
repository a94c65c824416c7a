"""The load, in a process of its own: a fixed number of requests over a few kept-alive connections.

Reads one job per line from standard input and answers with one line each, both JSON. Raw sockets, because an HTTP
library would need more processor time than the server it measures.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from typing import Any

TIMEOUT = 30.0  # seconds; a server that needs longer has failed


class Job:
    """Some requests, each of which one of a few connections sends once."""

    def __init__(self, port: int, connections: int, requests: list[str], expected: str):
        self.expected = expected.encode()
        self.waiting = iter([text.encode() for text in requests])
        self.lock = threading.Lock()
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self.last_body = b""
        self.sockets = [socket.create_connection(("127.0.0.1", port), TIMEOUT) for _ in range(connections)]

    def run(self) -> dict[str, Any]:
        """Send everything. Returns the seconds of the whole and of each request, and the last answer."""
        threads = [threading.Thread(target=self._send, args=(connection,)) for connection in self.sockets]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        for connection in self.sockets:
            connection.close()
        return {
            "seconds": seconds,
            "latencies": self.latencies,
            "errors": self.errors,
            "last_body": self.last_body.decode(),
        }

    def _send(self, connection: socket.socket) -> None:
        try:
            while (request := self._next()) is not None and not self.errors:
                began = time.perf_counter()
                head, body = exchange(connection, request)
                self.latencies.append(time.perf_counter() - began)
                if not head.startswith(b"http/1.1 200") or self.expected not in body:
                    raise ValueError(f"not the expected answer: {head!r} {body[:1000]!r}")
                self.last_body = body
        except Exception as exc:  # any failure ends the job and is told to whoever asked for it
            self.errors.append(repr(exc))

    def _next(self) -> bytes | None:
        with self.lock:
            return next(self.waiting, None)


def exchange(connection: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Send one request and read the whole answer: its head in lower case, and its body."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    head = head.lower()
    if b"\r\ntransfer-encoding: chunked" in head:
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += _more(connection)
        return head, body.partition(b"\r\n")[2].partition(b"\r\n")[0]  # what is measured fits one chunk
    length = int(head.partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return head, body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the server closed the connection")
    return received


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(Job(**json.loads(line)).run()), flush=True)

"""The load, in a process of its own: a fixed number of requests over a few keep-alive connections.

Reads one job per line from standard input and answers with one line each, both JSON. Raw sockets, because an HTTP
library would need more processor time than the server it measures.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

TIMEOUT = 30.0  # seconds; a server that needs longer has failed


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Send every request of a job once. Returns the seconds of the whole and of each request, and the last answer."""
    waiting = iter([text.encode() for text in job["requests"]])
    lock = threading.Lock()
    latencies: list[float] = []
    errors: list[str] = []
    answer = b""
    sockets = [socket.create_connection(("127.0.0.1", job["port"]), TIMEOUT) for _ in range(job["connections"])]

    def requests() -> Iterator[bytes]:
        while not errors:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            yield request

    def work(connection: socket.socket) -> None:
        nonlocal answer
        try:
            for request in requests():
                began = time.perf_counter()
                answer = exchange(connection, request)
                latencies.append(time.perf_counter() - began)
                if job["expected"].encode() not in answer:
                    raise ValueError(f"not the expected answer: {answer[:2000]!r}")
        except Exception as exc:  # any failure ends the run and is reported to whoever asked for it
            errors.append(repr(exc))

    threads = [threading.Thread(target=work, args=(connection,)) for connection in sockets]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for connection in sockets:
        connection.close()
    return {"seconds": seconds, "latencies": latencies, "errors": errors, "last": answer.decode()}


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send one request and read the whole answer: by its length, or up to the last chunk."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    head = head.lower()
    if b"\r\ntransfer-encoding: chunked" in head:
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += _more(connection)
    else:
        length = int(head.partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the server closed the connection")
    return received


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)

"""Interleaved rounds of four kinds of request against one server, and what each round cost."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.subject import Subject
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.environment import ROOT

CONNECTIONS = 8
_WARM_UP = 100  # requests of each kind that are not counted: they fill the caches a running portal has filled

# Sends requests to a portal's port; every answer must hold the given text.
Send = Callable[[int, list[str], str], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of request: its name, how to write number `n` of it, and a part of every right answer."""

    name: str
    request: Callable[[int], str]
    expected: str


@dataclass(frozen=True)
class Cost:
    """What one round cost, in milliseconds: per request by the clock and in processor time, and latencies."""

    clock: float
    server_cpu: float
    database_cpu: float
    p50: float
    p99: float

    @property
    def cpu(self) -> float:
        """Server and database together."""
        return self.server_cpu + self.database_cpu


def measure(subject: Subject, rounds: int, requests: int) -> dict[str, list[Cost]]:
    """The cost of each round, by kind; the first kind is the one the others are compared with."""
    with _client() as send:
        kinds = _kinds(subject, send)
        for kind in kinds:
            _round(subject, send, kind, 0, _WARM_UP)
        costs: dict[str, list[Cost]] = {kind.name: [] for kind in kinds}
        for number in range(1, rounds + 1):
            for kind in kinds:
                costs[kind.name].append(_round(subject, send, kind, number, requests))
    return costs


def _round(subject: Subject, send: Send, kind: Kind, number: int, requests: int) -> Cost:
    texts = [kind.request(100_000 * number + index) for index in range(requests)]
    server, database = subject.server_cpu(), subject.database_cpu()
    result = send(subject.portal.port, texts, kind.expected)
    server, database = subject.server_cpu() - server, subject.database_cpu() - database
    hundredths = statistics.quantiles(result["latencies"], n=100, method="inclusive")
    return Cost(
        clock=1000 * result["seconds"] / requests,
        server_cpu=1000 * server / requests,
        database_cpu=1000 * database / requests,
        p50=1000 * hundredths[49],
        p99=1000 * hundredths[98],
    )


def _kinds(subject: Subject, send: Send) -> list[Kind]:
    def submit(path: str, **fields: str) -> Callable[[int], str]:
        return lambda number: _request(subject, "POST", path, _example(number) | fields)

    pending = Kind("submit, pending", submit(SUBMIT, action_type="transaction"), '"status":"pending_approval"')
    first = json.loads(send(subject.portal.port, [pending.request(0)], pending.expected)["last_body"])
    poll = _request(subject, "GET", f"/api/v1/actions/{first['id']}/status")
    return [
        Kind("bare", submit("/api/bare/submit"), '"status":"approved"'),
        Kind("submit", submit(SUBMIT), '"status":"approved"'),
        pending,
        Kind("status poll", lambda number: poll, '"status":"pending_approval"'),
    ]


def _example(number: int) -> dict[str, str]:
    """The guide's first example, for another ticket each time, as different submissions of one agent are."""
    return GUIDE_EXAMPLE | {"description": f"Retrieve customer profile for support ticket #{number:07d}"}


def _request(subject: Subject, method: str, path: str, body: dict[str, str] | None = None) -> str:
    """A request with the headers that the guide's program sends."""
    text = json.dumps(body) if body else ""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{subject.portal.port}",
        "User-Agent: python-requests",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        f"Authorization: Bearer {subject.portal.key}",
        *(("Content-Type: application/json", f"Content-Length: {len(text)}") if body else ()),
    ]
    return "\r\n".join([*lines, "", text])


@contextmanager
def _client() -> Iterator[Send]:
    """A client process that sends what it is given, so that its work is not on the server's account."""
    command = [sys.executable, "-m", "benchmarks.client"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    to_client, from_client = process.stdin, process.stdout

    def send(port: int, requests: list[str], expected: str) -> dict[str, Any]:
        job = {"port": port, "connections": CONNECTIONS, "requests": requests, "expected": expected}
        to_client.write(json.dumps(job) + "\n")
        to_client.flush()
        result = json.loads(from_client.readline())
        if result["errors"]:
            raise RuntimeError(f"the benchmark's client stopped: {result['errors'][0]}")
        return result

    try:
        yield send
    finally:
        to_client.close()
        process.wait(60)

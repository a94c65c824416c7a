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

from benchmarks.portal import Subject, address
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.environment import ROOT

ROUNDS = 6
CONNECTIONS = 8
_MOST_SECONDS = 120.0  # of one round; the client's own time limit ends it long before


@dataclass(frozen=True)
class Kind:
    """One kind of request: its name in the table, how to write number `n` of it, and a part of every right answer."""

    name: str
    request: Callable[[int], str]
    expected: str


@dataclass(frozen=True)
class Cost:
    """What one round cost, in milliseconds; all but the latencies per request."""

    server_cpu: float
    database_cpu: float
    wall: float
    p50: float
    p99: float

    @property
    def cpu(self) -> float:
        """Server and database together."""
        return self.server_cpu + self.database_cpu


def measure(subject: Subject, requests: int) -> dict[str, list[Cost]]:
    """The cost of each round, by kind; the first kind is the one the others are compared with."""
    with _client() as send:
        kinds = _kinds(subject, send)
        for kind in kinds:  # fill every cache that a running portal has filled
            _round(subject, send, kind, number=0, requests=min(requests, 100))
        costs: dict[str, list[Cost]] = {kind.name: [] for kind in kinds}
        for number in range(1, ROUNDS + 1):
            for kind in kinds:
                costs[kind.name].append(_round(subject, send, kind, number, requests))
    return costs


Send = Callable[[Subject, list[str], str], dict[str, Any]]


def _round(subject: Subject, send: Send, kind: Kind, number: int, requests: int) -> Cost:
    texts = [kind.request(100_000 * number + index) for index in range(requests)]
    server, database = subject.server_cpu(), subject.database_cpu() or 0.0
    result = send(subject, texts, kind.expected)
    server, database = subject.server_cpu() - server, (subject.database_cpu() or 0.0) - database
    percentiles = statistics.quantiles(result["latencies"], n=100)
    per_request = 1000.0 / requests
    return Cost(
        server_cpu=server * per_request,
        database_cpu=database * per_request,
        wall=result["seconds"] * per_request,
        p50=percentiles[49] * 1000.0,
        p99=percentiles[98] * 1000.0,
    )


def _kinds(subject: Subject, send: Send) -> list[Kind]:
    host, key = address(subject.live), subject.keys["portal"]

    def submit(path: str, key: str, **fields: str) -> Callable[[int], str]:
        return lambda number: _post(host, path, key, _example(number) | fields)

    pending = submit(SUBMIT, key, action_type="transaction")
    first = send(subject, [pending(0)], '"status":"pending_approval"')["last"]
    waiting = first.partition('"id":')[2].partition(",")[0]
    poll = _request(host, "GET", f"/api/v1/actions/{waiting}/status", key)
    return [
        Kind("bare endpoint", submit("/api/bare/actions", subject.keys["bare"]), '"status":"approved"'),
        Kind("submit, approved", submit(SUBMIT, key), '"status":"approved"'),
        Kind("submit, pending", pending, '"status":"pending_approval"'),
        Kind("status poll", lambda number: poll, '"status":"pending_approval"'),
    ]


def _example(number: int) -> dict[str, str]:
    """The guide's first example, for another ticket each time, as different submissions of one agent are."""
    return GUIDE_EXAMPLE | {"description": f"Retrieve customer profile for support ticket #{number:07d}"}


def _post(host: str, path: str, key: str, body: dict[str, str]) -> str:
    text = json.dumps(body)
    return _request(host, "POST", path, key, f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n", text)


def _request(host: str, method: str, path: str, key: str, headers: str = "", body: str = "") -> str:
    """A request as the guide's program sends it."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: python-requests\r\nAccept-Encoding: gzip, deflate\r\n"
        f"Accept: */*\r\nConnection: keep-alive\r\nAuthorization: Bearer {key}\r\n{headers}\r\n{body}"
    )


@contextmanager
def _client() -> Iterator[Send]:
    """A client process that sends what it is given."""
    command = [sys.executable, "-m", "benchmarks.client"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    to_client, from_client = process.stdin, process.stdout

    def send(subject: Subject, requests: list[str], expected: str) -> dict[str, Any]:
        job = {"port": subject.live.port, "connections": CONNECTIONS, "requests": requests, "expected": expected}
        to_client.write(json.dumps(job) + "\n")
        to_client.flush()
        result = json.loads(from_client.readline())
        if result["errors"]:
            raise RuntimeError(f"{result['errors'][0]}\n{subject.live.log}")
        return result

    try:
        yield send
    finally:
        to_client.close()
        process.wait(_MOST_SECONDS)

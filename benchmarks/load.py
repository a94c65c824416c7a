"""A number of requests over a few kept-alive connections, and what they cost the server."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One request: method, path, body.
Request = tuple[str, str, Any]


@dataclass(frozen=True)
class Cost:
    """Milliseconds per request: of the clock, of the portal's processor time, of the database's."""

    wall: float
    cpu: float
    database_cpu: float


class Client:
    """Sends requests to one server with one key, over `connections` connections at once."""

    def __init__(self, port: int, key: str, connections: int):
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(connections)]

    def send(self, requests: list[Request]) -> list[Any]:
        """Send them all, spread over the connections; the answers, which must all be 200."""
        shares = [requests[start :: len(self.lines)] for start in range(len(self.lines))]
        with ThreadPoolExecutor(len(self.lines)) as pool:
            return [answer for share in pool.map(self._send_share, self.lines, shares) for answer in share]

    def _send_share(self, line: http.client.HTTPConnection, requests: Iterable[Request]) -> list[Any]:
        answers = []
        for method, path, body in requests:
            line.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = line.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{method} {path} answered {answer.status}: {content[:500]!r}")
            answers.append(json.loads(content))
        return answers


def measure(send: Callable[[], int], *, server: int, database: Iterable[int]) -> Cost:
    """What `send`, which returns how many requests it sent, cost per request."""
    database = list(database)
    before, database_before, began = cpu_of(server), sum(map(cpu_of, database)), time.perf_counter()
    count = send()
    wall = time.perf_counter() - began
    return Cost(
        wall=1000 * wall / count,
        cpu=1000 * (cpu_of(server) - before) / count,
        database_cpu=1000 * (sum(map(cpu_of, database)) - database_before) / count,
    )


def cpu_of(pid: int) -> float:
    """The processor seconds a process has used so far (Linux)."""
    # The second field is the program's name in parentheses and may hold anything; count from its end.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    """The processes a process has started and that still run (Linux)."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

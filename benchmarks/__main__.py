"""`make bench`: processor time and clock time per submit and per status poll, against the bare endpoints.

Both answer from one server process and one database, in alternating rounds, so that whatever else the machine does
hits both. The figures are medians over the rounds. Beyond 1.0 the portal costs more than the bare endpoint.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import Client, Cost, Request, children_of, measure
from tests.support import databases, environment, live, postgres
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.portal import LivePortal

SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
_numbers = itertools.count(1)


@dataclass
class Series:
    """One kind of request, and what it cost in each round."""

    name: str
    requests: Callable[[int], list[Request]]
    costs: list[Cost] = field(default_factory=list)

    def median(self, figure: str) -> float:
        return statistics.median(getattr(cost, figure) for cost in self.costs)


def submits(path: str) -> Callable[[int], list[Request]]:
    """Submissions that differ: every other one waits for a person."""

    def some(count: int) -> list[Request]:
        kinds = itertools.cycle(["query", "transaction"])
        return [
            ("POST", path, {**GUIDE_EXAMPLE, "action_type": next(kinds), "resource": f"customer {next(_numbers)}"})
            for _ in range(count)
        ]

    return some


def polls(path: str, ids: list[int]) -> Callable[[int], list[Request]]:
    """Status polls of these actions, in turn."""
    return lambda count: [("GET", path.format(id=ids[n % len(ids)]), None) for n in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=400, help="per round and kind")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()

    run = environment.start(options.engine, durable=True)
    try:
        keys = live.prepare(run, **SETTINGS)
        portal = live.copy_of_prepared(run, "bench", keys, **SETTINGS)
        portal.start()
        try:
            compare(run, portal, options)
        finally:
            portal.stop()
    finally:
        databases.drop_all(run)
        environment.stop(run)


def compare(run: environment.Run, portal: LivePortal, options: argparse.Namespace) -> None:
    """Warm up, measure in alternating rounds, print."""
    client = Client(portal.port, portal.key, options.connections)
    submit, bare_submit = Series("submit", submits(SUBMIT)), Series("bare", submits("/api/bare/submit"))
    warm_up = {series.name: client.send(series.requests(options.requests)) for series in (submit, bare_submit)}
    ids = {name: [answer["id"] for answer in answers] for name, answers in warm_up.items()}
    pairs = [
        ("submit", submit, bare_submit),
        (
            "status poll",
            Series("status", polls("/api/v1/actions/{id}/status", ids["submit"])),
            Series("bare", polls("/api/bare/{id}/status", ids["bare"])),
        ),
    ]
    assert portal.process is not None
    for _ in range(options.rounds):
        for _, full, bare in pairs:
            for series in (full, bare):
                requests = series.requests(options.requests)
                cost = measure(
                    lambda requests=requests: len(client.send(requests)),  # type: ignore[misc]
                    server=portal.process.pid,
                    database=database_processes(run),
                )
                series.costs.append(cost)
    print(f"{options.engine}, {options.connections} connections, {options.rounds} x {options.requests} requests")
    print(f"{'milliseconds per request':<34}{'portal':>9}{'bare':>9}{'ratio':>8}")
    for name, full, bare in pairs:
        for figure, words in (("wall", "clock"), ("cpu", "processor"), ("database_cpu", "database's processor")):
            if bare.median(figure):
                ratio = full.median(figure) / bare.median(figure)
                line = f"{full.median(figure):>9.2f}{bare.median(figure):>9.2f}{ratio:>8.2f}"
                print(f"{f'{name}, {words}':<34}{line}")


def database_processes(run: environment.Run) -> list[int]:
    """The server processes of the run's own PostgreSQL."""
    postmaster = postgres.pid(Path(run.directory) / "postgres")
    return children_of(postmaster) if postmaster else []


if __name__ == "__main__":
    main()

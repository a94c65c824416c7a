"""`make bench`: what submissions, status polls, rules, replays and pages cost. See README.md."""

from __future__ import annotations

import argparse
import signal

from benchmarks import pages, replay, report, subject
from benchmarks.measure import CONNECTIONS, measure

ENGINES = ("sqlite", "postgres")
SUBJECTS = ("requests", "rules", "replay", "pages")
MOST_ROUNDS, MOST_REQUESTS, MOST_ACTIONS = 50, 5000, 1_000_000


def main() -> None:
    """Measure, and print a table per engine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    parser.add_argument("--rounds", type=_up_to(MOST_ROUNDS), default=6, help="default: 6")
    parser.add_argument("--requests", type=_up_to(MOST_REQUESTS), default=300, help="of each kind per round; 300")
    parser.add_argument("--only", choices=SUBJECTS, help="default: all four")
    parser.add_argument("--actions", type=_up_to(MOST_ACTIONS), default=100_000, help="to replay; default: 100000")
    parser.add_argument("--history", type=_up_to(MOST_ACTIONS), default=100_000, help="behind pages; default: 100000")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill stops the servers too
    wanted = {options.only} if options.only else set(SUBJECTS)
    engines = ENGINES if options.engine == "both" else (options.engine,)
    if "rules" in wanted:
        with subject.prepared("sqlite") as (_, portal):  # which asks no database, but needs settings
            print(f"\nrules\n{portal.manage('time_rules')}", flush=True)
    for engine in engines:
        if "requests" in wanted:
            _requests(engine, options.rounds, options.requests)
        if "replay" in wanted:
            print(f"\n{engine}: replay", flush=True)
            replay.measure(engine, options.actions)
        if "pages" in wanted:
            print(f"\n{engine}: pages", flush=True)
            pages.measure(engine, options.history)


def _requests(engine: str, rounds: int, requests: int) -> None:
    print(
        f"\n{engine}: {rounds} rounds of {requests} requests of each kind,"
        f" {CONNECTIONS} connections, one server process",
        flush=True,
    )
    with subject.running(engine) as measured:
        costs = measure(measured, rounds, requests)
        print("", *report.table(costs), "", report.verdict(costs), "", sep="\n", flush=True)
        print(measured.portal.manage("time_stages"), flush=True)


def _up_to(most: int) -> object:
    def count(text: str) -> int:
        if not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"between 1 and {most}")
        return int(text)

    return count


if __name__ == "__main__":
    main()

"""`make bench`: what a submission and a status poll cost, beside a bare endpoint on the same server and database."""

from __future__ import annotations

import argparse
import signal

from benchmarks import report, subject
from benchmarks.measure import CONNECTIONS, measure

ENGINES = ("sqlite", "postgres")
MOST_ROUNDS, MOST_REQUESTS = 50, 5000


def main() -> None:
    """Measure, and print a table per engine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    parser.add_argument("--rounds", type=_up_to(MOST_ROUNDS), default=6, help="default: 6")
    parser.add_argument("--requests", type=_up_to(MOST_REQUESTS), default=300, help="of each kind per round; 300")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill stops the servers too
    for engine in ENGINES if options.engine == "both" else (options.engine,):
        print(
            f"\n{engine}: {options.rounds} rounds of {options.requests} requests of each kind,"
            f" {CONNECTIONS} connections, one server process",
            flush=True,
        )
        with subject.running(engine) as measured:
            costs = measure(measured, options.rounds, options.requests)
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

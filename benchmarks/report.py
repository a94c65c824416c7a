"""Costs as a table, and the target they are held against."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

from benchmarks.measure import Cost

TARGET, GOAL = 1.0, 0.5  # a submission beside the bare endpoint: at most, and heading for

_FIGURES: dict[str, Callable[[Cost], float]] = {
    "clock": lambda cost: cost.clock,
    "processor": lambda cost: cost.server_cpu,
    "database's processor": lambda cost: cost.database_cpu,
    "both processors": lambda cost: cost.cpu,
    "latency p50": lambda cost: cost.p50,
    "latency p99": lambda cost: cost.p99,
}
_DATABASE_FIGURES = ("database's processor", "both processors")
_TARGET_FIGURES = ("clock", "both processors")


def table(costs: dict[str, list[Cost]]) -> Iterator[str]:
    """A line per kind and figure: medians over the rounds, beside those of the bare endpoint, and the ratio.

    A ratio is taken within each round, where both sides met the same disk and the same neighbours; its median is
    shown. So it can differ a little from the quotient of the two medians before it.
    """
    bare = next(iter(costs.values()))
    yield f"{'milliseconds per request':<40}{'portal':>9}{'bare':>9}{'ratio':>8}"
    for kind, rounds in list(costs.items())[1:]:
        for figure, read in _FIGURES.items():
            if figure in _DATABASE_FIGURES and not any(cost.database_cpu for cost in rounds):
                continue
            ours, theirs = statistics.median(map(read, rounds)), statistics.median(map(read, bare))
            yield f"{f'{kind}, {figure}':<40}{ours:>9.2f}{theirs:>9.2f}{ratio(costs, kind, figure):>8.2f}"


def ratio(costs: dict[str, list[Cost]], kind: str, figure: str) -> float:
    """How a kind compares with the bare endpoint in one figure."""
    read, bare = _FIGURES[figure], next(iter(costs.values()))
    return statistics.median(read(ours) / read(theirs) for ours, theirs in zip(costs[kind], bare, strict=True))


def verdict(costs: dict[str, list[Cost]]) -> str:
    """Whether every submission meets the target, by the clock and in all processor time."""
    submits = [kind for kind in costs if kind.startswith("submit")]
    worst, where = max(
        (ratio(costs, kind, figure), f"{kind}, {figure}") for kind in submits for figure in _TARGET_FIGURES
    )
    word = "met" if worst <= TARGET else "MISSED"
    return f"Target, a submission at most {TARGET} and heading for {GOAL}: {word} (worst: {where}, {worst:.2f})"

"""Costs as a table, and the target they are held against."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from benchmarks.measure import Cost

TARGET = 1.0  # a submission, beside the bare endpoint

_COLUMNS: tuple[tuple[str, Callable[[Cost], float]], ...] = (
    ("server CPU", lambda cost: cost.server_cpu),
    ("database CPU", lambda cost: cost.database_cpu),
    ("wall", lambda cost: cost.wall),
    ("p50", lambda cost: cost.p50),
    ("p99", lambda cost: cost.p99),
)
_RATIOS: tuple[tuple[str, Callable[[Cost], float]], ...] = (
    ("x server CPU", lambda cost: cost.server_cpu),
    ("x all CPU", lambda cost: cost.cpu),
    ("x wall", lambda cost: cost.wall),
)


def table(costs: dict[str, list[Cost]]) -> str:
    """One line per kind of request: medians over the rounds, and the ratios to the first kind.

    A ratio is taken within each round, where both sides met the same disk and the same neighbours; the table shows
    the median of those.
    """
    names = [name for name, _ in (*_COLUMNS, *_RATIOS)]
    lines = [f"{'milliseconds per request':<26}" + "".join(f"{name:>14}" for name in names)]
    for kind, rounds in costs.items():
        cells = [_median(rounds, read) for _, read in _COLUMNS] + list(ratios(costs, kind).values())
        lines.append(f"{kind:<26}" + "".join(f"{cell:14.2f}" for cell in cells))
    return "\n".join(lines)


def ratios(costs: dict[str, list[Cost]], kind: str) -> dict[str, float]:
    """How a kind compares with the first one, by the name of the column."""
    bare = next(iter(costs.values()))
    pairs = list(zip(costs[kind], bare, strict=True))
    return {name: statistics.median(read(ours) / read(theirs) for ours, theirs in pairs) for name, read in _RATIOS}


def verdict(costs: dict[str, list[Cost]]) -> str:
    """One line: whether every submission meets the target, in CPU and in wall time."""
    worst = max(
        (ratio, f"{kind}, {name}")
        for kind in costs
        if kind.startswith("submit")
        for name, ratio in ratios(costs, kind).items()
    )
    word = "met" if worst[0] <= TARGET else "MISSED"
    return f"target, a submission at most {TARGET:.2f} x the bare endpoint: {word} (worst: {worst[1]} {worst[0]:.2f})"


def _median(rounds: Sequence[Cost], read: Callable[[Cost], float]) -> float:
    return statistics.median(map(read, rounds))

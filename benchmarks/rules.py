"""What the rules cost: a score and 50 or 1,000 policies, in processor time, beside reading the same body as JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.drafts import policies
from governance import conditions
from governance.policies import Policy, PolicySet, evaluate, policy_set
from governance.risk import Facts, assess
from tests.governance.rules import GUIDE, shipped
from tests.support.api import GUIDE_EXAMPLE

TARGETS = {50: 0.5, 1000: 5.0}  # milliseconds, by number of policies, for the guide's first example
_BODY = 64 * 1024  # bytes: the largest body there is
_ROUNDS = 41  # of which the median counts
_AT_LEAST = 0.002  # seconds per round: the clock of a thread ticks in steps


def lines(rounds: int = _ROUNDS) -> Iterator[str]:
    """The table, and below it whether the targets are met."""
    yield f"{'milliseconds of processor time':<40}{'median':>9}{'x JSON':>9}"
    rules, verdicts = shipped(), []
    sets = {number: compiled(number) for number in TARGETS}
    for name, body in bodies().items():
        text, facts = json.dumps(body), facts_of(body)
        reading = cost(lambda text=text: json.loads(text), rounds)  # type: ignore[misc]
        yield f"{f'{name}: json.loads, {len(text)} bytes':<40}{reading:>9.3f}{1:>9.1f}"
        scoring = cost(lambda facts=facts: assess(facts, rules.mapping), rounds)  # type: ignore[misc]
        yield f"{f'{name}: score':<40}{scoring:>9.3f}{scoring / reading:>9.1f}"
        for number, policy_set_ in sets.items():
            whole = cost(lambda facts=facts, some=policy_set_: answer(facts, some), rounds)  # type: ignore[misc]
            yield f"{f'{name}: score and {number:,} policies':<40}{whole:>9.3f}{whole / reading:>9.1f}"
            word = "met" if whole <= TARGETS[number] else "MISSED"
            verdicts.append(f"Target, {name}: score and {number:,} policies in {TARGETS[number]} ms: {word}")
    yield ""
    yield from verdicts


def bodies() -> dict[str, dict[str, Any]]:
    """The guide's first example, and one as large as a body may be, of many small values."""
    rows: list[dict[str, Any]] = []
    large = GUIDE_EXAMPLE | {"action_details": {"rows": rows}}
    while len(json.dumps(large)) < _BODY - 100:
        number = len(rows)
        rows.append({"id": number, "name": f"Customer {number}", "email": f"c{number}@example.org", "open": True})
    return {"guide's example": dict(GUIDE_EXAMPLE), "64 KiB": large}


def facts_of(body: dict[str, Any]) -> Facts:
    """The guide's facts with the details of the body."""
    return replace(GUIDE, details=body.get("action_details", {}))


def compiled(number: int) -> PolicySet:
    """So many policies as a rulebook holds them."""
    return policy_set(
        Policy(row.name, row.effect, "enforce", row.reason, conditions.compile(row.condition))
        for row in policies(number)
    )


def answer(facts: Facts, some: PolicySet) -> Any:
    """What a submission asks of the rules."""
    rules = shipped()
    return evaluate(facts, assess(facts, rules.mapping), some, rules.thresholds.for_agent(facts))


def cost(call: Callable[[], object], rounds: int) -> float:
    """The median of a few rounds, in milliseconds of this thread's processor time per call."""
    calls = 1
    while _round(call, calls) < _AT_LEAST:
        calls *= 2
    return statistics.median(_round(call, calls) for _ in range(rounds)) / calls * 1000


def _round(call: Callable[[], object], calls: int) -> float:
    began = time.thread_time()
    for _ in range(calls):
        call()
    return time.thread_time() - began

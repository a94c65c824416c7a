"""Fifty policies and a few drafts, as the benchmarks of the rules use them."""

from __future__ import annotations

from typing import Any

from governance.models import ActionTypeRule, LevelScore, Policy

# What organisations ask for; {n} makes each one another.
_CONDITIONS = (
    'action.type == "transaction" && has(action.details.amount) && double(action.details.amount) > {n}.0',
    'action.resource.startsWith("vault_{n}/") && risk.score >= 70',
    'agent.team == "Team {n}" && action.environment == "production"',
    'risk.level == "critical" && "T{n}" in risk.techniques',
    'action.description.contains("contract {n}") || action.tool.matches("^tool{n}_.*$")',
)


def policies(number: int) -> list[Policy]:
    """So many policies, of which few apply to anything: that is what a rulebook of many looks like."""
    return [_policy(n) for n in range(number)]


def _policy(number: int) -> Policy:
    condition = _CONDITIONS[number % len(_CONDITIONS)].replace("{n}", str(1000 + number))
    return Policy(name=f"Policy {number:04d}", condition=condition, effect="require_approval", reason=f"Rule {number}.")


def drafts() -> dict[str, Any]:
    """Drafted rows by what they are, from the cheapest to replay to the dearest."""
    level = LevelScore.objects.get(level="low")
    level.score = 45.0
    kind = ActionTypeRule.objects.get(pattern="data_access")
    kind.level = "high"
    return {
        "a policy for few": _policy(9999),
        "an action type": kind,
        "a policy for all": Policy(name="All", condition="risk.score >= 0", effect="require_approval", reason="All."),
        "a level's score": level,
    }

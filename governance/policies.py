"""What the policies say about an assessed action: evaluate(...) -> Verdict. PURE.

deny > require_approval > allow > the review line; a score at the deny line is a denial like a policy's. A condition
nobody can answer never passes an action: it becomes pending, and `degraded` names the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from governance import conditions
from governance.risk import Assessment, Facts, cvss_score
from governance.thresholds import GUIDE, Threshold

Outcome = Literal["approved", "pending", "rejected"]
Ask = Callable[[Any, Any], conditions.Answer]

# How the reason begins that says no more than the score does.
BY_SCORE = "Human review required: risk"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as it is applied. `program` is None when the engine cannot compile the condition any more."""

    name: str
    effect: str
    mode: str
    reason: str
    program: conditions.Program | None
    severity: str = "medium"
    controls: tuple[str, ...] = ()
    owner: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def applies_at(self, moment: datetime) -> bool:
        """Whether the moment is in the policy's window: from `valid_from` until just before `valid_until`."""
        return (self.valid_from is None or moment >= self.valid_from) and (
            self.valid_until is None or moment < self.valid_until
        )

    def as_item(self) -> dict[str, Any]:
        """The policy as a verdict lists it."""
        return {
            "name": self.name,
            "effect": self.effect,
            "reason": self.reason,
            "mode": self.mode,
            "severity": self.severity,
            "controls": list(self.controls),
        }


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The enabled policies of one rulebook version, in the order in which their reasons are given."""

    enforced: tuple[Policy, ...] = ()
    observed: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules decide: the outcome, its reasons (weightiest first), and which policies had a part in it.

    `matched` lists enforced policies that applied; `observed` those that only watch: the ones that would have
    applied, and with `"unknown": True` the ones nobody could answer. `threshold` is the line the score was held to.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    matched: tuple[dict[str, Any], ...] = ()
    observed: tuple[dict[str, Any], ...] = ()
    degraded: tuple[str, ...] = ()
    threshold: dict[str, Any] = field(default_factory=dict)

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON with the same keys, to be kept on the action."""
        return {
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "matched": [dict(item) for item in self.matched],
            "observed": [dict(item) for item in self.observed],
            "degraded": list(self.degraded),
            "threshold": dict(self.threshold),
        }


def policy_set(policies: Iterable[Policy]) -> PolicySet:
    """A PolicySet of policies given in the order of their priority."""
    policies = tuple(policies)
    return PolicySet(
        enforced=tuple(policy for policy in policies if policy.mode == "enforce"),
        observed=tuple(policy for policy in policies if policy.mode != "enforce"),
    )


def evaluate(
    facts: Facts, assessment: Assessment, policies: PolicySet, line: Threshold = GUIDE, ask: Ask = conditions.evaluate
) -> Verdict:
    """Apply every policy that is valid at the time of the action, and the agent's line, and settle the outcome.

    `ask` answers a condition; a replay has one that remembers.
    """
    threshold = line.as_snapshot(facts.agent_type)
    if not policies.enforced and not policies.observed:
        return _settle(assessment, line, threshold, {}, (), ())
    values = conditions.activation(values_of(facts, assessment))
    matched: dict[str, list[Policy]] = {}
    unknown: list[Policy] = []
    for policy in policies.enforced:
        if not policy.applies_at(facts.at):
            continue
        answer = ask(policy.program, values)
        if answer is True:
            matched.setdefault(policy.effect, []).append(policy)
        elif answer is not False:
            unknown.append(policy)
    observed = tuple(_observe(policy, values, ask) for policy in policies.observed if policy.applies_at(facts.at))
    return _settle(assessment, line, threshold, matched, unknown, tuple(item for item in observed if item))


def _settle(
    assessment: Assessment,
    line: Threshold,
    threshold: dict[str, Any],
    matched: dict[str, list[Policy]],
    unknown: Iterable[Policy],
    observed: tuple[dict[str, Any], ...],
) -> Verdict:
    """The order of precedence, in one place."""
    denials, demands, permits = (matched.get(effect, ()) for effect in ("deny", "require_approval", "allow"))
    degraded = tuple(f"policy:{policy.name}" for policy in unknown)
    outcome: Outcome
    too_high = line.deny_from is not None and assessment.score >= line.deny_from
    if denials or too_high:
        outcome, reasons = "rejected", [policy.reason for policy in denials]
        if too_high:
            reasons.append(f"Risk {assessment.score:g} is not acceptable for {line.applies_to}: {line.reason}")
    elif people := _why_people(assessment, line, demands, unknown, permits):
        outcome, reasons = "pending", people
    elif permits:
        outcome, reasons = "approved", [policy.reason for policy in permits]
    else:
        outcome = "approved"
        reasons = [f"Risk {assessment.score:g} is below the review line of {line.review_from:g}."]
    items = tuple(policy.as_item() for policies in (denials, demands, permits) for policy in policies)
    return Verdict(outcome, tuple(dict.fromkeys(reasons)), items, observed, degraded, threshold)


def _why_people(
    assessment: Assessment,
    line: Threshold,
    demands: Iterable[Policy],
    unknown: Iterable[Policy],
    permits: Iterable[Policy],
) -> list[str]:
    """Every reason why a person must decide; empty when none need to."""
    reasons = [policy.reason for policy in demands]
    reasons += [f'Policy "{policy.name}" could not be evaluated, so a person decides.' for policy in unknown]
    reasons += assessment.review_reasons
    critical = assessment.level == "critical"
    if critical or (assessment.score >= line.review_from and not permits):
        reasons.append(f"{BY_SCORE} {assessment.score:g} >= {line.review_from:g}")
    if critical:
        reasons += [
            f'Policy "{policy.name}" allows this, but a critical score is never passed without a person.'
            for policy in permits
        ]
    return reasons


def _observe(policy: Policy, values: Any, ask: Ask) -> dict[str, Any] | None:
    answer = ask(policy.program, values)
    if answer is False:
        return None
    return policy.as_item() if answer is True else policy.as_item() | {"unknown": True}


def values_of(facts: Facts, assessment: Assessment) -> dict[str, Any]:
    """The values of conditions.VARIABLES.

    The type is in lower case, as the rules of risk match it: nobody escapes a policy by writing Transaction.
    """
    return {
        "action.type": facts.action_type.strip().lower(),
        "action.tool": facts.tool_name,
        "action.resource": facts.resource,
        "action.description": facts.description,
        "action.environment": facts.environment,
        "action.mcp_server": facts.mcp_server,
        "action.details": dict(facts.details),
        "action.context": dict(facts.context),
        "action.indicators": dict(facts.indicators),
        "agent.id": facts.agent_id,
        "action.at": facts.at,
        "agent.team": facts.team,
        "agent.type": facts.agent_type,
        "risk.score": assessment.score,
        "risk.level": assessment.level,
        "risk.cvss": cvss_score(assessment),
        "risk.rule": assessment.rule,
        "risk.reversibility": assessment.reversibility,
        "risk.blast_radius": assessment.blast_radius,
        "risk.techniques": [technique["id"] for technique in assessment.techniques],
        "risk.controls": [control["id"] for control in assessment.controls],
    }

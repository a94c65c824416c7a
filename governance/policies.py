"""What the policies say about an assessed action: evaluate(...) -> Verdict. PURE.

deny > require_approval > allow > the review line. A condition nobody can answer never passes an action: it
becomes pending, and `degraded` names the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from governance import conditions
from governance.risk import REVIEW_LINE, Assessment, Facts

Outcome = Literal["approved", "pending", "rejected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as it is applied. `program` is None when the engine cannot compile the condition any more."""

    name: str
    effect: str
    mode: str
    reason: str
    program: Any

    def as_item(self) -> dict[str, Any]:
        """The policy as a verdict lists it."""
        return {"name": self.name, "effect": self.effect, "reason": self.reason, "mode": self.mode}


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The enabled policies of one rulebook version, in the order in which their reasons are given."""

    enforced: tuple[Policy, ...] = ()
    observed: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules decide: the outcome, its reasons (weightiest first), and which policies had a part in it.

    `matched` lists enforced policies that applied; `observed` those that only watch: the ones that would have
    applied, and with `"unknown": True` the ones nobody could answer.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    matched: tuple[dict[str, Any], ...] = ()
    observed: tuple[dict[str, Any], ...] = ()
    degraded: tuple[str, ...] = ()

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON with the same keys, to be kept on the action."""
        return {
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "matched": [dict(item) for item in self.matched],
            "observed": [dict(item) for item in self.observed],
            "degraded": list(self.degraded),
        }


def policy_set(policies: Iterable[Policy]) -> PolicySet:
    """A PolicySet of policies given in the order of their priority."""
    policies = tuple(policies)
    return PolicySet(
        enforced=tuple(policy for policy in policies if policy.mode == "enforce"),
        observed=tuple(policy for policy in policies if policy.mode != "enforce"),
    )


def evaluate(facts: Facts, assessment: Assessment, policies: PolicySet) -> Verdict:
    """Apply every policy to an assessed action and settle the outcome."""
    if not policies.enforced and not policies.observed:
        return _settle(assessment, {}, (), ())
    values = conditions.activation(_values(facts, assessment))
    matched: dict[str, list[Policy]] = {}
    unknown: list[Policy] = []
    for policy in policies.enforced:
        answer = conditions.evaluate(policy.program, values)
        if answer is True:
            matched.setdefault(policy.effect, []).append(policy)
        elif answer is not False:
            unknown.append(policy)
    observed = tuple(_observe(policy, values) for policy in policies.observed)
    return _settle(assessment, matched, unknown, tuple(item for item in observed if item))


def _settle(
    assessment: Assessment,
    matched: dict[str, list[Policy]],
    unknown: Iterable[Policy],
    observed: tuple[dict[str, Any], ...],
) -> Verdict:
    """The order of precedence, in one place."""
    denials, demands, permits = (matched.get(effect, ()) for effect in ("deny", "require_approval", "allow"))
    degraded = tuple(f"policy:{policy.name}" for policy in unknown)
    outcome: Outcome
    if denials:
        outcome, reasons = "rejected", [policy.reason for policy in denials]
    elif people := _why_people(assessment, demands, unknown, permits):
        outcome, reasons = "pending", people
    elif permits:
        outcome, reasons = "approved", [policy.reason for policy in permits]
    else:
        outcome = "approved"
        reasons = [f"Risk {assessment.score:g} is below the review line of {REVIEW_LINE:g}."]
    items = tuple(policy.as_item() for policies in (denials, demands, permits) for policy in policies)
    return Verdict(outcome, tuple(dict.fromkeys(reasons)), items, observed, degraded)


def _why_people(
    assessment: Assessment, demands: Iterable[Policy], unknown: Iterable[Policy], permits: Iterable[Policy]
) -> list[str]:
    """Every reason why a person must decide; empty when none need to."""
    reasons = [policy.reason for policy in demands]
    reasons += [f'Policy "{policy.name}" could not be evaluated, so a person decides.' for policy in unknown]
    reasons += assessment.review_reasons
    critical = assessment.level == "critical"
    if assessment.score >= REVIEW_LINE and (critical or not permits):
        reasons.append(f"Human review required: risk {assessment.score:g} >= {REVIEW_LINE:g}")
    if critical:
        reasons += [
            f'Policy "{policy.name}" allows this, but a critical score is never passed without a person.'
            for policy in permits
        ]
    return reasons


def _observe(policy: Policy, values: Any) -> dict[str, Any] | None:
    answer = conditions.evaluate(policy.program, values)
    if answer is False:
        return None
    return policy.as_item() if answer is True else policy.as_item() | {"unknown": True}


def _values(facts: Facts, assessment: Assessment) -> dict[str, Any]:
    """The values of conditions.VARIABLES.

    The type is in lower case, as the rules of risk match it: nobody escapes a policy by writing Transaction.
    """
    return {
        "action.type": facts.action_type.strip().lower(),
        "action.tool": facts.tool_name,
        "action.resource": facts.resource,
        "action.description": facts.description,
        "action.environment": facts.environment,
        "action.details": dict(facts.details),
        "action.context": dict(facts.context),
        "action.indicators": dict(facts.indicators),
        "agent.id": facts.agent_id,
        "agent.team": facts.team,
        "risk.score": assessment.score,
        "risk.level": assessment.level,
        "risk.cvss": assessment.cvss["score"] if assessment.cvss else 0.0,
    }

"""The frozen verdict of an action in the clients' words: which policies applied, which line held, what settled it.

Everything is read from the verdict itself, so that no part of an answer can contradict another (wire-contract
section 14, row 7).
"""

from __future__ import annotations

from typing import Any

from actions.models import Action
from governance.models import AgentType
from governance.thresholds import GUIDE


def outcome(action: Action) -> str:
    """The first answer: what the rules decided, unless people had allowed it in advance."""
    return "approved" if "standing" in action.verdict else action.verdict["outcome"]


def reason(action: Action) -> str:
    """Why the first answer was what it was."""
    standing = action.verdict.get("standing")
    return standing["reason"] if standing else " ".join(action.verdict["reasons"])


def policies(action: Action) -> dict[str, Any]:
    """The policies that applied: the enforced ones, and those that only watch."""
    return {
        "policies_evaluated": action.verdict["matched"],
        "observed_policies": action.verdict.get("observed", []),
    }


def _line(action: Action) -> dict[str, Any]:
    """The threshold the score was held to. Actions older than thresholds were held to the guide's."""
    return action.verdict.get("threshold") or GUIDE.as_snapshot(AgentType.SUPERVISED)


def thresholds(action: Action) -> dict[str, Any]:
    """The line in the clients' words. Where passing ends, a person begins, so their two names are one number."""
    line = _line(action)
    return {
        "auto_approve_below": line["review_from"],
        "max_risk_threshold": line["review_from"],
        "deny_from": line["deny_from"],
        "applies_to": line["applies_to"],
        "agent_type": line["agent_type"],
        "is_registered": line["agent_type"] != AgentType.UNREGISTERED,
    }


def source(action: Action) -> str:
    """What settled the first answer: a policy (or a block), the threshold, or a rule that calls a person."""
    if "standing" in action.verdict:
        return "policy"
    outcome, matched, line = action.verdict["outcome"], action.verdict["matched"], _line(action)
    deciding = {"approved": "allow", "pending": "require_approval", "rejected": "deny"}[outcome]
    if any(policy["effect"] == deciding for policy in matched):
        return "policy"
    crossed = line["deny_from"] if outcome == "rejected" else line["review_from"]
    if outcome == "approved" or (crossed is not None and action.risk_score >= crossed):
        return "threshold"
    return "policy" if outcome == "rejected" or action.verdict["degraded"] else "smart_rule"

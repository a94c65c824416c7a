"""The answers to questions: what a submission would be told now, worded so that nobody takes it for a permission.

A client that is pointed at preflight by mistake reads this body as if it were a submission's. What each then does
(wire-contract section 1, and tests/clients/test_ascend_preflight.py, which runs them):

* the guide's plain requests look at `status` alone and act on `approved`;
* the guide's reference client wants `decision` and `status` among known words, and an id: ours refuses a body without;
* the published SDK takes `decision`, and `approved`, `allowed`, `auto_approved` and `executed` as go ahead, every
  unknown word as pending; its wrappers look at `execution_allowed`, its MCP call at `success` and
  `requires_approval` only.

So a denial and a wait keep the very words a submission gets: no client acts on those. An approval is the one answer
that cannot keep its words, because the guide's programs have nothing but `status` to tell them not to act. There it
says `would_be_approved`, which no client knows: the guide's programs go to their "unknown" branch, the reference
client raises, the SDK finds neither an id nor an approval request to wait for, and gives up. `approved`,
`execution_allowed` and `success` are false whatever the rules say. The submission's own words are under `would_be`.
"""

from __future__ import annotations

from typing import Any

from actions import verdicts, wire
from actions.models import Action

WOULD_BE_APPROVED = "would_be_approved"

# The words of a submission's answer that say how it ended; a preflight's are kept apart.
_WORDS = ("status", "decision", "state", "policy_decision", "enforcement_decision")
# There is no action, so there is nothing to name, to poll, to wait for or to approve.
_NOTHING = ("id", "action_id", "approval_request_id", "poll_url", "expires_at", "decision_at")
_NO_PERMISSION = ("approved", "execution_allowed", "success")

_DECISIONS = {"approved": "allow", "pending": "require_approval", "rejected": "deny"}


def preflight_answer(action: Action) -> dict[str, Any]:
    """What a submission of this body would be told now. `action` was weighed and not stored."""
    told = wire.submit_answer(action)
    would_be = {name: told[name] for name in _WORDS}
    answer = {
        **told,
        **dict.fromkeys(_NOTHING),
        **dict.fromkeys(_NO_PERMISSION, False),
        "preflight": True,
        "would_be": would_be,
        "route": action.route,
        "message": f"This is a preflight: nothing was submitted, and nothing may be executed. {_told(action)}",
    }
    if told["decision"] == "approved":
        answer |= dict.fromkeys(_WORDS, WOULD_BE_APPROVED)
        answer["metadata"] = {**told["metadata"], "raw_status": WOULD_BE_APPROVED}
    return answer


def evaluation_answer(action: Action, *, milliseconds: int) -> dict[str, Any]:
    """The published client's policy evaluation: `decision` is allow, deny or require_approval, and no permission."""
    told = wire.submit_answer(action)
    return {
        "decision": _DECISIONS[verdicts.outcome(action)],
        "matched_policies": told["policies_evaluated"],
        "observed_policies": told["observed_policies"],
        "violations": told["policy_violations"] or (action.verdict["reasons"] if told["decision"] == "denied" else []),
        "risk_score": told["risk_score"],
        "risk_level": told["risk_level"],
        "risk_factors": told["risk_factors"],
        "reason": told["reason"],
        "reasons": action.verdict["reasons"],
        "degraded": told["degraded"],
        "thresholds": told["thresholds"],
        "mapping_version": told["mapping_version"],
        "agent_id": told["agent_id"],
        "action_type": told["action_type"],
        "resource": told["resource"],
        "evaluation_time_ms": milliseconds,
        "preflight": True,
        **dict.fromkeys(_NO_PERMISSION, False),
        "message": f"This is a policy evaluation: nothing was submitted. {_told(action)}",
    }


def _told(action: Action) -> str:
    """What a submission would come to, in a sentence."""
    if standing := action.verdict.get("standing"):
        return f"Submitted now, it would pass. {standing['reason']} - Risk: {action.risk_score:.1f}"
    would = {
        "approved": "be approved by the rules",
        "pending": "wait for a person",
        "rejected": "be rejected by the rules",
    }[action.verdict["outcome"]]
    return f"Submitted now, it would {would} - Risk: {action.risk_score:.1f}"

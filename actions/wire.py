"""The one place where internal state becomes the clients' words (wire-contract sections 1, 4.3, 5, 6 and 8).

Three published clients read these answers, each with its own vocabulary; a wrong word makes one of them wait for
ever, or act without approval. PURE apart from reading the action it is given.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from actions import succession, verdicts
from actions.classification import classification
from actions.models import Action, DecidedVia, Outcome, State


class Words(NamedTuple):
    """One state in every vocabulary. The columns are those of the table in wire-contract section 5."""

    state: str
    status: str
    decision: str
    raw_status: str
    details_status: str
    approval_status: str


_WORDS = {
    "auto_approved": Words("auto_approved", "approved", "approved", "auto_approved", "auto_approved", "approved"),
    "pending": Words("pending_approval", "pending_approval", "pending", "pending_approval", "pending", "pending"),
    "escalated": Words("escalated", "pending_approval", "pending", "escalated", "escalated", "pending"),
    "approved": Words("approved", "approved", "approved", "approved", "approved", "approved"),
    "rejected": Words("rejected", "rejected", "denied", "rejected", "denied", "rejected"),
    "blocked": Words("blocked", "rejected", "denied", "denied", "denied", "rejected"),
    "expired": Words("expired", "rejected", "denied", "expired", "timeout", "rejected"),
    "cancelled": Words("cancelled", "rejected", "denied", "cancelled", "denied", "rejected"),
    "changes_requested": Words(
        "changes_requested",
        "rejected",
        "denied",
        "requires_modification",
        "requires_modification",
        "rejected",
    ),
    # Claimed and not yet reported: pollers of the first version see an approval until it is final.
    "executing": Words("executing", "approved", "approved", "executing", "approved", "approved"),
    "outcome_unknown": Words("outcome_unknown", "approved", "approved", "outcome_unknown", "approved", "approved"),
    "executed": Words("executed", "executed", "approved", "executed", "approved", "approved"),
    "failed": Words("execution_failed", "approved", "approved", "execution_failed", "approved", "approved"),
}

# What a client may ask for in a list filter, and the states it means (wire-contract section 5, synonyms).
STATUS_FILTERS: dict[str, tuple[State, ...]] = {
    "pending": (State.PENDING,),
    "pending_approval": (State.PENDING,),
    "escalated": (State.PENDING,),
    "approved": (State.APPROVED, State.EXECUTING, State.OUTCOME_UNKNOWN, State.FAILED),
    "auto_approved": (State.APPROVED,),
    "rejected": (State.REJECTED, State.EXPIRED, State.CANCELLED, State.CHANGES_REQUESTED),
    "denied": (State.REJECTED, State.EXPIRED, State.CANCELLED, State.CHANGES_REQUESTED),
    "blocked": (State.REJECTED,),
    "expired": (State.EXPIRED,),
    "timeout": (State.EXPIRED,),
    "cancelled": (State.CANCELLED,),
    "changes_requested": (State.CHANGES_REQUESTED,),
    "executed": (State.EXECUTED,),
    "completed": (State.EXECUTED,),
    "execution_failed": (State.FAILED,),
    "failed": (State.FAILED,),
}


def words(state: str, via: str, escalated: bool) -> Words:
    """The words of a state, told apart by who decided it and whether it was escalated."""
    if state == State.APPROVED and via == DecidedVia.RULES:
        return _WORDS["auto_approved"]
    if state == State.REJECTED and via == DecidedVia.RULES:
        return _WORDS["blocked"]
    if state == State.PENDING and escalated:
        return _WORDS["escalated"]
    return _WORDS[state]


def stamp(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def submit_answer(action: Action) -> dict[str, Any]:
    """The answer to a submission, as it was when it was first given: a retry reads the same bytes.

    But for `expires_at`, where people gave the action more time: a retry reads the deadline in force.
    """
    initial, standing = State(verdicts.outcome(action)), action.verdict.get("standing")
    pending = initial == State.PENDING
    said = words(initial, "" if pending else DecidedVia.STANDING if standing else DecidedVia.RULES, False)
    decided_at = None if pending else action.created_at
    reason = verdicts.reason(action)
    return {
        **_core(action, said, reason=reason, decided_at=decided_at, updated_at=action.created_at),
        **classification(action),
        "conditions": [],
        "superseded_by": None,
        "changes": None,
        "message": _message(action, said, reason),
        "reviewed_by": None,
        "reviewed_at": None,
        "approved_by": standing["by"] if standing else None,
        "approved_at": stamp(decided_at) if standing else None,
        "comments": None,
        "policy_decision": {"approved": "allow", "pending": "require_approval", "rejected": "deny"}[initial],
        **verdicts.policies(action),
        "matched_policies": len(action.verdict["matched"]),
        "matched_smart_rules": 0,
        "thresholds": verdicts.thresholds(action),
        "enforcement_decision": {
            "approved": "auto_approved",
            "pending": "pending_approval",
            "rejected": "denied",
        }[initial],
        "enforcement_decision_source": verdicts.source(action),
        "poll_url": f"/api/v1/actions/{action.pk}/status",
        "alert_id": None,
        "workflow_id": None,
    }


def status_answer(action: Action) -> dict[str, Any]:
    """The light answer to a poll: the guide's six fields and what the other clients read beside them."""
    return {**_standing(action), **succession.links(action)}


def _standing(action: Action) -> dict[str, Any]:
    said = words(action.state, action.decided_via, action.escalated)
    # Until somebody decides, the reason is why it waits.
    waiting = " ".join(action.verdict["reasons"]) if action.state == State.PENDING else None
    return {
        **_core(
            action,
            said,
            reason=action.reason or waiting,
            decided_at=action.decided_at,
            updated_at=action.updated_at,
        ),
        **_decided(action, said),
        "message": _message(action, said, action.reason),
    }


def detail_answer(action: Action, *, for_sdk: bool, trail: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything about one action. The published SDK demands its own status words here and only here (section 6)."""
    said = words(action.state, action.decided_via, action.escalated)
    payload = action.payload
    return {
        **status_answer(action),
        **classification(action),
        **verdicts.policies(action),
        "thresholds": verdicts.thresholds(action),
        "status": said.details_status if for_sdk else said.status,
        "agent_name": action.agent_name,
        "tool_name": action.tool_name,
        "description": action.description,
        "resource_id": payload.get("resource_id"),
        "action_details": payload.get("action_details", {}),
        "context": payload.get("context", {}),
        "risk_indicators": payload.get("risk_indicators", {}),
        "digest": action.digest,
        "audit_trail": trail,
    }


def list_item(action: Action) -> dict[str, Any]:
    """One row of a list, of actions from `succession.with_successor_id`."""
    superseded_by = action.successor_id  # type: ignore[attr-defined]
    return {**_standing(action), "superseded_by": superseded_by, "tool_name": action.tool_name}


def approval_answer(action: Action) -> dict[str, Any]:
    """What the MCP decorator polls (section 8): exact words, and a reason whenever it is no."""
    said = words(action.state, action.decided_via, action.escalated)
    by = action.decided_by_name or _decider(action)
    rejected = said.approval_status == "rejected"
    return {
        "approval_request_id": str(action.pk),
        "action_id": action.pk,
        "status": said.approval_status,
        "decision": said.decision,
        "state": said.state,
        "approved_by": by if said.approval_status == "approved" else None,
        "rejected_by": by if rejected else None,
        "decided_at": stamp(action.decided_at),
        "rejection_reason": (action.reason or "No reason was given.") if rejected else None,
        "comments": action.reason or None,
        "conditions": action.conditions,
        "risk_score": action.risk_score,
    }


def report_answer(action: Action) -> dict[str, Any]:
    """The answer to a completion or failure report."""
    said = words(action.state, action.decided_via, action.escalated)
    return {
        "success": True,
        "id": action.pk,
        "action_id": action.pk,
        "status": said.status,
        "decision": said.decision,
        "state": said.state,
        "execution_status": _execution_status(action.state),
        "logged_at": stamp(action.updated_at),
    }


def _core(
    action: Action, said: Words, *, reason: str | None, decided_at: datetime | None, updated_at: datetime
) -> dict[str, Any]:
    """What every answer about an action carries."""
    pending, denied = said.decision == "pending", said.decision == "denied"
    return {
        "id": action.pk,
        "action_id": action.pk,
        "agent_id": action.agent.agent_id,
        "agent_name": action.agent_name,
        "action_type": action.action_type,
        "resource": action.resource,
        "status": said.status,
        "decision": said.decision,
        "state": said.state,
        "risk_score": action.risk_score,
        "risk_level": action.risk_level,
        "requires_approval": pending,
        "approved": said.decision == "approved",
        "execution_allowed": said.state in ("auto_approved", "approved", "executing"),
        "success": not denied,
        "alert_triggered": verdicts.outcome(action) != "approved",
        "reason": (reason or "No reason was given.") if denied else reason,
        "approval_request_id": str(action.pk) if pending else None,
        "required_approvers": _wanted(action) if pending else [],
        "expires_at": stamp(action.deadline) if pending else None,
        "policy_violations": [p["reason"] for p in action.verdict["matched"] if p["effect"] == "deny"],
        "conditions": action.conditions,
        "supersedes": action.supersedes_id,
        "degraded": action.verdict["degraded"],
        "created_at": stamp(action.created_at),
        "updated_at": stamp(updated_at),
        "decision_at": stamp(decided_at),
        "timestamp": stamp(action.created_at),
        "correlation_id": action.correlation_id or None,
        "metadata": {"raw_status": said.raw_status},
    }


def _wanted(action: Action) -> list[str]:
    """Who has to approve, stage by stage: groups by name, or the level a reviewer of the team must have."""
    wanted = [one for stage in action.way.stages for one in stage.requirements]
    return list(
        dict.fromkeys(f"level:{one.level}" if one.group is None else f"group:{one.group_name}" for one in wanted)
    )


def _decided(action: Action, said: Words) -> dict[str, Any]:
    by_person = action.decided_via in (DecidedVia.PERSON, DecidedVia.GLASS)
    name = action.decided_by_name or None
    at = stamp(action.decided_at) if by_person else None
    # Whoever gave a standing approval approved this, without having looked at it.
    approved = said.decision == "approved" and (by_person or action.decided_via == DecidedVia.STANDING)
    return {
        "decision_ready": said.decision != "pending",
        "reviewed_by": name if by_person else None,
        "reviewed_at": at,
        "approved_by": name if approved else None,
        "approved_at": stamp(action.decided_at) if approved else None,
        "rejection_reason": action.reason if said.decision == "denied" else None,
        "comments": action.reason if by_person and action.reason else None,
        "execution_status": _execution_status(action.state),
        "break_glass": action.decided_via == DecidedVia.GLASS,
    }


def _message(action: Action, said: Words, reason: str | None) -> str:
    if said.decision == "denied" and reason:
        return f"Action rejected: {reason}"
    return f"Action processed through platform workflow - Risk: {action.risk_score:.1f}"


def _decider(action: Action) -> str:
    return {DecidedVia.RULES: "policy", DecidedVia.DEADLINE: "deadline", DecidedVia.AGENT: "agent"}.get(
        DecidedVia(action.decided_via) if action.decided_via else DecidedVia.RULES, "policy"
    )


def _execution_status(state: str) -> str | None:
    return {State.EXECUTED: Outcome.Kind.COMPLETED.value, State.FAILED: Outcome.Kind.FAILED.value}.get(State(state))

"""The walls around actions in the database itself: legal transitions only, content for good, nothing deleted."""

from __future__ import annotations

from actions.lifecycle import TRANSITIONS
from governance.guards import AppendOnly, StateMachine, register

_FROZEN = (
    "agent_id principal_id key_id team_id content digest agent_name action_type tool_name resource"
    " description risk_score risk_level rulebook_version assessment verdict route created_at"
    " correlation_id idempotency_token body_digest possible_retry_of_id supersedes_id edited_by_id is_canary"
).split()
_TERMS = (
    "example_id agent_id action_type condition score_up_to reason max_uses valid_from valid_until route digest"
    " proposed_by_id proposed_at"
).split()


def register_guards() -> None:
    """Called once when the app is ready."""
    register(
        StateMachine("actions_action", "state", sorted((str(a), str(b)) for a, b in TRANSITIONS), frozen=_FROZEN),
        AppendOnly("actions_outcome", keys=[["id"], ["action_id"]]),
        StateMachine(
            "actions_standingapproval",
            "status",
            [("proposed", "active"), ("proposed", "declined"), ("proposed", "revoked"), ("active", "revoked")],
            frozen=_TERMS,
            what="what a standing approval covers",
        ),
        AppendOnly("actions_standingvote", keys=[["id"], ["standing_id", "identity"]]),
        AppendOnly("actions_standinguse", keys=[["id"], ["action_id"]]),
    )

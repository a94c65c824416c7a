"""The walls around votes in the database itself: what eligibility refuses, raw SQL is refused, too.

As far as rows can tell: a vote is for the content stored, on an action that waits, by somebody who neither owns the
agent nor made its key, and the only one of that human being, whichever account or delegate it came by.
"""

from __future__ import annotations

from governance.guards import AppendOnly, OnInsert, register

# The human beings a new vote speaks for: who votes, and who is away.
_THEY = "SELECT COALESCE(same_as_id, id) FROM governance_person WHERE id IN (NEW.person_id, NEW.on_behalf_of_id)"
_ACTION = "SELECT 1 FROM actions_action WHERE id = NEW.action_id"

# Those whom a new vote must not speak for: who answers for the agent, and who has a voice already.
_OWNERS = (
    "actions_action a JOIN actions_agent g ON g.id IN (a.agent_id, a.principal_id)"
    " JOIN actions_agentkey k ON k.id = a.key_id JOIN governance_person p ON p.id IN (g.owner_id, k.issued_by_id)"
    " WHERE a.id = NEW.action_id"
)
_VOTERS = (
    "reviews_vote v JOIN governance_person p ON p.id IN (v.person_id, v.on_behalf_of_id)"
    " WHERE v.action_id = NEW.action_id"
)
_AMONG_THEM = f"COALESCE(p.same_as_id, p.id) IN ({_THEY})"
_ITSELF = "SELECT 1 FROM governance_person WHERE id = NEW.person_id AND COALESCE(same_as_id, id) = NEW.identity"

# name, what is refused, why
_RULES = (
    ("other_content", f"NOT EXISTS ({_ACTION} AND digest = NEW.digest)", "its digest is not that of the action"),
    ("late_vote", f"NOT EXISTS ({_ACTION} AND state = 'pending')", "the action is not pending"),
    ("other_identity", f"NOT EXISTS ({_ITSELF})", "its identity is not that of the person"),
    (
        "owner",
        f"EXISTS (SELECT 1 FROM {_OWNERS} AND {_AMONG_THEM})",  # noqa: S608  (our own constant names)
        "whoever owns the agent or issued its key does not decide",
    ),
    (
        "second_vote",
        f"EXISTS (SELECT 1 FROM {_VOTERS} AND {_AMONG_THEM})",  # noqa: S608  (our own constant names)
        "this human being has voted already",
    ),
)


def register_guards() -> None:
    """Called once when the app is ready."""
    register(
        AppendOnly("reviews_vote", keys=[["id"], ["action_id", "identity"]]),
        OnInsert("reviews_vote", _RULES),
        AppendOnly("reviews_comment"),
        AppendOnly("reviews_conditioncheck", keys=[["id"], ["action_id"]]),
    )

"""The one "may they" rule. Queue, page, API and verb all ask `refusal`; none of them has a rule of its own."""

from __future__ import annotations

from actions.models import Action, State
from governance.errors import NotEligible, NotPending, Refusal
from governance.models import Person

# What a list of actions prefetches, so that asking about each row costs no query.
VOTES = "votes"


def refusal(person: Person, action: Action) -> Refusal | None:
    """Why this person may not decide this action, as the sentence to show; None when they may.

    Whether the person may *see* the action is not asked here: a stranger's action is a 404 before it comes to this.
    """
    if action.state != State.PENDING:
        return NotPending(settled_sentence(action))
    if not person.is_active:
        return NotEligible("Your account is not active.")
    if not person.has_perm("actions.decide_action"):
        return NotEligible("Your role reads; it does not decide. Ask an admin if you should be a reviewer.")
    if person.pk in (action.agent.owner_id, action.principal.owner_id):
        return NotEligible("You own this agent, so somebody else must decide what it does.")
    if any(vote.person_id == person.pk for vote in action.votes.all()):
        return NotEligible("You have already voted on this action.")
    if not reaches(person, action):
        return NotEligible(
            f"The score {action.risk_score:g} is above your approval level: you may decide up to"
            f" {max(person.approval_ceiling, 0):g}."
        )
    return None


def reaches(person: Person, action: Action) -> bool:
    """Whether the person's level reaches the action's score."""
    return action.risk_score <= person.approval_ceiling


def settled_sentence(action: Action) -> str:
    """Who settled an action that is no longer pending, and when."""
    state = action.get_state_display().lower()
    if action.decided_at is None:
        return f"Action {action.pk} is {state}."
    who = action.decided_by_name or {
        "rules": "the rules",
        "deadline": "the deadline",
        "agent": "the agent",
    }.get(action.decided_via, "somebody")
    return (
        f"Action {action.pk} is no longer pending: decided by {who} at {action.decided_at:%Y-%m-%d %H:%M:%S} UTC;"
        f" it is now {state}."
    )

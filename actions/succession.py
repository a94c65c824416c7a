"""Which action takes the place of which: the rule of who may, and both directions of the link.

An action may take the place of one that will never be executed: sent back for changes, rejected, expired or
cancelled. An earlier successor must have ended the same way; otherwise one intention would run twice.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from actions.differences import differences
from actions.models import Action, Agent, State
from governance.errors import CannotSupersede, MissingFields

DENIED = (State.REJECTED, State.EXPIRED, State.CANCELLED, State.CHANGES_REQUESTED)


def predecessor(action_id: int, principal: Agent, *, lock: bool = False) -> Action:
    """The action of this agent that a new one may take the place of; with its row locked where wanted.

    Raises MissingFields (422) when the agent submitted no such action, CannotSupersede (409) when it is not denied,
    or another action has taken its place already.
    """
    own = Action.objects.for_agent(principal).filter(pk=action_id if 0 < action_id < 2**63 else -1)
    found = (own.select_for_update(of=("self",)) if lock else own).first()
    if found is None:
        raise MissingFields(
            f"supersedes names action {action_id}, and you submitted no such action. Nothing was written.",
            errors={"supersedes": "This must be the number of an action of yours."},
        )
    if found.state not in DENIED:
        raise CannotSupersede(
            f"Action {found.pk} is {found.get_state_display().lower()}, so no other can take its place."
            " Nothing was written. Only one that was sent back, rejected, expired or cancelled can be superseded.",
            errors={"supersedes": "This action was not denied."},
        )
    taken = Action.objects.filter(supersedes=found).exclude(state__in=DENIED).order_by("-pk").first()
    if taken is not None:
        raise CannotSupersede(
            f"Action {taken.pk} has taken the place of action {found.pk} already; it is"
            f" {taken.get_state_display().lower()}. Nothing was written.",
            errors={"supersedes": f"Superseded by action {taken.pk}."},
        )
    return found


def successor_of(action: Action) -> Action | None:
    """The latest action that took the place of this one. Asked only where there can be one, so a poll is no dearer."""
    if action.state not in DENIED or action._state.adding:
        return None
    return Action.objects.filter(supersedes=action).defer("assessment", "description").order_by("-pk").first()


def with_successor_id(actions: QuerySet[Action]) -> QuerySet[Action]:
    """The same actions, each with `successor_id`, in the same statement."""
    latest = Action.objects.filter(supersedes=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    return actions.annotate(successor_id=Subquery(latest))


def links(action: Action) -> dict[str, Any]:
    """What an agent is told: which action took the place of this one, and what a reviewer changed between the two.

    `changes` is a list only where a person edited; what an agent changed itself it knows.
    """
    successor = successor_of(action)
    changes = None
    if action.edited_by_id is not None and action.supersedes is not None:
        changes = differences(action.supersedes.payload, action.payload)
    elif successor is not None and successor.edited_by_id is not None:
        changes = differences(action.payload, successor.payload)
    return {"superseded_by": successor.pk if successor else None, "changes": changes}

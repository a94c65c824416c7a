"""The move that calls in the group the route names."""

from __future__ import annotations

from typing import Any

from actions.models import Action, State
from governance.actors import Actor
from governance.errors import Refusal
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.escalate import escalate_action, escalation_refusal
from reviews.moves.base import TIME, Move, MoveForm, reason_field
from reviews.steering import steering_seat


class EscalateForm(MoveForm):
    """Why it cannot wait."""

    reason = reason_field("required; those who are called in read it")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = f"Why {self.action.way.escalate_to_name or 'others'} should look now"


def _offered(reviewer: Reviewer, action: Action) -> bool:
    if action.state != State.PENDING or escalation_refusal(action):
        return False
    return not isinstance(steering_seat(reviewer, action), Refusal)


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    done = escalate_action(action.pk, actor=actor, person=person, reason=given["reason"])
    return f"Action {done.pk} was escalated to {done.way.escalate_to_name}."


MOVE = Move(
    slug="escalate",
    label="Escalate",
    button="Escalate",
    form=EscalateForm,
    offered=_offered,
    make=_make,
    group=TIME,
    hint="call in the next group",
    help="The people of the route's escalation group may then stand in for anybody who is wanted."
    " Votes given so far keep counting, and the deadline stays.",
)

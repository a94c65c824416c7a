"""The move that calls in the group the route names."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

    reason = reason_field(gettext_lazy("required; those who are called in read it"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why {group} should look now").format(
            group=self.action.way.escalate_to_name or _("others")
        )


def _offered(reviewer: Reviewer, action: Action) -> bool:
    if action.state != State.PENDING or escalation_refusal(action):
        return False
    return not isinstance(steering_seat(reviewer, action), Refusal)


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    done = escalate_action(action.pk, actor=actor, person=person, reason=given["reason"])
    return _("Action {action} was escalated to {group}.").format(action=done.pk, group=done.way.escalate_to_name)


MOVE = Move(
    slug="escalate",
    label=gettext_lazy("Escalate"),
    button=gettext_lazy("Escalate"),
    form=EscalateForm,
    offered=_offered,
    make=_make,
    group=TIME,
    hint=gettext_lazy("call in the next group"),
    help=gettext_lazy(
        "The people of the route's escalation group may then stand in for anybody who is wanted."
        " Votes given so far keep counting, and the deadline stays."
    ),
)

"""The move that gives a waiting action more time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, State
from governance.actors import Actor
from governance.errors import Refusal
from governance.local_time import shown
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.extend import extend_deadline
from reviews.moves.base import TIME, Move, MoveForm, reason_field
from reviews.steering import steering_seat

_LENGTHS = (
    (60, gettext_lazy("1 hour")),
    (4 * 60, gettext_lazy("4 hours")),
    (24 * 60, gettext_lazy("1 day")),
    (3 * 24 * 60, gettext_lazy("3 days")),
    (7 * 24 * 60, gettext_lazy("7 days")),
)


class ExtendForm(MoveForm):
    """By how much, and why."""

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Longer by"),
        choices=_LENGTHS,
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose by how much the deadline is extended. Nothing was changed."),
            "invalid_choice": gettext_lazy(
                "The deadline cannot be extended by that. Nothing was changed. Use the list."
            ),
        },
    )
    reason = reason_field(gettext_lazy("required; it is kept in the history"))


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return action.state == State.PENDING and not isinstance(steering_seat(reviewer, action), Refusal)


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    done = extend_deadline(action.pk, actor=actor, person=person, minutes=given["minutes"], reason=given["reason"])
    return _("Action {action} may now be decided until {when}.").format(
        action=done.pk, when=shown(done.deadline, "%Y-%m-%d %H:%M:%S")
    )


MOVE = Move(
    slug="extend",
    label=gettext_lazy("Extend the deadline"),
    button=gettext_lazy("Extend"),
    form=ExtendForm,
    offered=_offered,
    make=_make,
    group=TIME,
    hint=gettext_lazy("by hours or days"),
    help=gettext_lazy("The agent waits longer. At most 7 days at once, and 30 days after the first deadline."),
)

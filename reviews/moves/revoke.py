"""The move that takes an approval back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, State
from governance.actors import Actor
from governance.errors import Refusal
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.moves.base import AFTERWARDS, Move, MoveForm, reason_field
from reviews.revoke import revoke_approval
from reviews.steering import revoking_seat


class RevokeForm(MoveForm):
    """Why it must not happen after all."""

    reason = reason_field(gettext_lazy("required; the agent receives it"))


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return action.state == State.APPROVED and not isinstance(revoking_seat(reviewer, action), Refusal)


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    done = revoke_approval(action.pk, actor=actor, person=person, reason=given["reason"])
    return _("The approval of action {action} was revoked. From now on the agent reads that it is denied.").format(
        action=done.pk
    )


MOVE = Move(
    slug="revoke",
    label=gettext_lazy("Revoke the approval"),
    button=gettext_lazy("Revoke"),
    form=RevokeForm,
    offered=_offered,
    make=_make,
    group=AFTERWARDS,
    hint=gettext_lazy("deny it after all"),
    help=gettext_lazy(
        "From now on the agent reads that it is denied. An agent that has read the approval"
        " already may be acting on it; nothing here can stop that."
    ),
    weight="no",
    is_decision=True,
)

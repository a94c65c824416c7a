"""Sending an action back to its agent, with what is asked for."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews import eligibility
from reviews.eligibility import Reviewer
from reviews.forms import MAX_REASON, preset_field
from reviews.moves.base import INSTEAD, Move, MoveForm
from reviews.presets import CHANGES, reason_from
from reviews.request_changes import request_changes


class RequestChangesForm(MoveForm):
    """What the agent should change."""

    preset = preset_field(CHANGES)
    reason = forms.CharField(
        required=False,
        label="What to change",
        help_text="required; the agent receives it",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"The reason is longer than {MAX_REASON} characters. Nothing was decided."},
    )


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return eligibility.refusal(reviewer, action) is None


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    reason = reason_from(CHANGES, given["preset"], given["reason"])
    sent_back = request_changes(action.pk, actor=actor, person=person, digest=given["digest"], reason=reason)
    return f"{sent_back.decided_by_name} sent action {action.pk} back for changes. Its agent may submit it anew."


MOVE = Move(
    slug="request-changes",
    label="Request changes",
    button="Send it back",
    form=RequestChangesForm,
    offered=_offered,
    make=_make,
    group=INSTEAD,
    hint="back to the agent",
    help="Denies this action as it is, and tells the agent what to change. A new submission will be linked to it.",
)

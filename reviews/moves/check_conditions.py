"""Saying whether the agent kept to the conditions of its approval."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews.check_conditions import check_conditions, check_refusal
from reviews.eligibility import Reviewer
from reviews.forms import MAX_REASON
from reviews.moves.base import AFTERWARDS, Move, MoveForm


class CheckForm(MoveForm):
    """Kept or not, and a note."""

    kept = forms.ChoiceField(
        label="They were",
        choices=[("yes", "Kept"), ("no", "Not kept")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Say whether the conditions were kept. Nothing was recorded.",
            "invalid_choice": "Say whether the conditions were kept. Nothing was recorded.",
        },
    )
    note = forms.CharField(
        required=False,
        label="Note",
        help_text="required if they were not",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"The note is longer than {MAX_REASON} characters. Nothing was recorded."},
    )


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return check_refusal(reviewer.person, action) is None


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    kept = given["kept"] == "yes"
    check_conditions(action.pk, actor=actor, person=person, kept=kept, note=given["note"])
    return f"Recorded: the conditions of action {action.pk} were {'kept' if kept else 'not kept'}."


MOVE = Move(
    slug="conditions",
    label="Were the conditions kept?",
    button="Record it",
    form=CheckForm,
    offered=_offered,
    make=_make,
    group=AFTERWARDS,
    help="Compare the conditions with what the agent reported. Said once, it stays in the history.",
)

"""Saying whether the agent kept to the conditions of its approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        label=gettext_lazy("They were"),
        choices=[("yes", gettext_lazy("Kept")), ("no", gettext_lazy("Not kept"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say whether the conditions were kept. Nothing was recorded."),
            "invalid_choice": gettext_lazy("Say whether the conditions were kept. Nothing was recorded."),
        },
    )
    note = forms.CharField(
        required=False,
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("required if they were not"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": format_lazy(
                gettext_lazy("The note is longer than {max_reason} characters. Nothing was recorded."),
                max_reason=MAX_REASON,
            )
        },
    )


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return check_refusal(reviewer.person, action) is None


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    kept = given["kept"] == "yes"
    check_conditions(action.pk, actor=actor, person=person, kept=kept, note=given["note"])
    said = (
        _("Recorded: the conditions of action {action} were kept.")
        if kept
        else _("Recorded: the conditions of action {action} were not kept.")
    )
    return said.format(action=action.pk)


MOVE = Move(
    slug="conditions",
    label=gettext_lazy("Were the conditions kept?"),
    button=gettext_lazy("Record it"),
    form=CheckForm,
    offered=_offered,
    make=_make,
    group=AFTERWARDS,
    help=gettext_lazy("Compare the conditions with what the agent reported. Said once, it stays in the history."),
)

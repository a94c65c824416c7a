"""The moves that ask somebody to decide an action, and ask them no more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, State
from governance.actors import Actor
from governance.models import Person
from reviews.assign import MAX_NOTE, assign_action, may_assign, unassign_action
from reviews.eligibility import Reviewer
from reviews.models import Assignment
from reviews.moves.base import Move, MoveForm


class AssignForm(MoveForm):
    to = forms.CharField(
        max_length=150,
        label=gettext_lazy("To"),
        help_text=gettext_lazy("user name"),
        widget=forms.TextInput(attrs={"list": "deciders", "autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": gettext_lazy("Nobody is named. Nothing was changed. Name who should decide it.")},
    )
    note = forms.CharField(
        max_length=MAX_NOTE, required=False, label=gettext_lazy("Note"), help_text=gettext_lazy("optional")
    )


def assigned_on(action: Action) -> Assignment | None:
    """Who is asked to decide an action that still waits."""
    return getattr(action, "assignment", None) if action.state == State.PENDING else None


def may_end(reviewer: Reviewer, action: Action) -> bool:
    there = assigned_on(action)
    if there is None:
        return False
    return there.person.identity == reviewer.person.identity or may_assign(reviewer, action)


def make(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    made = assign_action(action.pk, actor=actor, person=person, to=cleaned["to"], note=cleaned["note"])
    return _("It is assigned to {person}.").format(person=made.person.shown_name)


def end(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    ended = unassign_action(action.pk, actor=actor, person=person)
    return _("It is assigned to nobody any more.") if ended else _("It was assigned to nobody. Nothing was changed.")


PLACE = "at-it"
ASSIGN = Move(
    "assign",
    gettext_lazy("Assign it"),
    gettext_lazy("Assign"),
    AssignForm,
    may_assign,
    make,
    place=PLACE,
    template="_move_assign.html",
)
UNASSIGN = Move("unassign", gettext_lazy("Unassign"), gettext_lazy("Unassign"), MoveForm, may_end, end, place=PLACE)

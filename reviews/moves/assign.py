"""The moves that ask somebody to decide an action, and ask them no more."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms

from actions.models import Action, State
from governance.actors import Actor
from governance.models import Person
from reviews.assign import MAX_NOTE, assign_action, may_assign, unassign_action
from reviews.eligibility import Reviewer
from reviews.models import Assignment
from reviews.moves.base import Move, MoveForm
from reviews.onlookers import likely_deciders


class AssignForm(MoveForm):
    to = forms.CharField(
        max_length=150,
        label="To",
        help_text="user name",
        widget=forms.TextInput(attrs={"list": "deciders", "autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": "Nobody is named. Nothing was changed. Name who should decide it."},
    )
    note = forms.CharField(max_length=MAX_NOTE, required=False, label="Note", help_text="optional")

    @cached_property
    def deciders(self) -> list[Person]:
        """Whom the field suggests."""
        return likely_deciders(self.action)


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
    return f"It is assigned to {made.person.shown_name}."


def end(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    ended = unassign_action(action.pk, actor=actor, person=person)
    return "It is assigned to nobody any more." if ended else "It was assigned to nobody. Nothing was changed."


PLACE = "at-it"
ASSIGN = Move("assign", "Assign it", "Assign", AssignForm, may_assign, make, place=PLACE, template="_move_assign.html")
UNASSIGN = Move("unassign", "Unassign", "Unassign", MoveForm, may_end, end, place=PLACE)

"""Putting other content in the place of an agent's, and approving that."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews import eligibility
from reviews.edit import edit_and_approve
from reviews.eligibility import Reviewer
from reviews.forms import MAX_REASON
from reviews.moves.base import INSTEAD, Move, MoveForm
from reviews.rendering import editable


class EditForm(MoveForm):
    """The whole content as JSON, and why it was changed."""

    content = forms.CharField(
        required=False,
        strip=False,
        label="Content",
        help_text="JSON; the agent's own name stays",
        widget=forms.Textarea(attrs={"rows": 18, "class": "code", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"null_characters_not_allowed": "The content holds the character NUL. Nothing was written."},
    )
    reason = forms.CharField(
        required=False,
        label="Why",
        help_text="required; the agent receives it",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"The reason is longer than {MAX_REASON} characters. Nothing was decided."},
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["content"].initial = editable(self.action.payload)


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return eligibility.refusal(reviewer, action) is None and action.way.edit_allowed


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    new, refused = edit_and_approve(
        action.pk,
        actor=actor,
        person=person,
        digest=given["digest"],
        content=given["content"],
        reason=given["reason"],
    )
    if new.pk == action.pk:
        return f"Action {action.pk} was sent back."
    stands = new.get_state_display().lower()
    more = ""
    if new.state == "pending":
        more = f" You do not approve it: {refused.sentence}" if refused else " It still waits for others."
    elif new.state == "rejected":
        more = f" The rules deny it: {new.reason}"
    return f"Action {new.pk} takes the place of action {action.pk}, with your content. It is {stands}.{more}"


MOVE = Move(
    slug="edit",
    label="Edit and approve",
    button="Approve the edit",
    form=EditForm,
    offered=_offered,
    make=_make,
    group=INSTEAD,
    hint="with your content",
    help="The agent's action is sent back, and yours takes its place: judged anew, with your approval on it.",
    weight="go",
)

"""Putting other content in the place of an agent's, and approving that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        label=gettext_lazy("Content"),
        help_text=gettext_lazy("JSON; the agent's own name stays"),
        widget=forms.Textarea(attrs={"rows": 18, "class": "code", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={
            "null_characters_not_allowed": gettext_lazy("The content holds the character NUL. Nothing was written.")
        },
    )
    reason = forms.CharField(
        required=False,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("required; the agent receives it"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": format_lazy(
                gettext_lazy("The reason is longer than {max_reason} characters. Nothing was decided."),
                max_reason=MAX_REASON,
            )
        },
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
        return _("Action {action} was sent back.").format(action=action.pk)
    said = _("Action {new} takes the place of action {action}, with your content. It is {state}.")
    parts = [said.format(new=new.pk, action=action.pk, state=new.get_state_display().lower())]
    if new.state == "pending" and refused:
        parts.append(_("You do not approve it: {why}").format(why=refused.sentence))
    elif new.state == "pending":
        parts.append(_("It still waits for others."))
    elif new.state == "rejected":
        parts.append(_("The rules deny it: {why}").format(why=new.reason))
    return " ".join(parts)


MOVE = Move(
    slug="edit",
    label=gettext_lazy("Edit and approve"),
    button=gettext_lazy("Approve the edit"),
    form=EditForm,
    offered=_offered,
    make=_make,
    group=INSTEAD,
    hint=gettext_lazy("with your content"),
    help=gettext_lazy(
        "The agent's action is sent back, and yours takes its place: judged anew, with your approval on it."
    ),
    weight="go",
)

"""The move that says something about an action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews.comment import MAX_COMMENT, add_comment
from reviews.eligibility import Reviewer
from reviews.moves.base import Move, MoveForm


class CommentForm(MoveForm):
    text = forms.CharField(
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Comment"),
        error_messages={
            "required": gettext_lazy("The comment is empty. Nothing was written. Say something first."),
            "max_length": format_lazy(
                gettext_lazy("The comment is longer than {max_comment} characters. Nothing was written. Shorten it."),
                max_comment=MAX_COMMENT,
            ),
        },
    )


def offered(reviewer: Reviewer, action: Action) -> bool:
    """To everybody who sees the page, before and after the decision."""
    return True


def make(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    comment = add_comment(action.pk, actor=actor, person=person, text=cleaned["text"])
    names = ", ".join(one.shown_name for one in comment.mentions.order_by("username"))
    return (
        _("Your comment is in the conversation. It mentions {names}.").format(names=names)
        if names
        else _("Your comment is written down.")
    )


COMMENT = Move(
    "comment", gettext_lazy("Comment"), gettext_lazy("Comment"), CommentForm, offered, make, place="conversation"
)

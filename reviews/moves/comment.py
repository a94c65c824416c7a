"""The move that says something about an action."""

from __future__ import annotations

from typing import Any

from django import forms

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
        label="Comment",
        error_messages={
            "required": "The comment is empty. Nothing was written. Say something first.",
            "max_length": f"The comment is longer than {MAX_COMMENT} characters. Nothing was written. Shorten it.",
        },
    )


def offered(reviewer: Reviewer, action: Action) -> bool:
    """To everybody who sees the page, before and after the decision."""
    return True


def make(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    comment = add_comment(action.pk, actor=actor, person=person, text=cleaned["text"])
    names = ", ".join(one.shown_name for one in comment.mentions.order_by("username"))
    return f"Your comment is in the conversation. It mentions {names}." if names else "Your comment is written down."


COMMENT = Move("comment", "Comment", "Comment", CommentForm, offered, make, place="conversation")

"""Sending an action back to its agent, with what is asked for."""

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
        label=gettext_lazy("What to change"),
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


def _offered(reviewer: Reviewer, action: Action) -> bool:
    return eligibility.refusal(reviewer, action) is None


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    reason = reason_from(CHANGES, given["preset"], given["reason"])
    sent_back = request_changes(action.pk, actor=actor, person=person, digest=given["digest"], reason=reason)
    return _("{decided_by_name} sent action {action} back for changes. Its agent may submit it anew.").format(
        decided_by_name=sent_back.decided_by_name, action=action.pk
    )


MOVE = Move(
    slug="request-changes",
    label=gettext_lazy("Request changes"),
    button=gettext_lazy("Send it back"),
    form=RequestChangesForm,
    offered=_offered,
    make=_make,
    group=INSTEAD,
    hint=gettext_lazy("back to the agent"),
    help=gettext_lazy(
        "Denies this action as it is, and tells the agent what to change. A new submission will be linked to it."
    ),
)

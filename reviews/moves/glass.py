"""Breaking the glass, and looking at it afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, DecidedVia
from governance.actors import Actor
from governance.local_time import shown
from governance.models import Person
from reviews.break_glass import LEAST_REASON, break_glass, glass_refusal, review_break_glass, review_refusal
from reviews.eligibility import Reviewer
from reviews.forms import password_field
from reviews.models import BreakGlass
from reviews.moves.base import AFTERWARDS, EMERGENCY, Move, MoveForm
from reviews.vote import MAX_REASON


class GlassForm(MoveForm):
    """Why, and who."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=format_lazy(
            gettext_lazy("at least {least_reason} characters: the emergency, and why nobody else can be asked"),
            least_reason=LEAST_REASON,
        ),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("A reason is required. Nothing was decided. Say what the emergency is.")
        },
    )
    password = password_field()


class GlassReviewForm(MoveForm):
    """What somebody else thinks of it."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Finding"),
        choices=BreakGlass.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a finding. Nothing was recorded.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("what you looked at; kept in the history"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("A note is required. Nothing was recorded. Say what you looked at.")},
    )


def _may_break(reviewer: Reviewer, action: Action) -> bool:
    return glass_refusal(reviewer, action) is None


def _break(action: Action, actor: Actor, person: Person, data: dict[str, Any]) -> str:
    done = break_glass(action.pk, actor=actor, person=person, reason=data["reason"], digest=data["digest"])
    said = _("{who} approved action {action} alone at {when}.").format(
        who=person.shown_name, action=done.pk, when=shown(done.decided_at, "%Y-%m-%d %H:%M:%S")
    )
    return said if done.is_canary else f"{said} {_('Somebody else must look at it within 24 hours.')}"


def _may_review(reviewer: Reviewer, action: Action) -> bool:
    if action.decided_via != DecidedVia.GLASS:
        return False
    glass = BreakGlass.objects.select_related("person", "reviewed_by").get(action=action)
    return review_refusal(reviewer.person, glass) is None


def _review(action: Action, actor: Actor, person: Person, data: dict[str, Any]) -> str:
    glass = review_break_glass(action.pk, actor=actor, person=person, finding=data["finding"], note=data["note"])
    return _("You looked at the broken glass of action {action}: {finding}.").format(
        action=action.pk, finding=glass.get_finding_display().lower()
    )


MOVE = Move(
    slug="break-glass",
    label=gettext_lazy("Break the glass"),
    button=gettext_lazy("Approve alone"),
    form=GlassForm,
    offered=_may_break,
    make=_break,
    group=EMERGENCY,
    hint=gettext_lazy("approve alone, at once"),
    help=gettext_lazy(
        "For emergencies: you approve this alone, at once, whoever else is asked for. It is"
        " shown to seniors and admins until somebody else has looked at it, within 24 hours."
    ),
    weight="no",
    confirms=True,
)

REVIEW = Move(
    slug="review-glass",
    label=gettext_lazy("Look at the broken glass"),
    button=gettext_lazy("Record what you found"),
    form=GlassReviewForm,
    offered=_may_review,
    make=_review,
    group=AFTERWARDS,
    help=gettext_lazy("One person approved this alone. Was that justified? It stays approved either way."),
    weight="go",
)

"""Breaking the glass, and looking at it afterwards."""

from __future__ import annotations

from typing import Any

from django import forms

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
        label="Why",
        help_text=f"at least {LEAST_REASON} characters: the emergency, and why nobody else can be asked",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "A reason is required. Nothing was decided. Say what the emergency is."},
    )
    password = password_field()


class GlassReviewForm(MoveForm):
    """What somebody else thinks of it."""

    finding = forms.ChoiceField(
        choices=BreakGlass.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a finding. Nothing was recorded."},
    )
    note = forms.CharField(
        label="Note",
        help_text="what you looked at; kept in the history",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "A note is required. Nothing was recorded. Say what you looked at."},
    )


def _may_break(reviewer: Reviewer, action: Action) -> bool:
    return glass_refusal(reviewer, action) is None


def _break(action: Action, actor: Actor, person: Person, data: dict[str, Any]) -> str:
    done = break_glass(action.pk, actor=actor, person=person, reason=data["reason"], digest=data["digest"])
    more = "" if done.is_canary else " Somebody else must look at it within 24 hours."
    return (
        f"{person.shown_name} approved action {done.pk} alone at {shown(done.decided_at, '%Y-%m-%d %H:%M:%S')}.{more}"
    )


def _may_review(reviewer: Reviewer, action: Action) -> bool:
    if action.decided_via != DecidedVia.GLASS:
        return False
    glass = BreakGlass.objects.select_related("person", "reviewed_by").get(action=action)
    return review_refusal(reviewer.person, glass) is None


def _review(action: Action, actor: Actor, person: Person, data: dict[str, Any]) -> str:
    glass = review_break_glass(action.pk, actor=actor, person=person, finding=data["finding"], note=data["note"])
    return f"You looked at the broken glass of action {action.pk}: {glass.get_finding_display().lower()}."


MOVE = Move(
    slug="break-glass",
    label="Break the glass",
    button="Approve alone",
    form=GlassForm,
    offered=_may_break,
    make=_break,
    group=EMERGENCY,
    hint="approve alone, at once",
    help="For emergencies: you approve this alone, at once, whoever else is asked for. It is shown to seniors and"
    " admins until somebody else has looked at it, within 24 hours.",
    weight="no",
    confirms=True,
)

REVIEW = Move(
    slug="review-glass",
    label="Look at the broken glass",
    button="Record what you found",
    form=GlassReviewForm,
    offered=_may_review,
    make=_review,
    group=AFTERWARDS,
    help="One person approved this alone. Was that justified? It stays approved either way.",
    weight="go",
)

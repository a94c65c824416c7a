"""The moves of being at an action: saying so, ending it, and taking it over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action
from governance.actors import Actor
from governance.local_time import shown
from governance.models import Person
from reviews.claim import MAX_REASON, claim_action, release_claim, take_over
from reviews.eligibility import Reviewer, refusal
from reviews.models import Claim
from reviews.moves.base import Move, MoveForm


class TakeOverForm(MoveForm):
    """Takes it from the person who was shown to be at it, and from nobody else."""

    holder = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=MAX_REASON,
        label=gettext_lazy("Why you take it over"),
        error_messages={"required": gettext_lazy("A reason is required. Nothing was changed. Say why in a sentence.")},
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if held := held_on(self.action):
            self.fields["holder"].initial = held.person_id


def held_on(action: Action) -> Claim | None:
    """The claim that runs on an action."""
    held: Claim | None = getattr(action, "claim", None)
    return held if held is not None and held.is_live(timezone.now()) else None


def may_take(reviewer: Reviewer, action: Action) -> bool:
    return held_on(action) is None and refusal(reviewer, action) is None


def has_it(reviewer: Reviewer, action: Action) -> bool:
    held = held_on(action)
    return held is not None and held.person.identity == reviewer.person.identity


def may_take_over(reviewer: Reviewer, action: Action) -> bool:
    return held_on(action) is not None and not has_it(reviewer, action) and refusal(reviewer, action) is None


def take(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    claim = claim_action(action.pk, actor=actor, person=person)
    return _("You are on it until {when}. It keeps nobody from deciding.").format(when=shown(claim.expires_at, "%H:%M"))


def release(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    released = release_claim(action.pk, actor=actor, person=person)
    return _("You are no longer at it.") if released else _("You were not at it any more. Nothing was changed.")


def take_it_over(action: Action, actor: Actor, person: Person, cleaned: dict[str, Any]) -> str:
    holder, reason = cleaned["holder"], cleaned["reason"]
    claim = take_over(action.pk, actor=actor, person=person, holder_id=holder, reason=reason)
    return _("You are on it now, until {when}. It keeps nobody from deciding.").format(
        when=shown(claim.expires_at, "%H:%M")
    )


PLACE = "at-it"
CLAIM = Move("claim", gettext_lazy("I'm on it"), gettext_lazy("I'm on it"), MoveForm, may_take, take, place=PLACE)
RELEASE = Move("release", gettext_lazy("Let it go"), gettext_lazy("Let it go"), MoveForm, has_it, release, place=PLACE)
TAKE_OVER = Move(
    "takeover",
    gettext_lazy("Take it over"),
    gettext_lazy("Take it over"),
    TakeOverForm,
    may_take_over,
    take_it_over,
    place=PLACE,
)

"""Looking at a sample of what the rules approved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, Sample
from governance.actors import Actor
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.moves.base import AFTERWARDS, Move, MoveForm
from reviews.samples import look_at_sample, sample_of, sample_refusal
from reviews.vote import MAX_REASON


class SampleForm(MoveForm):
    """Fine or not, and why."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Finding"),
        choices=Sample.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a finding. Nothing was recorded.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("required for a concern; kept in the history"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _may_look(reviewer: Reviewer, action: Action) -> bool:
    sample = sample_of(action)
    return sample is not None and sample_refusal(reviewer, action, sample) is None


def _look(action: Action, actor: Actor, person: Person, data: dict[str, Any]) -> str:
    sample = look_at_sample(action.pk, actor=actor, person=person, finding=data["finding"], note=data["note"])
    return _("You looked at action {action}: {finding}.").format(
        action=action.pk, finding=sample.get_finding_display().lower()
    )


MOVE = Move(
    slug="look",
    label=gettext_lazy("Looked at afterwards"),
    button=gettext_lazy("Record what you found"),
    form=SampleForm,
    offered=_may_look,
    make=_look,
    group=AFTERWARDS,
    help=gettext_lazy(
        "The rules approved this by themselves, and it was drawn for a person to see. It stays approved either way."
    ),
    weight="go",
)

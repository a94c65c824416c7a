"""Allow more like this: an action as the example of a standing approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, StandingApproval
from governance.actors import Actor
from governance.errors import Refusal
from governance.frozen_words import number
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.moves.base import NEXT_ONES, Move, MoveForm
from reviews.rendering import plain
from reviews.standing import terms
from reviews.standing.verbs import propose_standing


class StandingForm(MoveForm):
    """The terms. Without a script, too, the picked details become part of the condition."""

    condition = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Where this holds"),
        help_text=gettext_lazy("a condition, as policies have them"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}),
    )
    details = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("And these details are the same"), widget=forms.CheckboxSelectMultiple
    )
    score_up_to = forms.FloatField(label=gettext_lazy("Score up to"), min_value=0)
    max_uses = forms.IntegerField(
        label=gettext_lazy("How many"),
        help_text=gettext_lazy("at most 1000"),
        min_value=1,
        max_value=terms.MAX_USES,
        initial=10,
    )
    days = forms.IntegerField(
        label=gettext_lazy("For days"),
        help_text=gettext_lazy("at most 30"),
        min_value=1,
        max_value=terms.MAX_DAYS,
        initial=7,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("others read it before they vote"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(name, plain(f"{name}: {value}", limit=60)) for name, value in terms.details_of(self.action).items()]
        details: Any = self.fields["details"]
        details.choices = choices
        if not choices:
            del self.fields["details"]
        self.fields["condition"].initial = terms.preset(self.action)
        score: Any = self.fields["score_up_to"]
        score.initial = self.action.risk_score
        score.help_text = _("at most {risk_score}").format(risk_score=number(self.action.risk_score))

    def clean(self) -> dict[str, Any]:
        """The picked details go into the condition: what is proposed is what was tried."""
        found = super().clean() or self.cleaned_data
        if "condition" in found:
            condition = found["condition"].replace("\r\n", "\n").strip()
            found["condition"] = terms.with_details(condition, self.action, found.get("details") or ())
        return found

    @property
    def trial(self) -> terms.Trial:
        """What the terms say of the example and of the agent's latest actions."""
        if not self.is_valid() and "condition" not in self.cleaned_data:
            return terms.Trial(_("There is no condition yet."))
        score = self.cleaned_data.get("score_up_to", self.action.risk_score)
        return terms.try_terms(self.action, self.cleaned_data["condition"], min(score, self.action.risk_score))


def _offered(reviewer: Reviewer, action: Action) -> bool:
    if terms.why_no_example(action):
        return False
    fresh = StandingApproval(example=action, agent=action.agent, score_up_to=action.risk_score, route=action.route)
    return not isinstance(terms.seat_on(reviewer, fresh), Refusal)


def _make(action: Action, actor: Actor, person: Person, given: dict[str, Any]) -> str:
    standing = propose_standing(
        action.pk,
        actor=actor,
        person=person,
        **{name: given[name] for name in ("digest", "condition", "score_up_to", "max_uses", "days", "reason")},
    )
    if standing.status == StandingApproval.Status.ACTIVE:
        return _(
            "Standing approval {standing} is in force. It is listed under Standing, and can be revoked there."
        ).format(standing=standing.pk)
    return _(
        "Standing approval {standing} is proposed. It takes effect once as many approved it as this route asks for."
    ).format(standing=standing.pk)


MOVE = Move(
    slug="allow-more",
    label=gettext_lazy("Allow more like this"),
    button=gettext_lazy("Propose"),
    form=StandingForm,
    offered=_offered,
    make=_make,
    group=NEXT_ONES,
    hint=gettext_lazy("without waiting"),
    help=(
        gettext_lazy(
            "Up to so many more actions of this agent and type pass without waiting, for a while. It"
            " takes the same approvals as this action; yours is the first. It does not decide this"
            " action."
        )
    ),
    template="_standing_fields.html",
)

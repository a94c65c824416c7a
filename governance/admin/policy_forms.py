"""The forms of policies and thresholds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from governance import conditions
from governance.admin.pickers import PickField
from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import Control, Person, Policy, Threshold
from governance.rule_checks import line_taken

# What each choice does, beside the choice.
_EFFECTS = {
    Policy.Effect.DENY: gettext_lazy("refuses the action at once. Nothing overrules it."),
    Policy.Effect.REQUIRE_APPROVAL: gettext_lazy("the action waits for a person. Only a denial overrules it."),
    Policy.Effect.ALLOW: gettext_lazy(
        "the action passes although its score would call a person; never a critical one."
    ),
}
_MODES = {
    Policy.Mode.OBSERVE: gettext_lazy("changes nothing. Each action it would have applied to says so. Begin here."),
    Policy.Mode.ENFORCE: gettext_lazy("settles outcomes, from the next submission on."),
}


def _explained(choices: dict[Any, Any]) -> list[tuple[str, str]]:
    return [
        (choice.value, format_html("<b>{}</b> <span>{}</span>", choice.label, words))
        for choice, words in choices.items()
    ]


def _leave_others_alone(fields: dict[str, Any]) -> None:
    """No buttons that change people, teams and controls from here: those pages are one click away."""
    for field in fields.values():
        for button in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if hasattr(field.widget, button):
                setattr(field.widget, button, False)


class Moment(forms.DateTimeInput):
    """One field for day and time, which browsers know how to ask for: in the time zone of who fills it in."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 60}, format="%Y-%m-%dT%H:%M")


class PolicyForm(RuleForm):
    """A policy, with every choice explained where it is made."""

    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"), choices=lambda: _explained(_EFFECTS), widget=forms.RadioSelect
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"),
        choices=lambda: _explained(_MODES),
        widget=forms.RadioSelect,
        initial=Policy.Mode.OBSERVE,
    )
    valid_from = forms.DateTimeField(
        label=gettext_lazy("Valid from"),
        required=False,
        widget=Moment,
        help_text=gettext_lazy("Empty: from the moment it is saved."),
    )
    valid_until = forms.DateTimeField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=Moment,
        help_text=gettext_lazy("It applies until just before this moment. Empty: for good."),
    )

    controls = PickField(
        Control,
        label=gettext_lazy("Controls"),
        kind="controls",
        hint=gettext_lazy("AC-3 or access"),
        help_text=gettext_lazy("The controls of SP 800-53 it serves, for the auditor."),
    )

    class Meta:
        model = Policy
        fields = "__all__"
        widgets = {
            "name": forms.TextInput(attrs={"size": 60}),
            "condition": forms.Textarea(
                attrs={
                    "rows": 7,
                    "cols": 90,
                    "spellcheck": "false",
                    "autocapitalize": "off",
                    "autocomplete": "off",
                    "maxlength": conditions.MAX_LENGTH,
                }
            ),
            "reason": SENTENCE,
        }
        help_texts = {
            "condition": gettext_lazy(
                "True or false, written in CEL. An action it cannot answer for waits for a person."
            ),
            "reason": gettext_lazy("One sentence: the reviewer reads it, and the agent is sent it."),
            "severity": gettext_lazy("How much it matters, for those who read it. It changes no outcome."),
            "owner": gettext_lazy("Who answers for it when somebody asks why."),
            "priority": gettext_lazy(
                "Only orders the reasons when several policies apply, smallest first. It never changes an"
                " outcome: a denial is a denial."
            ),
            "is_enabled": gettext_lazy(
                "A policy is disabled, never deleted, because actions and versions speak of it."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _leave_others_alone(self.fields)
        if "owner" in self.fields:
            owner: Any = self.fields["owner"]
            owner.queryset = Person.objects.filter(Q(is_active=True) | Q(pk=self.instance.owner_id))
            owner.empty_label = gettext_lazy("nobody")
        for name in {"valid_from", "valid_until"} & set(self.fields):
            self.fields[name].label = f"{self.fields[name].label} ({timezone.get_current_timezone_name()})"


class ThresholdForm(RuleForm):
    """A line for a type of agents, or for one agent."""

    class Meta:
        model = Threshold
        fields = "__all__"
        widgets = {"reason": SENTENCE}
        labels = {"review_from": gettext_lazy("A person decides from"), "deny_from": gettext_lazy("Refused from")}
        help_texts = {
            "agent_type": gettext_lazy(
                "Every agent of this kind that has no line of its own. Leave it empty to name one agent."
            ),
            "review_from": gettext_lazy(
                "From this score on, 0 to 90. The guide says 70. Nobody can set it above 90: a critical"
                " action never passes without a person."
            ),
            "deny_from": gettext_lazy("From this score on it is refused without asking anybody. Empty: never."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _leave_others_alone(self.fields)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        whom = {name: given[name] for name in ("agent_type", "agent_id", "team") if name in given}
        if len(whom) == 3 and (taken := line_taken(Threshold(pk=self.instance.pk, **whom))):
            self.add_error(*taken)
        return given

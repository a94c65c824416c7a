"""What a reviewer sends with a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from reviews.models import Verdict
from reviews.presets import REJECTIONS, Preset, reason_from

MAX_REASON = 4000
# A person may type as many lines as fit; how many count is the verb's rule.
MAX_CONDITIONS = 8000


class PresetSelect(forms.Select):
    """A list of preset reasons. With a script, choosing one copies it into the reason of the same form."""

    def __init__(self, presets: tuple[Preset, ...]):
        super().__init__(attrs={"data-fills": "reason"})
        self.texts = {preset.slug: preset.text for preset in presets}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.texts:
            option["attrs"]["data-text"] = self.texts[str(value)]
        return option


def preset_field(presets: tuple[Preset, ...]) -> forms.ChoiceField:
    """One of the preset reasons, or none. What was typed besides follows it: presets.reason_from."""
    choices = [
        ("", gettext_lazy("Choose one, or write your own")),
        *((preset.slug, preset.label) for preset in presets),
    ]
    return forms.ChoiceField(
        required=False, choices=choices, label=gettext_lazy("Often said"), widget=PresetSelect(presets), initial=""
    )


def password_field(label: str = "") -> forms.CharField:
    """The password once more, where a deed asks for it. It is never written back into a page."""
    return forms.CharField(
        label=label or gettext_lazy("Your password"),
        help_text=gettext_lazy("asked again for this one"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "max_length": gettext_lazy("The password is longer than 1000 characters. Nothing was decided.")
        },
    )


class DecisionForm(forms.Form):
    """The verdict is the pressed button's value; without one nothing is decided, least of all an approval."""

    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "required": gettext_lazy("No verdict arrived. Nothing was decided. Press one of the buttons."),
            "invalid_choice": gettext_lazy(
                "The verdict is neither approve nor reject. Nothing was decided. Use the buttons."
            ),
        },
    )
    digest = forms.RegexField(
        r"\A[0-9a-f]{64}\Z",
        error_messages={
            "required": gettext_lazy(
                "The form did not say which content it showed. Nothing was decided. Reload the page."
            ),
            "invalid": gettext_lazy(
                "The form did not say which content it showed. Nothing was decided. Reload the page."
            ),
        },
    )
    reason = forms.CharField(
        required=False,
        max_length=MAX_REASON,
        error_messages={
            "max_length": format_lazy(
                gettext_lazy("The reason is longer than {max_reason} characters. Nothing was decided."),
                max_reason=MAX_REASON,
            )
        },
    )

    password = password_field()
    preset = preset_field(REJECTIONS)
    conditions = forms.CharField(
        required=False,
        max_length=MAX_CONDITIONS,
        error_messages={
            "max_length": gettext_lazy(
                "The conditions are too long. Nothing was decided. At most 10, 300 characters each."
            )
        },
    )

    def clean_conditions(self) -> list[str]:
        """One condition per line."""
        return [line for line in map(str.strip, self.cleaned_data["conditions"].splitlines()) if line]

    def clean(self) -> dict[str, Any]:
        """A preset reason speaks for a rejection only; an approval takes what was typed."""
        data = super().clean() or self.cleaned_data
        if data.get("verdict") == Verdict.REJECT:
            data["reason"] = reason_from(REJECTIONS, data.get("preset", ""), data.get("reason", ""))
        return data

    opened = forms.CharField(required=False, max_length=1000)

    @property
    def sentence(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(next(iter(self.errors.values()), [])), ""))

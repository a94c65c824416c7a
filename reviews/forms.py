"""What a reviewer sends with a decision."""

from __future__ import annotations

from django import forms

from reviews.models import Verdict

MAX_REASON = 4000


class DecisionForm(forms.Form):
    """The verdict is the pressed button's value; without one nothing is decided, least of all an approval."""

    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "required": "No verdict arrived. Nothing was decided. Press one of the buttons.",
            "invalid_choice": "The verdict is neither approve nor reject. Nothing was decided. Use the buttons.",
        },
    )
    digest = forms.RegexField(
        r"\A[0-9a-f]{64}\Z",
        error_messages={
            "required": "The form did not say which content it showed. Nothing was decided. Reload the page.",
            "invalid": "The form did not say which content it showed. Nothing was decided. Reload the page.",
        },
    )
    reason = forms.CharField(
        required=False,
        max_length=MAX_REASON,
        error_messages={"max_length": f"The reason is longer than {MAX_REASON} characters. Nothing was decided."},
    )

    opened = forms.CharField(required=False, max_length=1000)

    @property
    def sentence(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(next(iter(self.errors.values()), [])), ""))

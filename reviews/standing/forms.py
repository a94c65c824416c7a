"""What people send with a standing approval."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import Verdict


class TermsVoteForm(forms.Form):
    """A verdict on terms: the pressed button's value, bound to what the page showed."""

    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={"required": _("No verdict arrived. Nothing was decided. Press one of the buttons.")},
    )
    digest = forms.RegexField(
        r"\A[0-9a-f]{64}\Z",
        error_messages={
            "required": _("The form did not say which terms it showed. Nothing was decided. Reload the page."),
            "invalid": _("The form did not say which terms it showed. Nothing was decided. Reload the page."),
        },
    )
    reason = forms.CharField(required=False, max_length=4000)

    @property
    def sentence(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(next(iter(self.errors.values()), [])), ""))

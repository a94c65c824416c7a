"""Which days, and which level of risk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.models import Level
from reviews.days import today
from reviews.oversight.house import Days

# How many days are shown where none are named.
LATEST = 30


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class DaysForm(forms.Form):
    """The days to look at: the latest thirty unless others are named."""

    since = _day(_("From"))
    until = _day(pgettext_lazy("the last day", "to"))
    level = forms.ChoiceField(label=_("Risk"), required=False, choices=[("", _("Any risk")), *Level.choices])

    def __init__(self, data: Any):
        until = today()
        latest = {"since": str(until - timedelta(days=LATEST - 1)), "until": str(until)}
        super().__init__(
            {**latest, **{name: value for name, value in data.items() if value and name in self.base_fields}}
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("since", _("The first day is after the last one. Choose an earlier first day."))
        return data

    @property
    def days(self) -> Days:
        """What was asked for; only of a valid form."""
        return Days(self.cleaned_data["since"], self.cleaned_data["until"], self.cleaned_data["level"])

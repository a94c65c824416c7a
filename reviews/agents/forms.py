"""What people send to stop agents and to let them go again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_REASON = 2000


class SwitchForm(forms.Form):
    """The reason, which the ledger keeps and agents read."""

    reason = forms.CharField(
        max_length=MAX_REASON,
        error_messages={
            "required": _("A reason is needed. Nothing was switched. Say why; the ledger keeps it."),
            "max_length": _("The reason is longer than 2000 characters. Nothing was switched. Shorten it."),
            "null_characters_not_allowed": _("The reason contains the character NUL. Nothing was switched."),
        },
    )

    @property
    def sentence(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(next(iter(self.errors.values()), [])), ""))


class SwitchAllForm(SwitchForm):
    """Which way, and the tick that every agent is meant."""

    to = forms.ChoiceField(
        choices=[("block", "block"), ("release", "release")],
        error_messages={
            "required": _("The form did not say which way. Nothing was switched. Use one of the buttons."),
            "invalid_choice": _("The form did not say which way. Nothing was switched. Use one of the buttons."),
        },
    )
    sure = forms.BooleanField(
        error_messages={"required": _("Tick that you mean every agent of every team. Nothing was switched.")}
    )

    field_order = ("to", "reason", "sure")

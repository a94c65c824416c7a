"""The forms of the rules: what the verb would refuse is said at its field, in the words of the library that knows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.errors import InvalidRule
from governance.rule_changes import fingerprint
from governance.rule_checks import check

_NOT_THE_RULE = {"change_reason", "seen", "without_replay"}


class ReasonForm(forms.Form):
    """Why rules are changed, and whether that is done without having looked at what it would have changed."""

    change_reason = forms.CharField(
        label=gettext_lazy("Reason for this change"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=gettext_lazy("Kept in the history for good."),
    )
    # Shown by governance.admin.replay_forms where it is asked for.
    without_replay = forms.BooleanField(
        label=gettext_lazy("Save without a replay"), required=False, widget=forms.HiddenInput
    )


class RuleForm(forms.ModelForm, ReasonForm):
    """A rule, and the reason for changing it."""

    # What the rule looked like when the form was made, so that nobody's change is overwritten unseen.
    seen = forms.CharField(label="", widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        if self.instance.pk and "seen" in self.fields:
            self.initial["seen"] = fingerprint(self.instance)

    def _post_clean(self) -> None:
        """After Django has checked the fields and filled the instance."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        if self.instance.pk and not set(self.changed_data) - _NOT_THE_RULE:
            self.add_error(None, _("Nothing is different from the rule in force. Change something, or leave."))
            return
        try:
            check(self.instance)
        except InvalidRule as exc:
            for field, sentence in exc.errors.items():
                # Some messages point at a column with a caret, so blanks and line ends must survive.
                shown = format_html('<pre class="errornote">{}</pre>', sentence) if "\n" in sentence else sentence
                self.add_error(field if field in self.fields else None, shown)


# How a sentence is asked for.
SENTENCE = forms.Textarea(attrs={"rows": 2, "cols": 80})

"""The forms of policies and thresholds."""

from __future__ import annotations

from django import forms

from governance import conditions
from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import Policy


class PolicyForm(RuleForm):
    class Meta:
        model = Policy
        fields = "__all__"
        widgets = {
            "condition": forms.Textarea(attrs={"rows": 5, "cols": 90, "spellcheck": "false"}),
            "reason": SENTENCE,
        }
        help_texts = {
            "condition": "A CEL expression that is true or false, made of: "
            + ", ".join(conditions.VARIABLES)
            + ". Types of actions are in lower case. An answer that is neither true nor false calls a person.",
        }

"""The forms of the rules of risk."""

from __future__ import annotations

from django import forms

from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import ActionTypeRule, EvidenceRule, IndicatorRule


class ActionTypeRuleForm(RuleForm):
    class Meta:
        model = ActionTypeRule
        fields = "__all__"
        widgets = {
            "why": SENTENCE,
            "cvss_vector": forms.TextInput(attrs={"size": 60, "spellcheck": "false"}),
        }


class EvidenceRuleForm(RuleForm):
    class Meta:
        model = EvidenceRule
        fields = "__all__"
        widgets = {
            "words": forms.Textarea(attrs={"rows": 12, "cols": 40, "spellcheck": "false"}),
            "reason": SENTENCE,
        }


class IndicatorRuleForm(RuleForm):
    class Meta:
        model = IndicatorRule
        fields = "__all__"
        widgets = {"reason": SENTENCE}

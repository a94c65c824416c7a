"""The forms of the rules of risk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance import risk
from governance.admin.list_columns import level_badge
from governance.admin.pickers import PickField
from governance.admin.risk_widgets import EnvironmentInput, VectorInput
from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import ActionTypeRule, Control, EvidenceRule, IndicatorRule, Level, LevelScore, Technique

NO_BROWSER_HELP = {"autocomplete": "off", "spellcheck": "false"}


class ActionTypeRuleForm(RuleForm):
    techniques = PickField(
        Technique,
        label=gettext_lazy("Techniques"),
        kind="techniques",
        hint=gettext_lazy("T1485 or exfiltration"),
        help_text=gettext_lazy(
            "What somebody could be doing with an action like this: MITRE ATT&amp;CK, MITRE ATLAS, OWASP ASI."
        ),
    )
    controls = PickField(
        Control,
        label=gettext_lazy("Controls"),
        kind="controls",
        hint=gettext_lazy("AC-3 or access"),
        suggests=True,
        help_text=gettext_lazy("The controls of NIST SP 800-53 that speak of it."),
    )

    class Meta:
        model = ActionTypeRule
        fields = "__all__"
        labels = {
            "pattern": gettext_lazy("Action type"),
            "why": gettext_lazy("Why"),
            "cvss_vector": gettext_lazy("CVSS vector"),
            "extra_points": gettext_lazy("Extra points"),
        }
        widgets = {
            "pattern": forms.TextInput(attrs={"size": 40, "class": "vTextField mono"} | NO_BROWSER_HELP),
            "why": SENTENCE,
            "cvss_vector": VectorInput,
        }
        help_texts = {
            "cvss_vector": gettext_lazy(
                "The base vector of CVSS 3.1 or 4.0. It is shown to reviewers and to policies (risk.cvss);"
                " it does not change the score of 0 to 100."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "level" in self.fields:
            base = dict(LevelScore.objects.values_list("level", "score"))
            self.fields["level"].choices = [  # type: ignore[attr-defined]
                (level, _level_label(level, base[level])) for level in Level.values if level in base
            ]


class EvidenceRuleForm(RuleForm):
    class Meta:
        model = EvidenceRule
        fields = "__all__"
        widgets = {
            "words": forms.Textarea(attrs={"rows": 12, "cols": 40, "spellcheck": "false"}),
            "reason": SENTENCE,
        }
        help_texts = {
            "reason": gettext_lazy("In plain words, for the reviewer: what it means that these words are there."),
        }


class IndicatorRuleForm(RuleForm):
    class Meta:
        model = IndicatorRule
        fields = "__all__"
        widgets = {
            "key": forms.TextInput(attrs={"class": "vTextField mono"} | NO_BROWSER_HELP),
            "value": forms.TextInput(attrs={"class": "vTextField mono"} | NO_BROWSER_HELP),
            "reason": SENTENCE,
            "cvss_environment": EnvironmentInput,
        }
        help_texts = {
            "cvss_environment": gettext_lazy(
                "How much it would hurt there. The CVSS score of the action is then computed for that"
                " place, and shown beside its base score; it only raises."
            ),
            "reason": gettext_lazy("In plain words, for the reviewer: what it means that the agent declares this."),
        }


def _level_label(level: str, base: float) -> str:
    """A level as a choice: badge, base score, and what follows from it."""
    decides = _("a person decides") if base >= risk.REVIEW_LINE else _("the rules approve it")
    if risk.level_of(base) == "critical":
        decides = _("a person decides, whatever a policy allows")
    return format_html("{} {}", level_badge(base, level), decides)

"""The form of routes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from governance import conditions
from governance.admin.route_widgets import StagesField
from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import Route


class RouteForm(RuleForm):
    """A route, with its stages built from plain fields."""

    stages = StagesField(
        label=gettext_lazy("Stages"),
        help_text=gettext_lazy(
            "Stages come one after the other. Within a stage, everybody named must approve, in any order;"
            " whoever belongs to two groups counts once. Rows without a number are left out."
        ),
    )

    class Meta:
        model = Route
        fields = "__all__"
        widgets = {
            "name": forms.TextInput(attrs={"size": 60}),
            "reason": SENTENCE,
            "condition": forms.Textarea(
                attrs={
                    "rows": 4,
                    "cols": 90,
                    "spellcheck": "false",
                    "autocapitalize": "off",
                    "autocomplete": "off",
                    "maxlength": conditions.MAX_LENGTH,
                }
            ),
        }
        labels = {
            "score_from": gettext_lazy("From score"),
            "score_below": gettext_lazy("Up to but not including"),
            "team": gettext_lazy("Only agents of the team"),
            "deadline_minutes": gettext_lazy("Deadline, minutes"),
            "remind_after": gettext_lazy("Remind after, minutes"),
            "escalate_after": gettext_lazy("Escalate after, minutes"),
            "escalate_to": gettext_lazy("Escalate to"),
        }
        help_texts = {
            "condition": gettext_lazy("True or false, written in CEL. Empty: whatever fits team and score."),
            "score_from": gettext_lazy("From this score on; it is included. Empty: from 0."),
            "score_below": gettext_lazy("Below this score; it is not included. Empty: up to 100."),
            "deadline_minutes": gettext_lazy("Empty: the portal's own deadline."),
            "remind_after": gettext_lazy("Counted from submission. Empty: never."),
            "escalate_after": gettext_lazy("Counted from submission. Empty: never."),
            "is_enabled": gettext_lazy(
                "A route is disabled, never deleted. Actions keep the route they were submitted with."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("team", "escalate_to"):
            if name in self.fields:
                chosen: Any = self.fields[name]
                chosen.widget = chosen.widget.widget  # no buttons that change groups from here
                chosen.empty_label = gettext_lazy("any team") if name == "team" else gettext_lazy("nobody")

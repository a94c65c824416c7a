"""The form of routes."""

from __future__ import annotations

from typing import Any

from django import forms

from governance import conditions
from governance.admin.route_widgets import StagesField
from governance.admin.rule_forms import SENTENCE, RuleForm
from governance.models import Route


class RouteForm(RuleForm):
    """A route, with its stages built from plain fields."""

    stages = StagesField(
        label="Stages",
        help_text="Stages come one after the other. Within a stage, everybody named must approve, in any order;"
        " whoever belongs to two groups counts once. Rows without a number are left out.",
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
            "score_from": "From score",
            "score_below": "Up to but not including",
            "team": "Only agents of the team",
            "deadline_minutes": "Deadline, minutes",
            "remind_after": "Remind after, minutes",
            "escalate_after": "Escalate after, minutes",
            "escalate_to": "Escalate to",
        }
        help_texts = {
            "condition": "True or false, written in CEL. Empty: whatever fits team and score.",
            "score_from": "From this score on; it is included. Empty: from 0.",
            "score_below": "Below this score; it is not included. Empty: up to 100.",
            "deadline_minutes": "Empty: the portal's own deadline.",
            "remind_after": "Counted from submission. Empty: never.",
            "escalate_after": "Counted from submission. Empty: never.",
            "is_enabled": "A route is disabled, never deleted. Actions keep the route they were submitted with.",
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("team", "escalate_to"):
            if name in self.fields:
                chosen: Any = self.fields[name]
                chosen.widget = chosen.widget.widget  # no buttons that change groups from here
                chosen.empty_label = "any team" if name == "team" else "nobody"

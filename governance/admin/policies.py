"""Admin of policies and thresholds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from governance import conditions
from governance.admin.policy_forms import PolicyForm
from governance.admin.rules import RuleAdmin
from governance.models import Policy, Threshold


@admin.register(Policy)
class PolicyAdmin(RuleAdmin):
    form = PolicyForm
    rule_fields = (
        "name", "condition", "effect", "mode", "severity", "reason", "owner", "controls", "valid_from", "valid_until",
        "priority", "is_enabled",
    )  # fmt: skip
    list_display = ("name", "effect", "mode", "condition", "priority", "is_enabled")
    list_filter = ("effect", "mode", "is_enabled")
    search_fields = ("name", "condition", "reason")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if conditions.leaves_open(conditions.compile(obj.condition)):
            messages.warning(
                request,
                "An action without what the condition asks for gets no answer from this policy, and then a person"
                " must decide it. To mean “only if it is there”, write has(action.details.amount) && … first.",
            )


@admin.register(Threshold)
class ThresholdAdmin(RuleAdmin):
    rule_fields = ("agent_type", "agent_id", "team", "review_from", "deny_from", "reason", "is_enabled")
    list_display = ("name", "review_from", "deny_from", "reason", "is_enabled")
    list_filter = ("agent_type", "is_enabled")
    search_fields = ("agent_id", "reason")

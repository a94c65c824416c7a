"""Admin of the rules of risk: action types, words, indicators, level scores."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from governance import risk
from governance.admin.risk_forms import ActionTypeRuleForm, EvidenceRuleForm, IndicatorRuleForm
from governance.admin.rules import RuleAdmin
from governance.mapping import FALLBACK
from governance.models import ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore


@admin.register(ActionTypeRule)
class ActionTypeRuleAdmin(RuleAdmin):
    form = ActionTypeRuleForm
    rule_fields = (
        "pattern", "level", "extra_points", "why", "reversibility", "blast_radius", "cvss_vector",
        "techniques", "controls", "is_enabled",
    )  # fmt: skip
    list_display = ("pattern", "level", "extra_points", "why", "reversibility", "is_enabled")
    list_filter = ("level", "is_enabled", "reversibility")
    search_fields = ("pattern", "why", "techniques__external_id", "controls__control_id")
    filter_horizontal = ("techniques", "controls")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.pattern == FALLBACK:
            score = LevelScore.objects.get(level=obj.level).score + obj.extra_points
            if score < risk.REVIEW_LINE:
                messages.warning(
                    request,
                    f"An action type nobody has rated now starts at {score:g}, below the review line of"
                    f" {risk.REVIEW_LINE:g}: nobody looks at it.",
                )


@admin.register(EvidenceRule)
class EvidenceRuleAdmin(RuleAdmin):
    form = EvidenceRuleForm
    rule_fields = ("name", "words", "points", "up_to", "reason", "is_enabled")
    list_display = ("name", "points", "up_to", "reason", "is_enabled")
    list_filter = ("is_enabled",)
    search_fields = ("name", "words", "reason")


@admin.register(IndicatorRule)
class IndicatorRuleAdmin(RuleAdmin):
    form = IndicatorRuleForm
    rule_fields = (
        "name", "key", "value", "points", "up_to", "raises_to", "forces_review", "cvss_environment",
        "reason", "is_enabled",
    )  # fmt: skip
    list_display = ("name", "key", "value", "points", "raises_to", "forces_review", "is_enabled")
    list_filter = ("is_enabled", "forces_review")
    search_fields = ("name", "key", "value", "reason")


@admin.register(LevelScore)
class LevelScoreAdmin(RuleAdmin):
    rule_fields = ("level", "score")
    readonly_fields = ("level",)
    list_display = ("level", "score")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # there are four

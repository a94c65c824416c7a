"""Admin of the rules. Every save goes through the verb and needs a reason; rules are disabled, never deleted.

Django's own log of changes is written by the form, not by the change; the history shown here is the ledger's.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from governance import conditions, risk
from governance.admin.ledger import ReadOnlyAdmin
from governance.admin.rule_forms import (
    ActionTypeRuleForm,
    EvidenceRuleForm,
    IndicatorRuleForm,
    PolicyForm,
    RuleForm,
)
from governance.admin.rule_history import entries_about, rules_of
from governance.errors import Refusal
from governance.mapping import FALLBACK
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Policy,
    RulebookVersion,
    Technique,
)
from governance.rule_changes import LINKS, change_rule
from governance.sign_in import actor_of


class RuleAdmin(admin.ModelAdmin):
    """What all kinds of rules have in common. `rule_fields` are the fields of the form, in order."""

    form = RuleForm
    actions = None
    rule_fields: tuple[str, ...] = ()
    save_on_top = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # disabled instead; versions and actions speak of it

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = (None, {"fields": self.rule_fields})
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [own, ("This change", {"fields": ("change_reason", "seen")})] if may else [own]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:  # decided under the verb's lock, after the form had found nothing wrong
            messages.error(request, refusal.sentence)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        version = change_rule(
            obj,
            actor=actor_of(request),
            reason=form.cleaned_data["change_reason"],
            links={name: form.cleaned_data[name] for name in LINKS.get(type(obj), ())},
            seen=form.cleaned_data["seen"] if change else None,
        )
        if version is None:
            messages.info(request, "Nothing was different, so there is no new version.")
        else:
            messages.info(request, f"Rulebook version {version.version} is in force.")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Links are saved by the verb already."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the ledger says about this rule, latest first."""
        rule = self.get_object(request, object_id)
        if rule is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": f"History of {self.opts.verbose_name} {rule}",
            "opts": self.opts,
            "object": rule,
            "entries": entries_about(rule),
        }
        return TemplateResponse(request, "admin/governance/rule_history.html", context)


@admin.register(ActionTypeRule)
class ActionTypeRuleAdmin(RuleAdmin):
    form = ActionTypeRuleForm
    rule_fields = (
        "pattern", "level", "extra_points", "why", "reversibility", "cvss_vector", "techniques", "controls",
        "is_enabled",
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
        "name", "key", "value", "points", "up_to", "raises_to", "forces_review", "reason", "is_enabled",
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


@admin.register(Policy)
class PolicyAdmin(RuleAdmin):
    form = PolicyForm
    rule_fields = ("name", "condition", "effect", "mode", "reason", "priority", "is_enabled")
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


@admin.register(Technique)
class TechniqueAdmin(RuleAdmin):
    rule_fields = ("external_id", "name", "tactic", "tactic_id")
    list_display = ("external_id", "name", "tactic")
    search_fields = ("external_id", "name", "tactic")


@admin.register(Control)
class ControlAdmin(RuleAdmin):
    rule_fields = ("control_id", "title")
    list_display = ("control_id", "title")
    search_fields = ("control_id", "title")


@admin.register(RulebookVersion)
class RulebookVersionAdmin(ReadOnlyAdmin):
    change_form_template = "admin/governance/rulebook_version.html"
    fields = ("version", "created_at", "changed_by", "reason", "digest")
    list_display = ("version", "created_at", "changed_by", "reason")
    search_fields = ("reason", "changed_by")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, object_id or "")
        rules = rules_of(version) if version else None
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | {"rules": rules})

"""Admin of the rules of risk: action types, words, indicators, level scores, and what their drafts would do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from governance.admin import pickers, rule_preview
from governance.admin.list_columns import RuleColumns, level_badge, level_word
from governance.admin.risk_forms import ActionTypeRuleForm, EvidenceRuleForm, IndicatorRuleForm
from governance.admin.rules import RuleAdmin
from governance.frozen_words import number
from governance.mapping import FALLBACK
from governance.models import ActionTypeRule, Control, EvidenceRule, IndicatorRule, LevelScore, Technique

_PICKED_FROM = {"techniques": Technique, "controls": Control}
_LONGEST_TEXT = 10_000  # characters of a text to try words on


class RiskRuleAdmin(RuleColumns, RuleAdmin):
    """A rule of risk: its form in groups, and beside it what the draft would do.

    `rule_groups` holds (heading, fields). `preview` fills `preview_template`; it follows from
    the fields named in `preview_of`.
    """

    rule_groups: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    preview_template = ""
    preview_of: tuple[str, ...] = ()
    stand_ins: dict[str, str] = {}  # for fields the preview does not follow, so that the others are checked

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        groups: list[Any] = [(heading, {"fields": fields}) for heading, fields in self.rule_groups]
        return [*groups, *super().get_fieldsets(request, obj)[1:]]

    def preview(self, row: Any) -> dict[str, Any]:
        """The values of the preview's template for a row that is not saved."""
        return {}

    def get_urls(self) -> list[Any]:
        return [self.endpoint("preview", self.preview_view), *super().get_urls()]

    def endpoint(self, name: str, view: Callable[..., HttpResponse]) -> Any:
        """An address below the kind's list, for those who may change a rule of the kind. By POST, writing nothing."""

        def asked(request: HttpRequest) -> HttpResponse:
            if not (self.has_change_permission(request) or self.has_add_permission(request)):
                raise PermissionDenied
            return view(request)

        asked.__qualname__ = f"{type(self).__name__}.{name}"
        wrapped = self.admin_site.admin_view(require_POST(asked))
        return path(f"{name}/", wrapped, name=f"governance_{self.opts.model_name}_{name}")

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The preview of the form as it stands in the browser, mistakes included."""
        form = self.draft_form(request)
        context = {"preview": self.preview(form.instance), "draft_errors": _errors(form, self.preview_of)}
        return HttpResponse(render_to_string(self.preview_template, context))

    def draft_form(self, request: HttpRequest) -> Any:
        """The form of a rule as it stands in the browser: what is valid is in its `instance`, the rest in `errors`."""
        sent_pk = request.POST.get("pk", "")
        row = get_object_or_404(self.model, pk__in=pickers.numbers([sent_pk])) if sent_pk else None
        sent = request.POST.copy()
        for name, value in ({"change_reason": "A draft needs none."} | self.stand_ins).items():
            sent[name] = value
        form = self.get_form(request, row, change=row is not None)(sent, instance=row)
        form.is_valid()
        return form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form, row = context["adminform"].form, context.get("original")
        may = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        context |= {
            "preview": self.preview(form.instance),
            "preview_url": reverse(f"admin:governance_{self.opts.model_name}_preview") if may else "",
            "preview_template": self.preview_template,
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ActionTypeRule)
class ActionTypeRuleAdmin(RiskRuleAdmin):
    form = ActionTypeRuleForm
    change_form_template = "admin/governance/action_type_form.html"
    preview_template = "admin/governance/_level_preview.html"
    preview_of = ("pattern", "level", "extra_points", "is_enabled")
    stand_ins = {
        "why": "–",
        "cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N",
        "reversibility": "unknown",
        "blast_radius": "unknown",
        "techniques-typed": "",
        "controls-typed": "",
    }
    rule_groups = (
        (gettext_lazy("What it is"), ("pattern", "why", "is_enabled")),
        (gettext_lazy("How risky it is"), ("level", "extra_points", "reversibility", "blast_radius", "cvss_vector")),
        (gettext_lazy("What it maps to"), ("techniques", "controls")),
    )
    rule_fields = tuple(field for heading, fields in rule_groups for field in fields)
    radio_fields = {"level": admin.VERTICAL, "reversibility": admin.HORIZONTAL, "blast_radius": admin.HORIZONTAL}
    list_display = ("named", "starts_at", "why", "if_wrong", "state", "history_link")
    list_filter = ("level", "is_enabled", "reversibility", "blast_radius")
    search_fields = ("pattern", "why", "techniques__external_id", "techniques__name", "controls__control_id")
    search_help_text = gettext_lazy("type, reason, technique or control")
    list_per_page = 200

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        base = LevelScore.objects.filter(level=OuterRef("level")).values("score")[:1]
        unclassified_first = Case(When(pattern=FALLBACK, then=0), default=1)
        # Annotated before it is ordered, unlike Django's own: PostgreSQL orders a search by selected columns only.
        rows = ActionTypeRule.objects.annotate(base_score=Subquery(base), place=unclassified_first)
        return rows.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["place", "pattern"]

    @admin.display(description=gettext_lazy("Action type"), ordering="pattern")
    def named(self, row: Any) -> str:
        if row.pattern != FALLBACK:
            return row.pattern
        return format_html("{} <span class='faint'>{}</span>", row.pattern, _("everything unclassified"))

    @admin.display(description=gettext_lazy("If it goes wrong"), ordering="reversibility")
    def if_wrong(self, row: Any) -> str:
        known = [
            text
            for value, text in (
                (row.reversibility, row.get_reversibility_display()),
                (row.blast_radius, row.get_blast_radius_display().lower()),
            )
            if value != "unknown"
        ]
        return ", ".join(known).capitalize() or "–"

    @admin.display(description=gettext_lazy("Starts at"))
    def starts_at(self, row: Any) -> str:
        return level_badge(min(100.0, row.base_score + row.extra_points))

    def preview(self, row: ActionTypeRule) -> dict[str, Any]:
        return rule_preview.level_preview(row)

    def get_urls(self) -> list[Any]:
        return [
            self.endpoint("pick", self.pick),
            self.endpoint("suggest", self.suggest),
            self.endpoint("vector", self.vector),
            *super().get_urls(),
        ]

    def pick(self, request: HttpRequest) -> HttpResponse:
        """JSON: the techniques or controls that match what was typed."""
        model = _PICKED_FROM.get(request.POST.get("kind", ""))
        if model is None:
            return JsonResponse({"error": f"Say what to search: kind is {' or '.join(_PICKED_FROM)}."}, status=400)
        rows = model._default_manager.all()
        items, total = pickers.search(rows, request.POST.get("q", "")[:100].replace("\0", ""))
        return JsonResponse({"items": items, "total": total, "is_empty": not total and not rows.exists()})

    def suggest(self, request: HttpRequest) -> HttpResponse:
        """The controls published as mitigating the techniques chosen in the form."""
        found = pickers.suggested_controls(request.POST.getlist("techniques"))
        chosen = set(request.POST.getlist("controls"))
        found["controls"] = [one for one in found["controls"] if str(one["pk"]) not in chosen]
        return HttpResponse(render_to_string("admin/governance/_suggested.html", found))

    def vector(self, request: HttpRequest) -> HttpResponse:
        """The score of the vector in the form, and its score where more is at stake."""
        result = rule_preview.vector_preview(request.POST.get("cvss_vector", "")[:400])
        return HttpResponse(render_to_string("admin/governance/_vector_result.html", {"result": result}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.pattern == FALLBACK:
            score = LevelScore.objects.get(level=obj.level).score + obj.extra_points
            if warning := rule_preview.fallback_warning(score):
                messages.warning(request, warning)


@admin.register(EvidenceRule)
class EvidenceRuleAdmin(RiskRuleAdmin):
    form = EvidenceRuleForm
    change_form_template = "admin/governance/evidence_form.html"
    preview_template = "admin/governance/_words_tried.html"
    rule_groups = (
        (gettext_lazy("What it looks for"), ("name", "words")),
        (gettext_lazy("What it does"), ("points", "up_to", "reason", "is_enabled")),
    )
    rule_fields = tuple(field for heading, fields in rule_groups for field in fields)
    list_display = ("name", "effect", "first_words", "reason", "state", "history_link")
    list_filter = ("is_enabled",)
    search_fields = ("name", "words", "reason")
    search_help_text = gettext_lazy("name, word or reason")

    @admin.display(description=gettext_lazy("Raises by"), ordering="points")
    def effect(self, row: EvidenceRule) -> str:
        return _("+{points}, not above {up_to}").format(points=number(row.points), up_to=number(row.up_to))

    @admin.display(description=gettext_lazy("Words"))
    def first_words(self, row: EvidenceRule) -> str:
        words = row.words.splitlines()
        shown = ", ".join(words[:5])
        if len(words) > 5:
            return _("{words} and {number} more").format(words=shown, number=len(words) - 5)
        return shown

    def preview(self, row: EvidenceRule) -> dict[str, Any]:
        return rule_preview.words_preview(row.words, "") if row.words else {"problem": _("Name at least one word.")}

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("try_text", "")[:_LONGEST_TEXT]
        preview = rule_preview.words_preview(request.POST.get("words", "")[:_LONGEST_TEXT], text)
        return HttpResponse(render_to_string(self.preview_template, {"preview": preview}))


@admin.register(IndicatorRule)
class IndicatorRuleAdmin(RiskRuleAdmin):
    form = IndicatorRuleForm
    change_form_template = "admin/governance/indicator_form.html"
    preview_template = "admin/governance/_indicator_sentence.html"
    preview_of = ("key", "value", "points", "up_to", "raises_to", "cvss_environment")
    rule_groups = (
        (gettext_lazy("What the agent declares"), ("name", "key", "value")),
        (gettext_lazy("What it does"), ("points", "up_to", "raises_to", "forces_review", "cvss_environment")),
        (gettext_lazy("Why"), ("reason", "is_enabled")),
    )
    rule_fields = tuple(field for heading, fields in rule_groups for field in fields)
    list_display = ("name", "declared", "does", "reason", "state", "history_link")
    list_filter = ("is_enabled", "forces_review", "raises_to")
    search_fields = ("name", "key", "value", "reason")
    search_help_text = gettext_lazy("name, key, value or reason")

    @admin.display(description=gettext_lazy("When the agent declares"), ordering="key")
    def declared(self, row: IndicatorRule) -> str:
        return f"{row.key} = {row.value}"

    @admin.display(description=gettext_lazy("What it does"), ordering="points")
    def does(self, row: IndicatorRule) -> str:
        parts = (
            [_("+{points}, not above {up_to}").format(points=number(row.points), up_to=number(row.up_to))]
            if row.points
            else []
        )
        parts += [format_html(_("at least {}"), level_word(row.raises_to))] if row.raises_to else []
        parts += [_("a person decides")] if row.forces_review else []
        parts += [f"CVSS {row.cvss_environment}"] if row.cvss_environment else []
        return format_html_join("; ", "{}", ((part,) for part in parts))

    def preview(self, row: IndicatorRule) -> dict[str, Any]:
        return {"sentence": rule_preview.indicator_sentence(row), "is_off": not row.is_enabled}


@admin.register(LevelScore)
class LevelScoreAdmin(RiskRuleAdmin):
    change_form_template = "admin/governance/level_score_form.html"
    preview_template = "admin/governance/_levels.html"
    preview_of = ("score",)
    rule_groups = ((gettext_lazy("The level"), ("level", "score")),)
    rule_fields = ("level", "score")
    readonly_fields = ("level",)
    list_display = ("level", "starts_at", "history_link")

    @admin.display(description=gettext_lazy("Base score"), ordering="score")
    def starts_at(self, row: LevelScore) -> str:
        return level_badge(row.score, row.level)

    def preview(self, row: LevelScore) -> dict[str, Any]:
        return rule_preview.levels_preview(row)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # there are four


def _errors(form: Any, names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The complaints about some of a draft's fields, by their labels. What is not filled in yet is no mistake."""
    return [
        (str(form.fields[name].label), list(form.errors[name]))
        for name in names
        if name in form.errors and not form.has_error(name, "required")
    ]

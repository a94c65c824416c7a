"""Admin of oversight: plant canaries and read what became of them; broken glass and samples to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Agent, Sample, State
from governance.admin.bounded import by_index, number_in
from governance.admin.ledger import BigReadOnlyAdmin, ReadOnlyAdmin
from governance.characters import plain
from governance.errors import Refusal
from governance.sign_in import actor_of
from reviews.canaries import plant_canary
from reviews.canary_texts import FLAWS, TEMPLATES
from reviews.models import BreakGlass, Canary
from reviews.vigilance import by_person, totals


class PlantForm(forms.Form):
    """A template under an agent's name, or a copy of one of its past actions with a flaw."""

    template = forms.ChoiceField(
        required=False,
        choices=[
            ("", gettext_lazy("None: copy a past action")),
            *((name, gettext_lazy(one.title)) for name, one in TEMPLATES.items()),
        ],
        label=gettext_lazy("Template"),
        help_text=gettext_lazy("An action that ought to be rejected."),
    )
    agent = forms.ModelChoiceField(
        Agent.objects.filter(is_active=True).select_related("team"),
        required=False,
        label=gettext_lazy("Agent"),
        help_text=gettext_lazy(
            "Whose name it carries, and whose team decides it. A copy keeps the agent it was copied from."
        ),
    )
    copy_of = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        label=gettext_lazy("Copy of action"),
        help_text=gettext_lazy("The number of a past action."),
    )
    flaw = forms.ChoiceField(
        required=False,
        choices=[("", "-"), *((name, gettext_lazy(one.title)) for name, one in FLAWS.items())],
        label=gettext_lazy("Flaw"),
        help_text=gettext_lazy("What is made wrong in the copy."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("template") and not data.get("agent"):
            self.add_error("agent", _("Choose the agent whose name the template carries. Nothing was planted."))
        return data


@admin.register(Canary)
class CanaryAdmin(ReadOnlyAdmin):
    list_display = ("planted_at", "planted_by", "link", "agent", "result", "who", "revealed_at")
    list_select_related = ("action__agent",)
    fields = readonly_fields = ("link", "agent", "planted_by", "planted_at", "lesson", "result", "who", "revealed_at")
    ordering = ("-pk",)
    change_list_template = "admin/reviews/canary/change_list.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("action__votes__person")

    @admin.display(description=gettext_lazy("action"), ordering="action")
    def link(self, canary: Canary) -> SafeString:
        """The page reviewers see."""
        return format_html('<a href="{}">#{}</a>', reverse("action", args=[canary.action_id]), canary.action_id)

    @admin.display(description=gettext_lazy("agent"), ordering="action__agent__agent_id")
    def agent(self, canary: Canary) -> str:
        """Whose name it carries."""
        return canary.action.agent.agent_id

    @admin.display(description=gettext_lazy("result"), ordering="caught")
    def result(self, canary: Canary) -> str:
        """What became of it."""
        if canary.caught is not None:
            return _("caught") if canary.caught else _("missed")
        return _("waiting") if canary.action.state == State.PENDING else _("not decided")

    @admin.display(description=gettext_lazy("decided by"))
    def who(self, canary: Canary) -> str:
        """Everybody who voted on it, or who approved it alone."""
        votes = [f"{vote.person.shown_name}: {_(vote.verdict)}" for vote in canary.action.votes.all()]
        return ", ".join(votes) or canary.action.decided_by_name or "-"

    def get_urls(self) -> list[Any]:
        return [
            path("plant/", self.admin_site.admin_view(self.plant), name="reviews_canary_plant"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        figures = {
            "totals": totals(),
            "people": by_person(),
            "may_plant": request.user.has_perm("reviews.add_canary"),
        }
        return super().changelist_view(request, {**figures, **(extra_context or {})})

    def plant(self, request: HttpRequest) -> HttpResponse:
        """Ask what to plant, and plant it."""
        if not request.user.has_perm("reviews.add_canary"):
            raise PermissionDenied
        back, form = reverse("admin:reviews_canary_changelist"), PlantForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                canary = plant_canary(actor=actor_of(request), **form.cleaned_data)
            except Refusal as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(
                    request,
                    _("Planted as action {number}. Nothing there gives it away.").format(number=canary.action_id),
                )
                return redirect(back)
        context = {**self.admin_site.each_context(request), "form": form, "title": _("Plant a canary"), "back": back}
        return TemplateResponse(request, "admin/ask.html", {**context, "button": _("Plant it")})


class _Finding(admin.SimpleListFilter):
    """What was found afterwards; or that nobody looked yet, which an index answers."""

    title, parameter_name = gettext_lazy("finding"), "found"
    open_when: dict[str, Any] = {}
    findings: Any = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("nobody looked yet")), *self.findings]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return by_index(queryset, **self.open_when)
        return queryset.filter(finding=self.value()) if self.value() else queryset


class _GlassFinding(_Finding):
    open_when, findings = {"reviewed_at__isnull": True}, BreakGlass.Finding.choices


class _SampleFinding(_Finding):
    open_when, findings = {"looked_at__isnull": True}, Sample.Finding.choices


class _LookedAt(BigReadOnlyAdmin):
    """Actions that are looked at afterwards, to read: the looking is done on the action's page."""

    search_fields = ("action__id",)
    search_help_text = gettext_lazy("an action's number")

    def is_answered(self, name: str, value: str) -> bool:
        return name == "q" or value == "open"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term.strip():
            return queryset, False
        number = number_in(search_term)
        return (queryset.none() if number is None else queryset.filter(action_id=number)), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        heavy = ("content", "assessment", "verdict", "route", "conditions")
        return super().get_queryset(request).defer(*(f"action__{name}" for name in heavy))

    @admin.display(description=gettext_lazy("action"))
    def what(self, row: Any) -> str:
        action = row.action
        return _("#{number} {kind} on {resource}").format(
            number=action.pk, kind=plain(action.action_type, limit=60), resource=plain(action.resource, limit=80)
        )

    @admin.display(description=gettext_lazy("in the portal"))
    def page(self, row: Any) -> SafeString:
        return format_html('<a href="{}">#{}</a>', reverse("action", args=[row.action_id]), row.action_id)


@admin.register(BreakGlass)
class BreakGlassAdmin(_LookedAt):
    list_display = ("what", "person", "broken_at", "review_by", "reviewed_by", "finding")
    list_filter = (_GlassFinding,)
    list_select_related = ("action", "person", "reviewed_by")
    fields = ("page", "person", "reason", "broken_at", "review_by", "reviewed_at", "reviewed_by", "finding", "note")


@admin.register(Sample)
class SampleAdmin(_LookedAt):
    list_display = ("what", "drawn_at", "looked_at", "looked_by", "finding")
    list_filter = (_SampleFinding,)
    list_select_related = ("action", "looked_by")
    fields = ("page", "drawn_at", "looked_at", "looked_by", "finding", "note")

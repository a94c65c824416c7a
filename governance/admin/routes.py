"""Admin of routes: who approves what is pending, in which stages, and by when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.admin.route_desk import RouteDesk, rule_of, warnings_of
from governance.admin.route_forms import RouteForm
from governance.frozen_words import number
from governance.models import Route

_ENDING = gettext_lazy(
    "Minutes count from submission. At the deadline it expires, which denies it; there is no other ending."
    " From the time of escalation on, people of the group named may stand in for anybody who is wanted."
)
_CATCHES = gettext_lazy(
    "A pending action takes the first enabled route, from the smallest order up, whose team, scores and condition it"
    " meets. Where none does, one reviewer of its team decides whose level reaches the score. A condition that cannot"
    " be answered leaves the strictest of the routes that may apply."
)


@admin.register(Route)
class RouteAdmin(RouteDesk):
    form = RouteForm
    change_form_template = "admin/governance/route_form.html"
    change_list_template = "admin/governance/route_list.html"
    list_display = ("order", "name", "catches", "stages_in_words", "ends", "is_enabled")
    list_display_links = ("name",)
    list_filter = ("is_enabled", "team")
    list_select_related = ("team", "escalate_to")
    search_fields = ("name", "condition", "reason")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        band = ("score_from", "score_below")
        times = ("deadline_minutes", "remind_after")
        house = ("rejections_needed", "same_person_again", "bulk_approve", "edit_allowed")
        return [
            (None, {"fields": ("name", "reason", ("order", "is_enabled"))}),
            (_("Which actions take it"), {"fields": (band, "team", "condition"), "description": _CATCHES}),
            (_("Who approves"), {"fields": ("stages" if may else "stages_in_words",)}),
            (_("By when"), {"fields": (times, ("escalate_after", "escalate_to")), "description": _ENDING}),
            (_("House rules"), {"fields": house}),
            *super().get_fieldsets(request, obj)[1:],
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return () if may else ("stages_in_words",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        seats = self.all_seats()
        found = [(row, warnings_of(row, seats)) for row in Route.objects.select_related("team", "escalate_to")]
        unmet = [
            {"name": row.name, "url": reverse("admin:governance_route_preview", args=[row.pk]), "why": why[0]}
            for row, why in found
            if why
        ]
        return super().changelist_view(request, {"unmet": unmet} | (extra_context or {}))

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, self.desk(request) | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for sentence in warnings_of(obj):
            messages.warning(
                request,
                _("{sentence} Until that changes, actions on this route wait and then expire.").format(
                    sentence=sentence
                ),
            )

    # -- Columns -------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Catches"))
    def catches(self, route: Route) -> str:
        told = [in_words(route.score_from, route.score_below)]
        if route.team:
            told.append(_("agents of {name}").format(name=route.team.name))
        shown = format_html_join(", ", "{}", ((one,) for one in told))
        if route.condition:
            short = route.condition if len(route.condition) <= 120 else f"{route.condition[:119]}…"
            return format_html(_("{}, where <code>{}</code>"), shown, short)
        return shown

    @admin.display(description=gettext_lazy("Stages"))
    def stages_in_words(self, route: Route) -> str:
        stages = rule_of(route).route.stages
        items = format_html_join("", "<li>{}</li>", ((stage.words,) for stage in stages))
        return format_html('<ol class="stages">{}</ol>', items)

    @admin.display(description=gettext_lazy("Ends"), ordering="deadline_minutes")
    def ends(self, route: Route) -> str:
        if route.deadline_minutes is None:
            return _("at the portal's deadline")
        return _("after {time}").format(time=minutes_in_words(route.deadline_minutes))


def in_words(score_from: float | None, score_below: float | None) -> str:
    """The band of scores: "70 up to but not including 85"."""
    if score_below is not None:
        return _("{score_from} up to but not including {score_below}").format(
            score_from=number(score_from or 0), score_below=number(score_below)
        )
    return _("{score_from} and above").format(score_from=number(score_from)) if score_from else _("any score")


def minutes_in_words(minutes: int) -> str:
    """30 minutes, 2 hours, 3 days."""
    if minutes % (60 * 24) == 0:
        number = minutes // (60 * 24)
        return ngettext("{number} day", "{number} days", number).format(number=number)
    if minutes % 60 == 0:
        number = minutes // 60
        return ngettext("{number} hour", "{number} hours", number).format(number=number)
    return ngettext("{number} minute", "{number} minutes", minutes).format(number=minutes)

"""Admin of the catalogues: techniques and controls as rules, what their publishers say about them to read."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.admin.ledger import ReadOnlyAdmin
from governance.admin.rules import RuleAdmin
from governance.catalogues.about import about_control, about_technique, in_order, releases_of
from governance.catalogues.identifiers import control_id
from governance.default_catalogue import MITRE_NOTICE
from governance.models import ActionTypeRule, CatalogueRelease, Control, Mitigation, Policy, Technique

# Enough of an id to look for it by the index of ids rather than in every name.
_TECHNIQUE_START = re.compile(r"(AML\.)?T\d[\d.]*|AML\.?|ASI\d*", re.IGNORECASE)
_CONTROL_START = re.compile(r"[A-Z]{2}-\d{0,2}", re.IGNORECASE)

_BASELINES: dict[str, Any] = {
    "low": gettext_lazy("Low"),
    "moderate": gettext_lazy("Moderate"),
    "high": gettext_lazy("High"),
    "privacy": gettext_lazy("Privacy"),
}


class WithdrawnFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in_force", _("In force")), ("withdrawn", _("Withdrawn"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(is_withdrawn=self.value() == "withdrawn")


class UsedFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Used by an action type")), ("no", _("Not used"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(used__gt=0) if self.value() == "yes" else queryset.filter(used=0)


class BaselineFilter(admin.SimpleListFilter):
    title = gettext_lazy("baseline")
    parameter_name = "baseline"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(_BASELINES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{f"in_{self.value()}": True}) if self.value() in _BASELINES else queryset


def _how_often(through: type[Model], row: str, other: str) -> Combinable:
    """How many enabled rules link a row, as a part of the one query of the list."""
    links = through._default_manager.filter(**{row: OuterRef("pk"), f"{other}__is_enabled": True})
    counted = links.order_by().values(row).annotate(often=Count("pk")).values("often")
    return Coalesce(Subquery(counted), Value(0))


class CatalogueAdmin(RuleAdmin):
    """What techniques and controls have in common."""

    change_form_template = "admin/governance/catalogue_form.html"
    change_list_template = "admin/governance/catalogue_list.html"
    list_per_page = 50
    empty_value_display = ""  # most are in force and used by nobody: what is to be seen are the others
    catalogues: tuple[str, ...] = ()

    def about(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def look_up(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any] | None:
        """The rows whose id begins with a term, if it is the beginning of one."""
        raise NotImplementedError

    @admin.display(description=gettext_lazy("Used by"), ordering="used")
    def used_by(self, row: Any) -> str | None:
        if not row.used:
            return None
        return ngettext("{number} action type", "{number} action types", row.used).format(number=row.used)

    @admin.display(description=gettext_lazy("State"), ordering="is_withdrawn")
    def state(self, row: Any) -> SafeString | None:
        return format_html('<span class="gone">{}</span>', _("withdrawn")) if row.is_withdrawn else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(is_withdrawn=False)  # nothing new is tied to what its publisher gave up
        found = self.look_up(queryset, search_term.strip()) if search_term.strip() else None
        return (found, False) if found is not None else super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = {"releases": releases_of(self.catalogues), "notice": MITRE_NOTICE}
        return super().changelist_view(request, (extra_context or {}) | shown)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = context.get("original")
        context |= {"about": self.about(row) if row else None, "notice": MITRE_NOTICE}
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Technique)
class TechniqueAdmin(CatalogueAdmin):
    rule_fields = ("external_id", "name", "tactic", "tactic_id")
    list_display = ("external_id", "name", "tactic", "publisher", "used_by", "state")
    list_filter = ("framework", "tactic", WithdrawnFilter, UsedFilter)
    search_fields = ("external_id", "name", "tactic", "tactic_id")
    catalogues = ("attack", "atlas", "owasp")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        through = ActionTypeRule.techniques.through
        return super().get_queryset(request).annotate(used=_how_often(through, "technique", "actiontyperule"))

    def look_up(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any] | None:
        if not _TECHNIQUE_START.fullmatch(term):
            return None
        return queryset.filter(external_id__startswith=term.upper())

    def about(self, row: Any) -> dict[str, Any]:
        return about_technique(row)

    @admin.display(description=gettext_lazy("Of"), ordering="framework")
    def publisher(self, row: Any) -> str:
        return row.get_framework_display().removeprefix("MITRE ")


@admin.register(Control)
class ControlAdmin(CatalogueAdmin):
    rule_fields = ("control_id", "title")
    list_display = ("number", "title", "baselines", "used_by", "policies_with_it", "state")
    list_filter = (BaselineFilter, WithdrawnFilter, UsedFilter)
    search_fields = ("control_id", "title")
    ordering = (in_order(),)
    catalogues = ("controls", "baseline", "mapping")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        types, policies = ActionTypeRule.controls.through, Policy.controls.through
        return (
            super()
            .get_queryset(request)
            .annotate(used=_how_often(types, "control", "actiontyperule"))
            .annotate(policy_count=_how_often(policies, "control", "policy"))
        )

    def look_up(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any] | None:
        number = control_id(term)
        if number is None and not _CONTROL_START.fullmatch(term):
            return None
        return queryset.filter(control_id__startswith=number or term.upper())

    def about(self, row: Any) -> dict[str, Any]:
        return about_control(row)

    @admin.display(description=gettext_lazy("Control"), ordering=in_order())
    def number(self, row: Any) -> str:
        return row.control_id

    @admin.display(description=gettext_lazy("Baselines"))
    def baselines(self, row: Any) -> str:
        return ", ".join(str(name) for level, name in _BASELINES.items() if getattr(row, f"in_{level}"))

    @admin.display(description=gettext_lazy("Policies"), ordering="policy_count")
    def policies_with_it(self, row: Any) -> str | None:
        if not row.policy_count:
            return None
        return ngettext("{number} policy", "{number} policies", row.policy_count).format(number=row.policy_count)


@admin.register(Mitigation)
class MitigationAdmin(ReadOnlyAdmin):
    change_list_template = "admin/governance/catalogue_list.html"
    list_display = ("technique", "control")
    list_select_related = ("technique", "control")
    search_fields = ("technique__external_id", "technique__name", "control__control_id", "control__title")
    ordering = ("technique__external_id", in_order("control__control_id"))
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if _TECHNIQUE_START.fullmatch(term):
            return queryset.filter(technique__external_id__startswith=term.upper()), False
        if number := control_id(term):
            return queryset.filter(control__control_id=number), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = {"releases": releases_of(("mapping",)), "notice": MITRE_NOTICE}
        return super().changelist_view(request, (extra_context or {}) | shown)


@admin.register(CatalogueRelease)
class CatalogueReleaseAdmin(ReadOnlyAdmin):
    fields = ("catalogue", "title", "version", "digest", "what_came_of_it", "loaded_at", "loaded_by")
    list_display = ("title", "version", "what_came_of_it", "loaded_at", "loaded_by")
    list_filter = ("catalogue",)
    search_fields = ("title", "version", "digest")

    @admin.display(description=gettext_lazy("What came of it"))
    def what_came_of_it(self, row: Any) -> str:
        return ", ".join(f"{count:,} {name}" for name, count in row.counts.items() if count) or _("nothing new")

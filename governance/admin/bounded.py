"""Lists of tables that grow to millions of rows: no page of them counts, sorts or searches a whole table."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# As many rows as a list counts, and leads to by pages. What is older is found by a filter.
MOST = 10_000
# Where no index helps with a filter, it looks at this many of the latest rows.
WINDOW = 50_000

# How far numbers and times may stand in another order: rows that were written at the same moment.
_OUT_OF_ORDER = 1_000

_NUMBER = re.compile(r"#?(\d{1,18})")


def number_in(term: str) -> int | None:
    """The number somebody searches for, with or without a #."""
    found = _NUMBER.fullmatch(term.strip())
    return int(found[1]) if found else None


def by_index(rows: QuerySet[Any], **conditions: Any) -> QuerySet[Any]:
    """The rows that a partial index holds. Asked beside the list, whose order would lead through the whole table."""
    return rows.filter(pk__in=rows.model._default_manager.filter(**conditions).order_by().values("pk"))


class BoundedPaginator(Paginator):
    """Counts up to a limit, so that a list of a million rows costs no more than one of ten thousand."""

    @cached_property
    def count(self) -> int:
        return min(self._looked, MOST)

    @cached_property
    def is_cut(self) -> bool:
        """Whether there are more than it counts."""
        return self._looked > MOST

    @cached_property
    def _looked(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: MOST + 1].count()


class WindowedList(ChangeList):
    """A list that looks at the latest rows only, where one of the chosen filters has no index."""

    window: int | None = None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        owner: Any = self.model_admin
        if all(owner.is_answered(name, value) for name, value in self._chosen(exclude_parameters).items()):
            return rows
        self.window = WINDOW
        latest = self.model._default_manager.aggregate(latest=Max("pk"))["latest"] or 0
        return rows.filter(pk__gt=latest - WINDOW)

    def _chosen(self, without: Any) -> dict[str, str]:
        """The filters and the search that are in force."""
        chosen = {name: values[-1] for name, values in self.filter_params.items() if name not in (without or ())}
        return chosen | ({SEARCH_VAR: self.query} if self.query else {})


class BoundedAdmin(admin.ModelAdmin):
    """A list that never counts more than it leads to.

    `stream` is how the ledger calls the stream of one row: the history of a row is what the ledger says about it, not
    what Django noted about a form.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    stream = ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        has_history = bool(self.stream) and request.user.has_perm("governance.view_ledgerentry")
        return super().render_change_form(request, context | {"no_history": not has_history}, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.stream or not self.has_view_permission(request, row):
            raise Http404
        return redirect(f"{reverse('admin:governance_ledgerentry_changelist')}?q={self.stream}:{row.pk}")


class BigAdmin(BoundedAdmin):
    """A list of millions of rows, latest first. `indexed` are the filters that an index answers by themselves."""

    ordering = ("-pk",)
    sortable_by = ()
    indexed: frozenset[str] = frozenset()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WindowedList

    def is_answered(self, name: str, value: str) -> bool:
        """Whether an index leads straight to the rows of one filter, or of a search (`q`)."""
        return name in self.indexed


class SinceFilter(admin.SimpleListFilter):
    """Rows of the last hours or days, by the index of a moment. `field` names it."""

    title: Any = gettext_lazy("time")
    parameter_name = "within"
    field = ""
    hours = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        words = (_("the last hour"), _("24 hours"), _("7 days"), _("30 days"))
        return list(zip(self.hours, words, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in self.hours:
            return queryset
        since = timezone.now() - timedelta(hours=self.hours[str(self.value())])
        within = {f"{self.field}__gte": since}
        first = (
            queryset.model._default_manager.filter(**within).order_by(self.field).values_list("pk", flat=True).first()
        )
        # Numbers are given nearly in the order of time: a bound on them keeps a list by number from reading on and on.
        return queryset.none() if first is None else queryset.filter(**within, pk__gt=first - _OUT_OF_ORDER)

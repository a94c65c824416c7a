"""The ledger in admin: to read, never to write."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from governance.models import LedgerEntry


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that verbs write: no add, no change, no delete, no action."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("ts", "type", "actor_name", "subject", "stream", "seq")
    list_filter = ("type", "actor_kind")
    search_fields = ("subject", "actor_name", "stream", "leaf")
    ordering = ("-id",)
    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        # An action's number finds its stream exactly.
        if search_term.strip().lstrip("#").isdigit():
            return queryset.filter(action_id=int(search_term.strip().lstrip("#")) % 2**63), False
        return super().get_search_results(request, queryset, search_term)

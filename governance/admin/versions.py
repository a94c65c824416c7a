"""Admin of the rulebook's versions: to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from governance.admin.ledger import ReadOnlyAdmin
from governance.admin.rule_history import rules_of
from governance.models import RulebookVersion


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

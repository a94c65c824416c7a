"""The ledger in admin: to read and to verify, never to write."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.admin.bounded import BigAdmin, BoundedAdmin, SinceFilter, number_in
from governance.characters import plain
from governance.ledger.inspection import (
    PAGE,
    Report,
    Unreadable,
    verify_entry,
    verify_range,
    verify_stream,
    verify_these,
)
from governance.ledger.kinds import KINDS
from governance.ledger.words import said
from governance.models import LedgerEntry

_MAX_ID = 2**63 - 1
_LINE = 200


class ReadOnly(admin.ModelAdmin):
    """Rows that verbs write: no add, no change, no delete, no action."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, BoundedAdmin):
    """Rows to read, as many as a portal has of what people make."""


class BigReadOnlyAdmin(ReadOnly, BigAdmin):
    """Rows to read, as many as agents make: a million."""


class _Since(SinceFilter):
    field = "ts"


class _Kind(admin.SimpleListFilter):
    """What it is about, or exactly what happened. Both from the code: a look at the table would read all of it."""

    title, parameter_name = gettext_lazy("subject"), "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (about, _(about.replace("_", " ").capitalize()))
            for about in sorted({kind.partition(".")[0] for kind in KINDS})
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(type__in=[kind for kind in KINDS if wanted in (kind, kind.partition(".")[0])])


class _By(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("who"), "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("agent", _("agents")), ("person", _("people")), ("system", _("the portal"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Not by the index of actors, which holds all of them: the list looks at the latest, by number.
        return queryset.alias(by=Lower("actor_kind")).filter(by=self.value()) if self.value() else queryset


@admin.register(LedgerEntry)
class LedgerEntryAdmin(BigReadOnlyAdmin):
    list_display = ("at", "what", "who", "place")
    list_display_links = ("what",)
    list_filter = (_Since, _By, _Kind)
    search_fields = ("subject", "actor_name")
    search_help_text = gettext_lazy("an action's number, a stream such as rules or agent:3, a hash, or a name")
    indexed = frozenset({"within", "type"})
    change_form_template = "admin/governance/ledger_entry.html"
    change_list_template = "admin/governance/ledger_list.html"
    actions = ("verify_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        rows = super().get_queryset(request)
        # Whoever decides must not read beforehand which of the actions is a test.
        return rows.exclude(type="canary.planted") if request.user.has_perm("actions.decide_action") else rows

    def is_answered(self, name: str, value: str) -> bool:
        return name in self.indexed or (name == "q" and _exact(value) is not None)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        exact = _exact(search_term)
        if exact is not None:
            return queryset.filter(**exact), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("when"))
    def at(self, entry: LedgerEntry) -> Any:
        return entry.ts

    @admin.display(description=gettext_lazy("what happened"))
    def what(self, entry: LedgerEntry) -> str:
        return plain(said(entry.type, _data(entry)), limit=_LINE)

    @admin.display(description=gettext_lazy("who"))
    def who(self, entry: LedgerEntry) -> str:
        return plain(entry.actor_name, limit=80)

    @admin.display(description=gettext_lazy("place in its stream"))
    def place(self, entry: LedgerEntry) -> SafeString:
        address = f"{reverse('admin:governance_ledgerentry_changelist')}?q={quote(entry.stream, safe='')}"
        shown = plain(entry.stream, limit=60)
        return format_html('<a href="{}">{}</a> <span class="faint num">{}</span>', address, shown, entry.seq)

    @admin.action(description=gettext_lazy("Verify what is selected"), permissions=["view"])
    def verify_selected(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> HttpResponse:
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        across = request.POST.get("select_across") == "1"
        rows = queryset if across else LedgerEntry.objects.filter(pk__in=[one for one in chosen if number_in(one)])
        return self._answer(request, _("Verify what is selected"), lambda: verify_these(rows))

    def get_urls(self) -> list[Any]:
        verify = self.admin_site.admin_view(self.verify_view)
        return [path("verify/", verify, name="governance_ledgerentry_verify"), *super().get_urls()]

    def verify_view(self, request: HttpRequest) -> HttpResponse:
        """A stream, or everything in ranges: each request looks at as many entries as take a fraction of a second."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        after = min(number_in(request.GET.get("after", "")) or 0, _MAX_ID)
        if "stream" not in request.GET:
            return self._answer(
                request, _("Verify everything"), lambda: verify_range(after=after), after=after, is_range=True
            )
        stream = request.GET["stream"][:160].replace("\x00", "")
        title = _("Verify the stream %(stream)s") % {"stream": plain(stream)}
        return self._answer(request, title, lambda: verify_stream(stream, after=after), after=after, stream=stream)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id or "")
        more = self._about(entry) if entry and self.has_view_permission(request, entry) else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | more)

    def _about(self, entry: LedgerEntry) -> dict[str, Any]:
        beside = LedgerEntry.objects.filter(stream=entry.stream, seq__in=(entry.seq - 1, entry.seq + 1))
        places = dict(beside.values_list("seq", "pk"))
        report, complaint = _looked(lambda: verify_entry(entry.pk))
        return {
            "said": said(entry.type, _data(entry)),
            "lines": in_lines(entry.body),
            "before": places.get(entry.seq - 1),
            "following": places.get(entry.seq + 1),
            "action_page": _action_page(entry.action_id),
            "report": report,
            "complaint": complaint,
        }

    def _answer(self, request: HttpRequest, title: str, look: Any, **more: Any) -> HttpResponse:
        """The page of a result; only its row of a table where the script asks for one range after another."""
        report, complaint = _looked(look)
        latest = LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "report": report,
            "complaint": complaint,
            "latest": latest,
            "page": PAGE,
            "opts": self.opts,
            **more,
        }
        template = "_verify_range.html" if "part" in request.GET else "ledger_verify.html"
        return TemplateResponse(request, f"admin/governance/{template}", context)


def _looked(look: Any) -> tuple[Report, str]:
    try:
        return look(), ""
    except Unreadable as exc:
        return Report(faulty=1), plain(str(exc))


def _exact(term: str) -> dict[str, Any] | None:
    """What an index finds: an action by its number, an entry by its hash, a stream by its name."""
    term = term.strip()
    if (number := number_in(term)) is not None:
        return {"action_id": number}
    if len(term) == 64 and set(term.lower()) <= set("0123456789abcdef"):
        return {"leaf": term.lower()}
    if term == "rules" or ":" in term:
        return {"stream": term}
    return None


def _data(entry: LedgerEntry) -> dict[str, Any]:
    """What the entry says happened; nothing where its text is no entry any more."""
    try:
        data = json.loads(entry.body)["data"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def in_lines(text: str) -> list[tuple[str, str]]:
    """JSON with a line for each value, each line with what it is indented by. For the eye only."""
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    lines = text.split("\n")
    return [(" " * (len(line) - len(line.lstrip(" "))), line.lstrip(" ")) for line in lines]


def _action_page(action_id: int | None) -> str:
    """The portal's page of an action. Pages are a storey above, so they are named and not imported."""
    try:
        return reverse("action", args=[action_id]) if action_id else ""
    except NoReverseMatch:
        return ""

"""The rules and the catalogues, to read without admin rights."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.admin.rule_history import entries_about
from governance.catalogues.identifiers import control_id
from governance.default_catalogue import MITRE_NOTICE
from governance.models import ActionTypeRule, Control, Policy, Route, RulebookVersion, Technique
from governance.thresholds import GUIDE
from reviews.answers import page_or_part
from reviews.gates import View, person_of, signed_in
from reviews.keyset import Page
from reviews.rules import catalogue as catalogues
from reviews.rules import records
from reviews.rules.access import may_read_rules
from reviews.rules.filters import (
    CONTROLS,
    EVIDENCE,
    INDICATORS,
    KINDS,
    LEVELS,
    POLICIES,
    ROUTES,
    TECHNIQUES,
    THRESHOLDS,
    TYPES,
    Kind,
)
from reviews.rules.recent import WINDOW, Recent, controls_on, policies_on, techniques_on

PAGE_SIZE = 50


def reader(view: View) -> View:
    """For people who may read the rules; others are told so."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_read_rules(person_of(request)):
            return render(request, "rules/no_role.html", {"section": "rules"}, status=403)
        return view(request, *args, **kwargs)

    return signed_in(require_safe(gate))


@reader
def policies(request: HttpRequest) -> HttpResponse:
    """The policies, in the order of their priority."""
    now, recent = timezone.now(), Recent(person_of(request))
    lately = recent.counted(policies_on)
    return _listing(
        request,
        POLICIES,
        lambda rows: [records.PolicyRecord(row, now, lately[row.name]) for row in rows],
        recent=recent,
    )


@reader
def routes(request: HttpRequest) -> HttpResponse:
    """The routes, in the order in which they are tried."""
    recent = Recent(person_of(request))
    return _listing(request, ROUTES, lambda rows: records.route_records(rows, recent), recent=recent)


@reader
def thresholds(request: HttpRequest) -> HttpResponse:
    """Which line holds for whom."""
    return _listing(request, THRESHOLDS, list, without=records.without_line(), guide=GUIDE)


@reader
def action_types(request: HttpRequest) -> HttpResponse:
    """What each action type means for risk."""
    recent = Recent(person_of(request))
    return _listing(request, TYPES, lambda rows: records.type_records(rows, recent), recent=recent)


@reader
def words(request: HttpRequest) -> HttpResponse:
    """Words that raise a score."""
    return _listing(request, EVIDENCE, list)


@reader
def indicators(request: HttpRequest) -> HttpResponse:
    """What a client may say of an action that raises its score."""
    return _listing(request, INDICATORS, list)


@reader
def levels(request: HttpRequest) -> HttpResponse:
    """The base score of each level."""
    return _listing(request, LEVELS, list)


@reader
def techniques(request: HttpRequest) -> HttpResponse:
    """The techniques of the loaded releases."""
    loaded = catalogues.releases(catalogues.TECHNIQUES)
    links = catalogues.BY_TECHNIQUE
    return _entries(request, TECHNIQUES, links, techniques_on, "external_id", releases=loaded, notice=MITRE_NOTICE)


@reader
def controls(request: HttpRequest) -> HttpResponse:
    """The controls of the loaded releases."""
    loaded = catalogues.releases(catalogues.CONTROLS)
    return _entries(request, CONTROLS, catalogues.BY_CONTROL, controls_on, "control_id", releases=loaded)


@reader
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One policy: what it says, what it serves, and what it did lately."""
    row = get_object_or_404(Policy.objects.select_related("owner").prefetch_related("controls"), pk=pk)
    one = records.PolicyRecord(row, timezone.now())
    return _record(request, POLICIES, row, "policy", one=one, matches=one.matches(Recent(person_of(request))))


@reader
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """One route: for which actions, who could approve, by when."""
    row = get_object_or_404(Route.objects.select_related("team", "escalate_to"), pk=pk)
    recent = Recent(person_of(request))
    one = records.route_records([row], recent)[0]
    return _record(request, ROUTES, row, "route", one=one, who=one.who(), matches=one.matches(recent))


@reader
def action_type(request: HttpRequest, pk: int) -> HttpResponse:
    """One action type: what it means for risk, and why."""
    row = get_object_or_404(ActionTypeRule.objects.prefetch_related("techniques", "controls"), pk=pk)
    one = records.TypeRecord(row, records.scores())
    matches = one.matches(Recent(person_of(request)))
    return _record(request, TYPES, row, "action_type", one=one, matches=matches, notice=MITRE_NOTICE)


@reader
def technique(request: HttpRequest, identifier: str) -> HttpResponseBase:
    """One technique: what it is, which rules use it, which actions carried it."""
    recent, asked = Recent(person_of(request)), _asked(identifier)
    if asked.upper() != asked:
        return redirect("technique", asked.upper())
    row = Technique.objects.filter(external_id=asked).first()
    if row is None:
        return _gone(request, TECHNIQUES, catalogues.gone_technique(asked, recent))
    one = catalogues.TechniqueRecord(row, recent)
    return _entry(request, TECHNIQUES, row, "technique", one=one, notice=MITRE_NOTICE)


@reader
def control(request: HttpRequest, identifier: str) -> HttpResponseBase:
    """One control: what it is, which rules use it, which actions carried it."""
    recent, asked = Recent(person_of(request)), _asked(identifier)
    if (ours := control_id(asked)) and ours != asked:
        return redirect("control", ours)
    row = Control.objects.filter(control_id=asked).first()
    if row is None:
        return _gone(request, CONTROLS, catalogues.gone_control(asked, recent))
    one = catalogues.ControlRecord(row, recent)
    return _entry(request, CONTROLS, row, "control", one=one, notice=MITRE_NOTICE)


def _asked(identifier: str) -> str:
    """An id out of an address, which might be anything."""
    if len(identifier) > 40 or not identifier.isprintable():
        raise Http404
    return identifier


def _gone(request: HttpRequest, kind: Kind, gone: catalogues.Gone) -> HttpResponse:
    if not gone:
        raise Http404
    return _page(request, kind, "rules/gone.html", gone=gone, matches=gone.matches)


def _entries(request: HttpRequest, kind: Kind, links: Any, on: Any, identifier: str, **context: Any) -> HttpResponse:
    recent = Recent(person_of(request))
    lately = recent.counted(on)

    def shown(rows: list[Any]) -> list[Any]:
        usage = catalogues.Usage(rows, *links)
        return [(row, *usage.of(row.pk), lately[getattr(row, identifier)]) for row in rows]

    return _listing(request, kind, shown, recent=recent, **context)


def _listing(request: HttpRequest, kind: Kind, shown: Callable[[list[Any]], list[Any]], **more: Any) -> HttpResponse:
    """A page of one kind, filtered."""
    rows: Any = (
        kind.model._default_manager.select_related(*kind.related) if kind.related else kind.model._default_manager.all()
    )
    if kind is CONTROLS:
        rows = catalogues.in_their_order(rows)
    found = kind.filter(request.GET, rows) if kind.filter else None
    sheet = Paginator(found.qs if found else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page: Page[Any] = Page(
        list(sheet.object_list),
        newer=f"page={sheet.number - 1}" if sheet.has_previous() else "",
        older=f"page={sheet.number + 1}" if sheet.has_next() else "",
    )
    query = request.GET.copy()
    query.pop("page", None)
    more |= {
        "filter": found,
        "rows": shown(page.rows),
        "page": page,
        "sheet": sheet,
        "query": query.urlencode(),
        "table": f"rules/{kind.template}.html",
        "version": None if kind.is_catalogue else RulebookVersion.objects.defer("content").first(),
    }
    return _page(request, kind, page_or_part(request, "rules/listing.html", "rules/_results.html"), **more)


def _record(request: HttpRequest, kind: Kind, row: Any, template: str, **more: Any) -> HttpResponse:
    """The page of one rule, with what the ledger says about it."""
    return _entry(request, kind, row, template, entries=entries_about(row), **more)


def _entry(request: HttpRequest, kind: Kind, row: Any, template: str, **more: Any) -> HttpResponse:
    """The page of one row, with the way to change it for those who may."""
    name = row._meta.model_name
    may_edit = request.user.is_staff and request.user.has_perm(f"governance.change_{name}")
    more["edit"] = reverse(f"admin:governance_{name}_change", args=[row.pk]) if may_edit else ""
    return _page(request, kind, f"rules/{template}.html", row=row, **more)


def _page(request: HttpRequest, kind: Kind, template: str, **context: Any) -> HttpResponse:
    tabs = [(one, one.model._default_manager.count()) for one in KINDS]
    return render(request, template, {"section": "rules", "kind": kind, "tabs": tabs, "window": WINDOW, **context})

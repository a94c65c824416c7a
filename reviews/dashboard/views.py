"""What the portal has to do, and how it went."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from governance.sign_in import actor_of
from reviews.context import reviewer_on
from reviews.dashboard.case import ALERTS, TABLES, Dashboard
from reviews.dashboard.exports import export_table
from reviews.dashboard.forms import DEFAULT, PRESETS, DashboardForm
from reviews.dashboard.numbers import Scope
from reviews.eligibility import Reviewer
from reviews.gates import person_of, same_site_only, signed_in


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The numbers of some days, of the person's teams, each with its rows."""
    person, now = person_of(request), timezone.now()
    form = DashboardForm(request.GET, person=person, now=now)
    context = {
        "section": "dashboard",
        "form": form,
        "now": now,
        "board": _board(request, form, now) if form.is_valid() else None,
        "presets": _presets(form),
        "query": request.GET.urlencode(),
        "can_export": person.has_perm("actions.export_history"),
    }
    return render(request, "dashboard/dashboard.html", context)


@signed_in
@same_site_only
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One table as CSV, of the same days as the page."""
    person, now = person_of(request), timezone.now()
    if slug != ALERTS and slug not in TABLES:
        raise Http404
    if not person.has_perm("actions.export_history"):
        raise PermissionDenied
    form = DashboardForm(request.GET, person=person, now=now)
    if not form.is_valid():
        return redirect(f"{reverse('dashboard')}?{request.GET.urlencode()}")
    if request.method == "HEAD":
        return HttpResponse(content_type="text/csv; charset=utf-8")
    board = _board(request, form, now)
    with translation.override("en"):  # a file is read by programs, whose columns keep their names
        table = board.table(slug)
        if table is None:
            raise Http404
        span = board.scope.span
        used = {"since": str(span.first), "until": str(span.last)}
        used |= {name: str(found.pk) for name in ("team", "agent") if (found := form.cleaned_data[name])}
        body = export_table(slug, table.head, table.rows, actor=actor_of(request), filters=used)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="foureyes-{slug}-{span.first:%Y%m%d}-{span.last:%Y%m%d}.csv"'
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _board(request: HttpRequest, form: DashboardForm, now: datetime) -> Dashboard:
    person, asked = person_of(request), form.cleaned_data
    scope = Scope(person, form.span, now, asked["team"], asked["agent"])
    return Dashboard(scope, reviewer_on(request) or Reviewer(person))


def _presets(form: DashboardForm) -> list[tuple[str, str, bool]]:
    """The ranges to choose with one click: name, address, and whether it is the present one."""
    asked = form.cleaned_data if form.is_valid() else {}
    kept = {name: found.pk for name in ("team", "agent") if (found := asked.get(name))}
    present = None if asked.get("since") or not asked else asked.get("days") or DEFAULT
    return [
        (str(name), f"{reverse('dashboard')}?{urlencode({'days': days, **kept})}", days == present)
        for days, name in PRESETS.items()
    ]

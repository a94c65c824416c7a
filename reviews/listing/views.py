"""Every action of a person's teams, filtered: the rows behind every number."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.sign_in import actor_of
from reviews.gates import person_of, same_site_only, signed_in
from reviews.listing.exports import export_actions
from reviews.listing.filters import ActionsFilter
from reviews.listing.rows import COUNTED, ORDER, PAGE_SIZE, Line, counted, with_all_a_line_asks

_PLACE = ("after", "before")


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The actions under these filters, newest first."""
    person, now = person_of(request), timezone.now()
    filters = ActionsFilter(request.GET, person)
    found = ORDER.page(with_all_a_line_asks(filters.qs), request.GET, PAGE_SIZE)
    # What fits on one page is counted already, and whatever is rare is looked for once.
    number = counted(filters.qs) if found.newer or found.older else len(found.rows)
    context: dict[str, Any] = {
        "section": "actions",
        "filter": filters,
        "lines": [Line(action, now) for action in found.rows],
        "page": found,
        "number": min(number, COUNTED),
        "is_more": number > COUNTED,
        "chips": [(chip, _without(request, chip.name, *_PLACE)) for chip in filters.chips],
        "query": _without(request, *_PLACE),
        "window": filters.window,
        "can_export": person.has_perm("actions.export_history"),
        "sees_all": filters.sees_all,
    }
    htmx = getattr(request, "htmx", None)
    part = htmx and not htmx.history_restore_request
    return render(request, "listing/_results.html" if part else "listing/page.html", context)


@signed_in
@same_site_only
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same actions as CSV."""
    person = person_of(request)
    if not person.has_perm("actions.export_history"):
        raise PermissionDenied
    filters = ActionsFilter(request.GET, person)
    if not filters.is_valid_or_unused:
        return redirect(f"{reverse('actions')}?{request.GET.urlencode()}")
    if request.method == "HEAD":
        return HttpResponse(content_type="text/csv; charset=utf-8")
    lines = export_actions(filters.qs, actor=actor_of(request), filters=filters.used)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"foureyes-actions-{timezone.now():%Y%m%d-%H%M%S}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _without(request: HttpRequest, *names: str) -> str:
    """The filters of this page as a query string, without these."""
    params = request.GET.copy()
    for name in names:
        params.pop(name, None)
    return params.urlencode()

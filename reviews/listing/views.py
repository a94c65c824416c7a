"""Every action of a person's teams, filtered: the rows behind every number."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.models import Person
from governance.sign_in import actor_of
from reviews.answers import csv_file, page_or_part, query_without
from reviews.gates import person_of, same_site_only, signed_in
from reviews.listing.exports import export_actions
from reviews.listing.filters import ActionsFilter
from reviews.listing.rows import COUNTED, ORDER, PAGE_SIZE, counted, lines_of, with_all_a_line_asks


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
        "lines": lines_of(found.rows, now, voter=filters.voter),
        "voter": Person.objects.filter(pk=filters.voter).first() if filters.voter else None,
        "page": found,
        "number": min(number, COUNTED),
        "is_more": number > COUNTED,
        "query": query_without(request),
        "window": filters.window,
        "can_export": person.has_perm("actions.export_history"),
        "sees_all": filters.sees_all,
    }
    return render(request, page_or_part(request, "listing/page.html", "listing/_results.html"), context)


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
    return csv_file(export_actions(filters.qs, actor=actor_of(request), filters=filters.used), "actions")

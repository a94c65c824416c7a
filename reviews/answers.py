"""How the pages answer: whole or in part, with the filters of their address, and as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

# Where in a listing its reader is: what every link that changes the listing leaves out.
PLACE = ("after", "before")


def page_or_part(request: HttpRequest, page: str, part: str) -> str:
    """The template of the whole page, or that of its results when htmx refreshes them."""
    htmx = getattr(request, "htmx", None)
    return part if htmx and not htmx.history_restore_request else page


def query_without(request: HttpRequest, *names: str) -> str:
    """The address's query without these parameters, and without the place in the listing."""
    params = request.GET.copy()
    for name in (*PLACE, *names):
        params.pop(name, None)
    return params.urlencode()


def csv_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Lines as a CSV file to keep, which no browser opens as anything else."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"foureyes-{name}-{timezone.now():%Y%m%d-%H%M%S}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

"""What is answered when the portal itself fails: JSON to agents, a page to people, a stack trace to neither."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.defaults import server_error as page_server_error

from governance.middleware import is_for_agents


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The 500 of every address. The correlation id finds the log line."""
    if not is_for_agents(request):
        return page_server_error(request)
    return JsonResponse(
        {
            "detail": "Internal Server Error: the portal failed. Nothing was approved. Try again later.",
            "errors": {},
            "error_code": "SERVER_ERROR",
            "correlation_id": getattr(request, "correlation_id", None),
        },
        status=500,
    )

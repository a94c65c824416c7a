"""Every action of a person's teams, filtered: the rows behind every number."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reviews.gates import signed_in


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """To come."""
    raise Http404


@signed_in
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """To come."""
    raise Http404

"""Agents as the people around them see them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reviews.gates import signed_in


@signed_in
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """To come."""
    raise Http404


@signed_in
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To come."""
    raise Http404

"""What a person sets for themselves."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from reviews.gates import signed_in


@signed_in
@require_safe
def profile(request: HttpRequest) -> HttpResponseBase:
    """To come."""
    raise Http404

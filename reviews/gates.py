"""What stands before every page: who is asking, and from where."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from governance.models import Person

View = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest) -> Person:
    """The signed-in person of a request that passed `signed_in`."""
    return cast(Person, request.user)


def signed_in(view: View) -> View:
    """For signed-in people only; nothing of the answer is kept by a browser or a proxy."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        response = view(request, *args, **kwargs)
        add_never_cache_headers(cast(Any, response))
        return response

    return gate


def same_site_only(view: View) -> View:
    """Refuse a request that the browser says another site started; the CSRF token is the wall behind (threats AC28)."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return gate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    # A refresh inside a page must not draw the sign-in page into it: the whole page goes there.
    current = urlsplit(htmx.current_url_abs_path or "/")
    back = redirect_to_login(f"{current.path}?{current.query}" if current.query else current.path)
    return HttpResponseClientRedirect(resolve_url(back.url))

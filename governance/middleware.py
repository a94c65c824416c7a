"""Django's middlewares, kept off the paths of agents, and two of our own.

An agent's request carries a key, no cookie: a session look-up, CSRF cookie or message store would only cost time
and blur who is asking (wire-contract 3.1: cookies and keys are never mixed).
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware

from governance.languages import asked_for, chosen_by
from governance.models import Person
from governance.second_factor import has_second_factor
from governance.session_names import session_name
from governance.zones import zone_named

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_for_agents(request: HttpRequest) -> bool:
    """Whether the path belongs to the agents' API."""
    return request.path.startswith("/api/") or request.path == "/health"


class SecurityHeaders:
    """The headers every answer carries, pages and API alike (threats AC29)."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        headers["X-Frame-Options"] = "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if is_for_agents(request):
            headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
            headers.setdefault("Cache-Control", "no-store")
            if not response.streaming:
                # Django's own CommonMiddleware, which sets it for pages, is not on these paths.
                headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
        return response


class RequestId:
    """Every request has an id: the client's X-Correlation-ID where it is usable, else one of ours. It is echoed."""

    _usable = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Correlation-ID", "")
        request.correlation_id = given if self._usable.match(given) else f"req_{secrets.token_hex(8)}"  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Correlation-ID"] = request.correlation_id  # type: ignore[attr-defined]
        return response


class _PagesOnly:
    """Mixed in before a middleware: steps aside on the agents' paths."""

    def __call__(self, request: HttpRequest) -> Any:
        if is_for_agents(request):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]

    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        if is_for_agents(request):
            return None
        view_hook = getattr(super(), "process_view", None)
        return view_hook(request, *args) if view_hook else None


class PageSession(_PagesOnly, SessionMiddleware):
    """Sessions, for people."""


class PageCommon(_PagesOnly, CommonMiddleware):
    """Host check and content length, for people."""


_ASKING_ONLY = ("GET", "HEAD", "OPTIONS", "TRACE")


class PageCsrf(_PagesOnly, CsrfViewMiddleware):
    """CSRF protection, for people: no post that the browser says another site started, and none without a token.

    Agents' views carry no cookie to forge.
    """

    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        started_by = request.headers.get("Sec-Fetch-Site", "same-origin")
        ours = started_by in ("same-origin", "none") or request.method in _ASKING_ONLY or is_for_agents(request)
        if not ours:
            return csrf_failure(request, "another site started it")
        return super().process_view(request, *args)


class PageAuthentication(_PagesOnly, AuthenticationMiddleware):
    """`request.user`, for people."""


class PageMessages(_PagesOnly, MessageMiddleware):
    """One-time messages, for people."""


class PageCsp(_PagesOnly, CSPMiddleware):
    """The Content-Security-Policy of pages."""


class PageHtmx(_PagesOnly, HtmxMiddleware):
    """`request.htmx`, for people."""


class PagePerson:
    """The clock and the language of whoever asks, for this request and not a moment longer; agents get neither.

    It also notes now and then that a session is in use, and leads people to set up their second step where the
    portal requires one.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_for_agents(request):
            with translation.override(settings.LANGUAGE_CODE):  # whatever the thread did before
                return self.get_response(request)
        person = request.user if isinstance(request.user, Person) else None
        chosen = chosen_by(person)
        language = chosen or asked_for(request)
        # The thread serves somebody else next: what was in force before comes back, whatever happens.
        with timezone.override(zone_named(person.time_zone if person else "UTC")), translation.override(language):
            response = self._answer(request, person)
        response.headers.setdefault("Content-Language", language)
        if not chosen:
            patch_vary_headers(response, ("Accept-Language",))
        return response

    def _answer(self, request: HttpRequest, person: Person | None) -> HttpResponseBase:
        if person is not None:
            _note_in_use(request)
            if settings.REQUIRE_MFA and not _is_on_the_way(request) and not has_second_factor(person):
                target = resolve_url("mfa_activate_totp")
                is_part = request.headers.get("HX-Request") == "true"
                return HttpResponseClientRedirect(target) if is_part else HttpResponseRedirect(target)
        return self.get_response(request)


# When somebody signed in to the session, in seconds; a session without it is not listed.
SIGNED_IN_AT = "signed_in_at"
_NOTED_EVERY = 5 * 60


def _note_in_use(request: HttpRequest) -> None:
    """Once in five minutes at most: to show people their sessions is not worth a write with every page.

    Nothing is written to the session itself, which would put off its end.
    """
    began, key = request.session.get(SIGNED_IN_AT), request.session.session_key
    is_new = began is None or time.time() - began < _NOTED_EVERY
    if key and not is_new and cache.add(f"in-use:{session_name(key)}", True, timeout=_NOTED_EVERY):
        UserSession.objects.create_from_request(request)


def _is_on_the_way(request: HttpRequest) -> bool:
    """Whether the address belongs to signing in and out, and to setting up the second step."""
    return request.path.startswith("/accounts/")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page a stale or forged form gets."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)

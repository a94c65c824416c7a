"""Every error leaves as one JSON object with a string `detail` (wire-contract 3.4). Unknown errors propagate."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from governance.errors import BodyTooLarge, NotYours, Refusal, Unauthorized

_HEADERS = {401: {"WWW-Authenticate": 'Bearer realm="foureyes"'}, 429: {"Retry-After": "1"}}


def envelope(
    sentence: str, code: str, *, errors: dict[str, str] | None = None, request: Any = None, **more: Any
) -> dict[str, Any]:
    """The error object, the same for every error."""
    return {
        "detail": sentence,
        "errors": errors or {},
        "error_code": code,
        "correlation_id": getattr(request, "correlation_id", None),
        "policy_violations": [],
        "retry_after": None,
        "required_permission": None,
        **more,
    }


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception hook."""
    request = getattr(context.get("request"), "_request", None)
    if isinstance(exc, Http404):
        exc = NotYours()
    elif isinstance(exc, RequestDataTooBig):
        exc = BodyTooLarge()
    elif isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        exc = Unauthorized()
    if isinstance(exc, Refusal):
        wait = 1 if exc.status == 429 else None  # seconds; the published client waits them out (wire-contract 3.3)
        headers = _HEADERS.get(exc.status)
        body = envelope(exc.sentence, exc.code, errors=exc.errors, request=request, retry_after=wait)
        return Response(body, status=exc.status, headers=headers)
    if isinstance(exc, exceptions.APIException):
        body = envelope(_in_one_sentence(exc), str(exc.default_code).upper(), request=request)
        return Response(body, status=exc.status_code)
    return None


def _in_one_sentence(exc: exceptions.APIException) -> str:
    return exc.detail if isinstance(exc.detail, str) else "The request is not valid."

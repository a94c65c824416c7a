"""Every way a call can fail. One class per reason; its docstring is the default sentence.

All derive from `OWKAIError`. Where the guide catches a built-in (`PermissionError`, `TimeoutError`) or where
Python programs usually do (`ConnectionError`, `ValueError`), the class is also that built-in.
None of them ever means "approved". Wrong use of a method (an impossible time-out, an id that is not one) is a
plain `ValueError` or `TypeError`, raised before anything is sent.
"""

from __future__ import annotations

from typing import Any


class OWKAIError(Exception):
    """The portal could not be asked, or did not agree."""

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        for name, value in facts.items():
            setattr(self, name, value)


class ConfigurationError(OWKAIError, ValueError):
    """The client is not configured: it needs the portal's address and an API key."""


class InvalidActionError(OWKAIError, ValueError):
    """The action cannot be sent as it stands; nothing was sent."""


class PortalUnreachableError(OWKAIError, ConnectionError):
    """The portal could not be reached."""


class PortalTimeoutError(OWKAIError, TimeoutError):
    """The portal did not answer in time; what was sent may have been recorded there."""


class UnexpectedAnswerError(OWKAIError):
    """The portal's answer cannot be trusted; it was not taken as an approval."""


class ActionDeniedError(OWKAIError, PermissionError):
    """The action is not approved for execution."""

    #: The portal's answer that says so, as a dictionary.
    answer: dict[str, Any] | None = None


class DecisionTimeoutError(OWKAIError, TimeoutError):
    """Nobody decided in time; the action may still be waiting for a reviewer."""

    #: What `wait_for_decision` would have returned, as a dictionary.
    answer: dict[str, Any] | None = None


class ApiError(OWKAIError):
    """The portal refused the request."""

    #: HTTP status, 400-599.
    status_code: int = 0
    #: The portal's sentence, as text.
    detail: str = ""
    #: Field name -> what is wrong with it; empty when the portal named no fields.
    errors: dict[str, Any]
    #: The portal's code for this refusal, e.g. "VALIDATION_ERROR"; None when it gave none.
    error_code: str | None = None
    #: What to quote when asking the portal's administrators; None when it gave none.
    correlation_id: str | None = None
    #: Seconds the portal asked to wait; None when it did not ask.
    retry_after: float | None = None


class InvalidRequestError(ApiError, ValueError):
    """The portal could not accept the request as written (400, 422)."""


class AuthenticationError(ApiError):
    """The portal does not know this API key, or the key is expired or revoked (401)."""


class ForbiddenError(ApiError, PermissionError):
    """This API key may not do that (403)."""


class NotFoundError(ApiError, LookupError):
    """The portal has no such action for this API key (404)."""


class ConflictError(ApiError):
    """The action's present state does not allow that (409)."""


class RateLimitedError(ApiError):
    """Too many requests from this API key; wait `retry_after` seconds (429)."""


class ServerError(ApiError):
    """The portal failed to handle the request (500-599)."""


BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidRequestError,
    429: RateLimitedError,
}


def api_error_class(status: int) -> type[ApiError]:
    """The class for an HTTP status in 400-599."""
    return BY_STATUS.get(status, ServerError if status >= 500 else ApiError)

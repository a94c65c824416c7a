"""The client of the guide: submit an action, wait for its decision, report its outcome."""

from __future__ import annotations

import json
import logging
import re
import ssl
import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from . import answers, settings
from .actions import AgentAction
from .connections import Connections, Reply
from .errors import InvalidActionError, OWKAIError, UnexpectedAnswerError
from .retries import attempt
from .waiting import poll_until_decided

logger = logging.getLogger("owkai_client")

USER_AGENT = "OWKAIClient/2.0 Python"

_ACTION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")


class OWKAIClient:
    """Talks to one portal with one API key. May be shared between threads.

    api_url, api_key: default to OWKAI_API_URL and OWKAI_API_KEY; there is no further default. Plain http://
        is accepted for this machine only.
    organization_slug: defaults to OWKAI_ORG_SLUG. Kept but not sent: a portal serves one organisation.
    timeout: seconds for one call, attempts and the pauses between them included; more than 0.
    debug: log each exchange (method, path, status, milliseconds; never keys or contents).
    retries: further attempts, 0-5, when the portal cannot be reached or answers 429, 502, 503 or 504.
    ssl_context: how to check the portal's certificate; the default is the system's way (and SSL_CERT_FILE).

    Raises `ConfigurationError` when address or key are missing or unusable. Every method may raise
    `PortalUnreachableError`, `PortalTimeoutError`, `UnexpectedAnswerError` or `ApiError`.
    """

    def __init__(
        self,
        api_url: str | None = None,
        api_key: str | None = None,
        organization_slug: str | None = None,
        timeout: float = 30,
        debug: bool = False,
        *,
        retries: int = 2,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        if not timeout > 0:
            raise ValueError("timeout must be more than 0 seconds")
        if not 0 <= retries <= 5:
            raise ValueError("retries must be 0 to 5")
        address = settings.portal_address(api_url)
        self.api_url = str(address)
        self.organization_slug = settings.organization_slug(organization_slug)
        self.timeout = timeout
        self.retries = retries
        self._key = settings.api_key(api_key)
        self._connections = Connections(address, ssl_context)
        if debug:
            logger.setLevel(logging.DEBUG)

    def __repr__(self) -> str:
        return f"<OWKAIClient {self.api_url} key {self._key!r}>"

    def __enter__(self) -> OWKAIClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections kept for reuse. The client can still be used; it opens new ones."""
        self._connections.close()

    def submit_action(
        self, action: AgentAction | None = None, *, idempotency_key: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Submit an intended action (guide, "Step 1" and "Best Practices" 1).

        Give an `AgentAction`, or its fields as keywords. Returns the portal's answer, always with `id` and
        `action_id`, `status` (approved, pending_approval, rejected, executed) and `decision` (approved,
        pending, denied); a denial is an answer, with `reason`, not an error.

        Attempts of one call carry one Idempotency-Key, so a lost answer never makes a second action. To
        keep that promise across calls or restarts, give your own `idempotency_key`: 1-255 visible ASCII
        characters, used for this action only. The portal then repeats its first answer, so ask
        `get_action_status` whether the action has been executed since.

        Raises `InvalidActionError` before anything is sent; `InvalidRequestError`, `AuthenticationError`
        and the other `ApiError`s when the portal refuses the request; `ActionDeniedError` when it approves
        the action but forbids executing it now.
        """
        action = _action_of("submit_action", action, fields)
        key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
        if not _IDEMPOTENCY_KEY.fullmatch(key):
            raise InvalidActionError(
                "idempotency_key must be 1 to 255 visible ASCII characters; nothing was sent."
            )
        body = self._call(
            "POST", "/api/authorization/agent-action", action.to_dict(), {"Idempotency-Key": key}
        )
        return answers.refuse_if_forbidden(answers.read_action(body))

    def preflight(self, action: AgentAction | None = None, **fields: Any) -> dict[str, Any]:
        """What `submit_action` would be told now. Nothing is submitted, and nothing is permitted.

        Give an `AgentAction`, or its fields as keywords. Returns the portal's answer: `would_be` holds the
        `status` and `decision` of `submit_action`, the rest says why (`reason`, `risk_score`,
        `risk_factors`, `thresholds`...). There is no id to wait for; the `status` and `decision` beside
        `would_be` never say "approved". The rules and the portal's state may change before you submit.

        Raises what `submit_action` raises, but `ActionDeniedError`; `UnexpectedAnswerError` for every answer
        that could be taken for a permission, or that does not say it is a preflight.
        """
        given = _action_of("preflight", action, fields).to_dict()
        return answers.read_preflight(self._call("POST", "/api/authorization/agent-action/preflight", given))

    def get_action_status(self, action_id: int | str) -> dict[str, Any]:
        """How the action stands now (guide, "Step 4"), with the same fields as `submit_action`.

        Raises `NotFoundError` for an id that is not one of this key's actions.
        """
        return self._ask_status(action_id, seconds=self.timeout, retries=self.retries)

    def wait_for_decision(
        self,
        action_id: int | str,
        timeout: float = 60,
        poll_interval: float = 2.0,
        *,
        raise_on_timeout: bool = False,
    ) -> dict[str, Any]:
        """Ask for the status until the action is decided (guide, "Using wait_for_decision Helper").

        timeout: seconds, 0 or more; 0 asks once. An answer already under way may overrun it by one second.
        poll_interval: seconds between questions, more than 0; longer when the portal asks for it.

        Returns the final status. When nobody decided in time, returns `decision` and `status` "timeout",
        with `action_id`, and the same sentence as `reason` and `error`, so that the guide's programs print
        something true; with `raise_on_timeout` raises `DecisionTimeoutError` (a `TimeoutError`) instead.

        A portal that cannot be reached, is overloaded or fails (5xx) is asked again until the time is up.
        Refusals (`AuthenticationError`, `NotFoundError`...) and `UnexpectedAnswerError` are raised at once,
        and so is `ActionDeniedError` when the portal approves the action but forbids executing it now.
        """
        checked = _checked_id(action_id)

        def ask(seconds: float) -> dict[str, Any]:
            # No attempts within an attempt: the wait itself asks again.
            return self._ask_status(checked, seconds=min(seconds, self.timeout), retries=0)

        final = poll_until_decided(ask, action_id, timeout, poll_interval, raise_on_timeout=raise_on_timeout)
        return final if final["status"] == "timeout" else answers.refuse_if_forbidden(final)

    def get_action_details(self, action_id: int | str) -> dict[str, Any]:
        """Everything the portal tells this key about an action, its audit trail included."""
        checked = _checked_id(action_id)
        return answers.read_action(self._call("GET", f"/api/agent-action/{checked}"), checked)

    def list_actions(
        self,
        limit: int = 50,
        offset: int = 0,
        status: str | None = None,
        agent_id: str | None = None,
        risk_level: str | None = None,
    ) -> dict[str, Any]:
        """This key's recent actions: {"actions": [...], "total": n, ...}.

        limit: 1 or more; the portal may give fewer. offset: 0 or more.
        status: a status or decision word. risk_level: low, medium, high or critical. None means all.
        """
        if limit < 1 or offset < 0:
            raise ValueError("limit must be 1 or more, offset 0 or more")
        given = {
            "limit": limit,
            "offset": offset,
            "status": status,
            "agent_id": agent_id,
            "risk_level": risk_level,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        body = self._call("GET", f"/api/agent-activity?{query}")
        items = body.get("actions")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnexpectedAnswerError("The portal's answer holds no list of actions.")
        return body

    def complete_action(
        self, action_id: int | str, result: Mapping[str, Any] | None = None, duration_ms: int | None = None
    ) -> dict[str, Any]:
        """Report that the action was carried out. Reporting the same again changes nothing.

        result: facts worth keeping, as a dictionary; they are stored in the portal. duration_ms:
        milliseconds. Raises `ConflictError` when the action was never approved or something else was
        reported before.
        """
        return self._report(
            action_id, "complete", "completed", {"result": result, "duration_ms": duration_ms}
        )

    def fail_action(
        self, action_id: int | str, error: str | Mapping[str, Any], duration_ms: int | None = None
    ) -> dict[str, Any]:
        """Report that the action was attempted and failed; see `complete_action`.

        error: what went wrong, text or a dictionary; it is stored in the portal. duration_ms: milliseconds.
        """
        return self._report(action_id, "fail", "failed", {"error": error, "duration_ms": duration_ms})

    def cancel(self, action_id: int | str, reason: str = "") -> dict[str, Any]:
        """Withdraw an action that waits, or was approved and not carried out; its decision is then "denied".

        Cancelling again changes nothing. Raises `ConflictError` when it is over, or was reported before.
        """
        checked = _checked_id(action_id)
        body = self._call("POST", f"/api/agent-action/{checked}/cancel", {"reason": reason} if reason else {})
        return answers.read_action(body, checked)

    def test_connection(self) -> dict[str, Any]:
        """Whether the portal answers and knows this key. Never raises an `OWKAIError`.

        Returns `connected` (boolean) and `status` ("connected" or "error"); then `api_version`,
        `environment` and `latency_ms` (milliseconds of the health check), or `error`, a sentence.
        """
        try:
            started = time.monotonic()
            self._call("GET", "/health")
            latency = round((time.monotonic() - started) * 1000, 2)
            # /health answers anybody; only this one tells a good key from a bad one.
            deployment = self._call("GET", "/api/deployment-info")
        except OWKAIError as exc:
            return {"connected": False, "status": "error", "error": str(exc)}
        return {
            "connected": True,
            "status": "connected",
            "api_version": deployment.get("version", "unknown"),
            "environment": deployment.get("environment", "unknown"),
            "latency_ms": latency,
        }

    def _report(self, action_id: int | str, verb: str, status: str, given: dict[str, Any]) -> dict[str, Any]:
        checked = _checked_id(action_id)
        facts = {name: dict(v) if isinstance(v, Mapping) else v for name, v in given.items() if v is not None}
        now = datetime.now(timezone.utc).isoformat()
        facts |= {"action_id": checked, "status": status, f"{status}_at": now}
        return self._call("POST", f"/api/agent-action/{checked}/{verb}", facts)

    def _ask_status(self, action_id: int | str, *, seconds: float, retries: int) -> dict[str, Any]:
        checked = _checked_id(action_id)
        body = self._call("GET", f"/api/agent-action/status/{checked}", seconds=seconds, retries=retries)
        return answers.read_action(body, checked)

    def _call(
        self,
        method: str,
        path: str,
        payload: dict[str, Any] | None = None,
        extra_headers: dict[str, str] | None = None,
        *,
        seconds: float | None = None,
        retries: int | None = None,
    ) -> dict[str, Any]:
        """One logical call: the same bytes and headers on every attempt, the last answer's JSON object."""
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT, **self._key.headers()}
        headers.update(extra_headers or {})
        body = None
        if payload is not None:
            body = _to_json(payload)
            headers["Content-Type"] = "application/json"
        deadline = time.monotonic() + (self.timeout if seconds is None else seconds)

        def ask() -> Reply:
            started = time.monotonic()
            reply = self._connections.exchange(method, path, body, headers, deadline)
            spent = (time.monotonic() - started) * 1000
            logger.debug("%s %s: %d, %.1f ms", method, path, reply.status, spent)
            return reply

        reply = attempt(ask, retries=self.retries if retries is None else retries, deadline=deadline)
        if reply.status >= 400:  # an error text may repeat what was sent
            reply = reply._replace(body=self._key.mask_in(reply.body))
        return answers.read_object(reply)


def _action_of(method: str, action: AgentAction | None, fields: dict[str, Any]) -> AgentAction:
    if action is None:
        return AgentAction(**fields)
    if fields:
        raise TypeError(f"give {method} an AgentAction or its fields, not both")
    if not isinstance(action, AgentAction):
        raise TypeError(f"{method} takes an AgentAction, not {type(action).__name__}")
    return action


def _checked_id(action_id: int | str) -> str:
    """The id as text, if it cannot lead the request to another path."""
    text = str(action_id)
    if isinstance(action_id, bool) or not isinstance(action_id, (int, str)) or not _ACTION_ID.fullmatch(text):
        raise ValueError("action_id must be the number the portal gave")
    return text


def _to_json(payload: dict[str, Any]) -> bytes:
    try:
        return json.dumps(payload, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as exc:
        raise InvalidActionError(
            f"What is to be sent cannot be written as JSON ({exc}); nothing was sent."
        ) from exc

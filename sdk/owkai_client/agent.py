"""An agent that acts only when the portal says yes, and reports what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Callable, TypeVar

from .actions import AgentAction
from .answers import may_execute
from .client import OWKAIClient
from .errors import ActionDeniedError, OWKAIError

logger = logging.getLogger("owkai_client")

T = TypeVar("T")

#: Characters of an exception's text that are reported.
_LONGEST_ERROR = 500


class AuthorizedAgent:
    """Carries out functions only after approval (guide, "Complete Production Example").

    It differs from the program printed there where that program loses something: the description and the
    tool's name are sent too, a wait that ends without a decision raises `TimeoutError` rather than
    `PermissionError`, and the outcome is reported. There is no switch to go ahead without an answer:
    whoever wants that catches `PortalUnreachableError` and writes it down in his own code.

    client: defaults to `OWKAIClient()`, configured by the environment.
    timeout: seconds to wait for a person's decision. poll_interval: seconds between questions.
    """

    def __init__(
        self,
        agent_id: str,
        agent_name: str,
        client: OWKAIClient | None = None,
        *,
        timeout: float = 60,
        poll_interval: float = 2.0,
    ) -> None:
        self.agent_id = agent_id
        self.agent_name = agent_name
        self.client = client or OWKAIClient()
        self.timeout = timeout
        self.poll_interval = poll_interval

    def execute_with_authorization(
        self,
        action_type: str,
        description: str,
        tool_name: str,
        execute_fn: Callable[[], T],
        *,
        resource: str | None = None,
        resource_id: str | None = None,
        action_details: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        risk_indicators: Mapping[str, Any] | None = None,
    ) -> T:
        """Submit the action, wait if a person must decide, and call `execute_fn` once if it is approved.

        Returns what `execute_fn` returns. Reports completion, or failure with the exception's type and
        first 500 characters; the returned value itself is never sent. A report that fails is logged as a
        warning and changes nothing else.

        Raises `ActionDeniedError` (a `PermissionError`) when the action is not approved,
        `DecisionTimeoutError` (a `TimeoutError`) when nobody decided in time, what `execute_fn` raises, and
        what `OWKAIClient.submit_action` raises. A misspelt keyword is a `TypeError`: dropped in silence, it
        could hide a risk from the reviewer.
        """
        answer = self.client.submit_action(
            AgentAction(
                agent_id=self.agent_id,
                agent_name=self.agent_name,
                action_type=action_type,
                resource=resource,
                resource_id=resource_id,
                action_details=action_details,
                context=context,
                risk_indicators=risk_indicators,
                description=description,
                tool_name=tool_name,
            )
        )
        if answer["decision"] == "pending":
            logger.info("Action %s waits for a reviewer", answer["id"])
            answer = self.client.wait_for_decision(
                answer["id"], self.timeout, self.poll_interval, raise_on_timeout=True
            )
        if not may_execute(answer):
            reason = answer.get("reason") if answer["decision"] == "denied" else f"it is {answer['status']}"
            raise ActionDeniedError(f"Action {answer['id']} is not approved: {reason}", answer=answer)
        return self._execute(answer["id"], execute_fn)

    def _execute(self, action_id: int | str, execute_fn: Callable[[], T]) -> T:
        started = time.monotonic()
        try:
            result = execute_fn()
        except BaseException as exc:
            # An interrupted action may have had effects; the portal must hear of it too.
            error = f"{type(exc).__name__}: {exc}"[:_LONGEST_ERROR]
            self._report(self.client.fail_action, action_id, error, started)
            raise
        self._report(self.client.complete_action, action_id, {"has_result": result is not None}, started)
        return result

    def _report(
        self, report: Callable[..., object], action_id: int | str, what: object, started: float
    ) -> None:
        try:
            report(action_id, what, duration_ms=round((time.monotonic() - started) * 1000))
        except OWKAIError as exc:
            logger.warning("The outcome of action %s could not be reported: %s", action_id, exc)

"""Asks for an action's status until somebody has decided, or the time is up."""

from __future__ import annotations

import time
from typing import Any, Callable

from .errors import (
    DecisionTimeoutError,
    OWKAIError,
    PortalTimeoutError,
    PortalUnreachableError,
    RateLimitedError,
    ServerError,
)

#: Troubles that pass. While one lasts the action stays undecided for us, and the portal is asked again.
_PASSING = (PortalUnreachableError, PortalTimeoutError, RateLimitedError, ServerError)
#: Seconds the last question may take although the time is up.
_LAST_QUESTION = 1.0


def poll_until_decided(
    ask: Callable[[float], dict[str, Any]],
    action_id: int | str,
    timeout: float,
    poll_interval: float,
    *,
    raise_on_timeout: bool,
) -> dict[str, Any]:
    """`ask(seconds)` gives the status within that many seconds. See `OWKAIClient.wait_for_decision`.

    The clock is monotonic: setting the machine's clock neither ends a wait nor prolongs it. The status is
    asked once more when the time is up, so a decision taken during the last pause is not missed.
    """
    if not timeout >= 0 or not poll_interval > 0:
        raise ValueError("timeout must be 0 or more seconds, poll_interval more than 0")
    deadline = time.monotonic() + timeout
    while True:
        trouble: OWKAIError | None = None
        pause = poll_interval
        try:
            answer = ask(max(_LAST_QUESTION, deadline - time.monotonic()))
        except _PASSING as exc:
            trouble = exc
            pause = max(pause, getattr(exc, "retry_after", None) or 0)
        else:
            if answer["decision"] != "pending":
                return answer
        left = deadline - time.monotonic()
        if left <= 0:
            return _timed_out(action_id, timeout, trouble, raise_on_timeout)
        time.sleep(min(pause, left))


def _timed_out(
    action_id: int | str, timeout: float, trouble: OWKAIError | None, raise_on_timeout: bool
) -> dict[str, Any]:
    last = f"the last question failed: {trouble}" if trouble else "the action is still waiting for a reviewer"
    sentence = f"no decision within {timeout:g} seconds; {last}"
    answer = {
        "id": action_id,
        "action_id": action_id,
        "status": "timeout",
        "decision": "timeout",
        "reason": sentence,
        "error": sentence,
    }
    if raise_on_timeout:
        raise DecisionTimeoutError(f"Action {action_id}: {sentence}", answer=answer) from trouble
    return answer

"""When to ask again, and how long to wait before it."""

from __future__ import annotations

import random
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Callable

from .connections import Reply
from .errors import PortalUnreachableError

#: "Not now", said by the portal or by a proxy before it. Every other status is an answer, and final.
NOT_NOW = frozenset({429, 502, 503, 504})
#: Seconds before the second attempt; doubled for each further one.
FIRST_PAUSE = 0.5
#: Seconds of Retry-After that are worth sleeping through; asked for more, the refusal is reported instead.
LONGEST_RETRY_AFTER = 5.0


def attempt(ask: Callable[[], Reply], *, retries: int, deadline: float) -> Reply:
    """Ask, and ask again up to `retries` times while the portal cannot be reached or says "not now".

    No attempt begins after `deadline`. Answers with the last reply or raises the last
    `PortalUnreachableError`.
    """
    for done in range(retries + 1):
        try:
            reply = ask()
        except PortalUnreachableError:
            pause = _backoff(done)
            if done == retries or time.monotonic() + pause >= deadline:
                raise
        else:
            if reply.status not in NOT_NOW:
                return reply
            asked = retry_after(reply)
            # Jitter only lengthens: the portal is never asked sooner than it said.
            pause = _backoff(done) if asked is None else asked * random.uniform(1, 1.1)  # noqa: S311
            too_long = asked is not None and asked > LONGEST_RETRY_AFTER
            if done == retries or too_long or time.monotonic() + pause >= deadline:
                return reply
        time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")  # pragma: no cover


def retry_after(reply: Reply) -> float | None:
    """Seconds the reply asks to wait, 0 or more; None when it does not ask or cannot be understood."""
    text = (reply.headers.get("Retry-After") or "").strip()
    if text.isdigit() and text.isascii():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)
        return max(0.0, (when - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _backoff(done: int) -> float:
    # Jitter keeps agents that were cut off together from coming back together.
    return FIRST_PAUSE * 2.0**done * random.uniform(0.75, 1.25)  # noqa: S311

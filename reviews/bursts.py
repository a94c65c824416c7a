"""When an agent submits far more than it usually does. PURE: the dashboard and the page of an action ask the same."""

from __future__ import annotations

# So many submissions in one hour, and so many times the usual hour.
LEAST_BURST, BURST_TIMES = 20, 5


def is_burst(count: int, usual: float) -> bool:
    """Whether so many in one hour are a burst for an agent whose usual hour has so many."""
    return count >= LEAST_BURST and count > BURST_TIMES * usual

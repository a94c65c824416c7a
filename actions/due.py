"""Rows whose time has come, one after the other; one that fails does not hold up those behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


def each(action_ids: Iterable[int], do: Callable[[int], bool]) -> int:
    """Call `do` with each id, and count how often it did something. What fails is logged and tried the next time.

    Raises only when the database is away: then nothing behind it would succeed either.
    """
    done = 0
    for action_id in list(action_ids):
        try:
            done += do(action_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("Action %s was passed over; it is tried again in the next round.", action_id)
    return done

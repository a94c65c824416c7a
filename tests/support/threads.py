"""Several threads through one door at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run every call in a thread of its own, all released at the same moment.

    Returns what each returned, or the exception it raised, in the order given. Every thread has a database
    connection of its own and gives it back.

    Needs `transactional_db`: other threads cannot see a test's own transaction.
    """
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=60)
            return call()
        except Exception as exc:
            return exc
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def failures(results: Sequence[Any]) -> list[BaseException]:
    """The exceptions among the results of `together`."""
    return [result for result in results if isinstance(result, BaseException)]

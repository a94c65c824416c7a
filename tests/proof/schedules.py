"""Two transactions, statement by statement, in every order of a kind: deterministic interleavings.

Each of two threads stops before every SQL statement it sends and goes on only when the schedule says so. A schedule
names how many statements the first may run before the second gets its turn, and so on. Where the one whose turn it is
waits for a lock of the other, the other gets the turn: that is what a database does, and it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, connections

# How long a statement may take before it counts as waiting for the other's lock. Only a wrong guess of "waiting"
# costs anything, and that only another order than the schedule meant.
PATIENCE = 0.03  # seconds
LONG = 30.0  # seconds until a test gives up


class Player:
    """One of the two, stopped before each of its statements."""

    def __init__(self, call: Callable[[], Any]):
        self.call = call
        self.result: Any = None
        self.statements = 0
        self.is_over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._turn, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._free = False  # from the end of the schedule on
        self._under_way = False  # sent a statement that has not come back

    def _run(self) -> None:
        try:
            with connection.execute_wrapper(self._before):
                self.result = self.call()
        except Exception as exc:
            self.result = exc
        finally:
            self.is_over = True
            connections.close_all()
            self._stopped.release()

    def _before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self._free:
            self._stopped.release()
            assert self._turn.acquire(timeout=LONG), "the schedule forgot this thread"
        self.statements += 1
        return execute(sql, params, many, context)

    def step(self) -> bool:
        """Run one statement, or up to the first one. False when it waits for the other's lock, or is over."""
        if self.is_over:
            return False
        if self.thread.ident is None:
            self.thread.start()
        elif not self._under_way:
            self._turn.release()
        self._under_way = not self._stopped.acquire(timeout=PATIENCE)
        return not self._under_way and not self.is_over

    def let_go(self) -> None:
        """No more stops."""
        self._free = True
        if self.thread.ident is None:
            self.thread.start()
        self._turn.release()


def run(first: Callable[[], Any], second: Callable[[], Any], schedule: Sequence[int]) -> tuple[Any, Any, int]:
    """Both calls by the schedule: so many statements of the first, then of the second, in turn; then to the end.

    Returns what each returned, or the exception it raised, and how many statements were sent.
    """
    players = (Player(first), Player(second))
    for number, count in enumerate(schedule):
        for _ in range(count):
            if not players[number % 2].step():
                break
    # The one whose turn it would be goes first; whoever waits for the other's lock cannot end before it.
    for player in sorted(players, key=lambda one: one is not players[len(schedule) % 2]):
        player.let_go()
        player.thread.join(PATIENCE)
    for player in players:
        player.thread.join(LONG)
        assert not player.thread.is_alive(), "a thread did not come to its end: a deadlock"
    return players[0].result, players[1].result, sum(player.statements for player in players)


def schedules(most: int, count: int) -> Iterator[tuple[int, ...]]:
    """`count` schedules of up to two changes of turn over `most` statements each, spread evenly, simplest first."""
    one_change = [(i,) for i in range(most + 1)] + [(0, i) for i in range(1, most + 1)]
    two_changes = [(i, j) for i in range(1, most + 1) for j in range(1, most + 1)]
    room = count - len(one_change)
    step = max(1, len(two_changes) // max(1, room))
    yield from [*one_change, *two_changes[::step]][:count]

"""Django's SQLite backend with a fair lock around write transactions.

SQLite's own busy handler sleeps and retries, so under load one writer can wait for seconds while others pass it.
Every transaction here is a write transaction (`transaction_mode: IMMEDIATE`, and reads run in autocommit), so
taking an advisory file lock before BEGIN and giving it back after COMMIT or ROLLBACK queues the writers of all
processes on this host, in the kernel, in the order they came.
"""

from __future__ import annotations

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite whose writers wait in line."""

    _lock_file: int | None = None
    _lock_held = False

    def _lock_path(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        return None if ":memory:" in name or "mode=memory" in name else f"{name}.lock"

    def _take_write_lock(self) -> None:
        path = self._lock_path()
        if path is None or self._lock_held:
            return
        if self._lock_file is None:
            self._lock_file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        self._lock_held = True

    def _give_write_lock(self) -> None:
        if self._lock_held and self._lock_file is not None:
            self._lock_held = False
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _start_transaction_under_autocommit(self) -> None:
        self._take_write_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_write_lock()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            # A failed COMMIT leaves the transaction open; the ROLLBACK that follows gives the lock back.
            if self.connection is None or not self.connection.in_transaction:
                self._give_write_lock()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_write_lock()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give_write_lock()
            if self._lock_file is not None and not self.is_in_memory_db():
                os.close(self._lock_file)
                self._lock_file = None

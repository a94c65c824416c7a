"""Do what nobody waits for: expire what is past its deadline, send notices, raise alarms, replay drafts of rules.

Any number may run; SIGTERM or Ctrl-C ends it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from actions.expire import expire_overdue
from governance import replays
from reviews import outbox
from reviews.break_glass import glass_alarms
from reviews.notices import deliveries

# Seconds of replay in a round. The sweep comes first in each, so that no deadline waits long for a replay.
_REPLAY_SECONDS = 1.0
_FORGET_EVERY = 3600.0  # seconds

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__
    _forget_at = 0.0  # on the monotonic clock

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then end.")
        parser.add_argument("--parent", type=int, help="End when this process is no longer the parent.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            more = self._round()
            if options["once"] or (options["parent"] and os.getppid() != options["parent"]):
                return
            if not more:
                stop.wait(settings.WORKER_INTERVAL)
            close_old_connections()

    def _round(self) -> bool:
        """One sweep, then a while of replays. Returns whether more of them wait.

        A database that is away for a moment ends the round, not the worker.
        """
        try:
            expired = expire_overdue()
            if expired:
                self.stdout.write(f"Expired {expired} actions.")
            glass_alarms()
            self._forget()
            more = (outbox.announce() == outbox.AT_ONCE) | deliveries.deliver()
            return replays.work(_REPLAY_SECONDS) or more
        except DatabaseError:
            logger.exception("The round failed; it is tried again in %s s.", settings.WORKER_INTERVAL)
            return False

    def _forget(self) -> None:
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + _FORGET_EVERY
            replays.forget_old_replays()

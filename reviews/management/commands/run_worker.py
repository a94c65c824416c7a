"""Do what nobody waits for: deadlines, escalations, reminders, alarms, notices, replays of drafts of rules.

Any number may run; SIGTERM or Ctrl-C ends it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from actions.expire import expire_overdue
from governance import replays
from reviews import outbox
from reviews.break_glass import glass_alarms
from reviews.escalate import escalate_due
from reviews.notices import deliveries
from reviews.remind import remind_due

# Seconds of replay in a round. The duties come first in each, so that no deadline waits long for a replay.
_REPLAY_SECONDS = 1.0
_FORGET_EVERY = 3600.0  # seconds

logger = logging.getLogger(__name__)


class Duty(NamedTuple):
    """Something a round does: `do` returns how many it did, which `said` tells. Any number of workers may do it."""

    name: str
    do: Callable[[], int]
    said: str


# In this order: what is past its deadline is neither escalated nor reminded of.
DUTIES = (
    Duty("expire", expire_overdue, "Expired {} actions."),
    Duty("escalate", escalate_due, "Escalated {} actions."),
    Duty("remind", remind_due, "Reminded of {} actions."),
    Duty("raise alarms", glass_alarms, "Raised {} alarms about break-glass reviews."),
    Duty("announce", outbox.announce, "Told people of {} actions."),
)


class Command(BaseCommand):
    help = __doc__
    _forget_at = 0.0  # on the monotonic clock

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then end; 1 if some of it failed.")
        parser.add_argument("--parent", type=int, help="End when this process is no longer the parent.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._failed: list[str] = []
            more = self._round()
            if options["once"] and self._failed:
                raise CommandError(f"Failed: {', '.join(self._failed)}. The log says why; the rest was done.")
            if options["once"] or (options["parent"] and os.getppid() != options["parent"]):
                return
            if not more:
                stop.wait(settings.WORKER_INTERVAL)
            close_old_connections()

    def _round(self) -> bool:
        """Every duty, then a while of notices and of replays. Returns whether more of those wait."""
        for duty in DUTIES:
            if done := self._try(duty.name, duty.do):
                self.stdout.write(duty.said.format(done))
        self._try("forget replays", self._forget)
        more = self._try("send notices", deliveries.deliver)
        return bool(self._try("replay", lambda: replays.work(_REPLAY_SECONDS)) or more)

    def _try(self, name: str, do: Callable[[], int]) -> int:
        """What `do` returns. Whatever fails, a database that is away included, ends neither round nor worker."""
        try:
            return do()
        except Exception:
            logger.exception("%s failed; it is tried again in %s s.", name, settings.WORKER_INTERVAL)
            self._failed.append(name)
            return 0

    def _forget(self) -> int:
        if time.monotonic() < self._forget_at:
            return 0
        self._forget_at = time.monotonic() + _FORGET_EVERY
        replays.forget_old_replays()
        return 1

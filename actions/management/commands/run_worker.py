"""Do what nobody waits for: expire what is past its deadline. Any number may run; SIGTERM or Ctrl-C ends it."""

from __future__ import annotations

import logging
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from actions.expire import expire_overdue

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then end.")
        parser.add_argument("--parent", type=int, help="End when this process is no longer the parent.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._round()
            if options["once"] or (options["parent"] and os.getppid() != options["parent"]):
                return
            stop.wait(settings.WORKER_INTERVAL)
            close_old_connections()

    def _round(self) -> None:
        """One sweep. A database that is away for a moment ends the round, not the worker."""
        try:
            expired = expire_overdue()
        except DatabaseError:
            logger.exception("The sweep failed; it is tried again in %s s.", settings.WORKER_INTERVAL)
        else:
            if expired:
                self.stdout.write(f"Expired {expired} actions.")

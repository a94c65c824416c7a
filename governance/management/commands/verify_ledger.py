"""`manage.py verify_ledger`: is every entry as it was written? 0: yes. 1: no. 2: there is none. 3: unreadable."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.characters import plain
from governance.ledger.inspection import Report, Unreadable, everything
from governance.ledger.verify import Fault, Stored, verify

FAULTY, EMPTY, UNREADABLE = 1, 2, 3
_TOLD_EVERY = 20_000


class Command(BaseCommand):
    help = (
        "Verify the ledger: the hash of every entry, its place in its stream, its canonical form and its columns. "
        "Streams with constant memory. Exit codes: 0 verified, 1 something is wrong, 2 no such entries, 3 unreadable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stream", help="Only this stream, such as action:7 or rules.")
        parser.add_argument(
            "--since", type=_moment, metavar="WHEN", help="Only entries since 2026-11-01[T12:00] (UTC)."
        )
        parser.add_argument("--first", action="store_true", help="Stop at the first entry with something wrong.")

    def handle(self, *args: Any, **options: Any) -> None:
        report, streams, began = Report(), 0, time.monotonic()
        try:
            for entry, wrong in verify(everything(stream=options["stream"], since=options["since"])):
                report.note(entry, wrong)
                streams += entry.seq == 1
                if wrong:
                    self._say(entry, wrong)
                    if options["first"]:
                        break
                if report.checked % _TOLD_EVERY == 0 and options["verbosity"] > 1:
                    self.stderr.write(f"{report.checked:,} looked at")
        except Unreadable as exc:
            raise CommandError(f"{exc} {report.checked:,} were looked at before.", returncode=UNREADABLE) from None
        if not report.checked:
            raise CommandError("There are no such entries, so nothing was verified.", returncode=EMPTY)
        seconds = max(time.monotonic() - began, 0.001)
        self.stdout.write(
            f"{report.checked:,} entries looked at, {streams:,} streams begin among them, {report.faulty:,} with"
            f" something wrong. {seconds:.1f} s, {report.checked / seconds:,.0f} entries a second."
        )
        if report.faulty:
            sys.exit(FAULTY)
        self.stdout.write("Verified. Entries missing at the end of a stream are not seen by this.")

    def _say(self, entry: Stored, wrong: list[Fault]) -> None:
        self.stdout.write(f"entry {entry.id}, {plain(str(entry.stream))} {entry.seq}, {plain(str(entry.type))}:")
        for fault in wrong:
            self.stdout.write(f"  {fault.what}: {fault.sentence}")
            self.stdout.write(f"    expected {plain(fault.expected)}")
            self.stdout.write(f"    found    {plain(fault.found)}")


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)

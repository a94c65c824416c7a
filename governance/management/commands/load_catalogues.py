"""Load ATT&CK, ATLAS, NIST SP 800-53, its baselines and the mapping between them from their publishers' files."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from governance.actors import command
from governance.catalogues.documents import EXPECTED
from governance.catalogues.load import Outcome, Report, load_catalogues
from governance.catalogues.reading import ReadFile, read_file
from governance.errors import Refusal

_COLUMNS = ("new", "updated", "withdrawn", "kept", "unchanged")


class Progress:
    """A line that counts on a terminal; elsewhere a line for what is done, and each second for what is not."""

    def __init__(self, stream: OutputWrapper):
        self.stream = stream
        self.is_terminal = stream.isatty()
        self.said_at = time.monotonic()
        self.is_done = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        part = 100 * done // total if total else 100
        if self.is_done == what:
            return
        if part == 100:
            self.is_done = what
        if self.is_terminal:
            self._say(f"\r\033[K{what}: {part} %", ending="\n" if part == 100 else "")
        elif part == 100 or time.monotonic() - self.said_at > 1:
            self._say(f"{what}: {part} %")
            self.said_at = time.monotonic()

    def _say(self, text: str, ending: str = "\n") -> None:
        self.stream.write(text, style_func=str, ending=ending)
        self.stream.flush()


class Command(BaseCommand):
    help = (
        "Load the publishers' catalogues from files, packed with gzip or not. The same file again changes nothing,"
        " and what an admin changed stays. docs/catalogues.md says where the files come from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind, expected in EXPECTED.items():
            repeatable = kind == "baseline"
            parser.add_argument(
                f"--{kind}",
                type=Path,
                metavar="FILE",
                action="append",
                default=[],
                help=f"{expected}; {'one or several times' if repeatable else 'once'}",
            )
        parser.add_argument("--attack-version", metavar="V", help="The release of ATT&CK, if its file does not say it.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would come of it, and write nothing.")
        parser.add_argument("--allow-older", action="store_true", help="Go back to an older release.")
        parser.add_argument(
            "--allow-withdrawing", action="store_true", help="Let a file withdraw more than half of a catalogue."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        named = [(kind, path) for kind in EXPECTED for path in options[kind]]
        if options["attack_version"] and not options["attack"]:
            raise CommandError("--attack-version is about the file of --attack, and there is none.")
        if not named:
            raise CommandError(f"Name at least one file: {', '.join(f'--{kind}' for kind in EXPECTED)}.")
        began, progress = time.monotonic(), Progress(self.stderr)
        try:
            files = [
                read_file(kind, path, attack_version=options["attack_version"], progress=progress)
                for kind, path in named
            ]
            report = load_catalogues(
                files,
                actor=command("load_catalogues"),
                allow_older=options["allow_older"],
                allow_withdrawing=options["allow_withdrawing"],
                dry_run=options["dry_run"],
                progress=progress,
            )
        except Refusal as exc:
            raise CommandError(exc.sentence) from None
        self._show(report, dry_run=options["dry_run"])
        self.stdout.write(f"Files read and loaded: {len(files)}, in {time.monotonic() - began:.1f} s.")

    def _show(self, report: Report, *, dry_run: bool) -> None:
        width = max(len(_name(outcome.file)) for outcome in report.outcomes)
        self.stdout.write(f"{'':{width}}" + "".join(f"{column:>11}" for column in _COLUMNS))
        for outcome in report.outcomes:
            self.stdout.write(f"{_name(outcome.file):{width}}{_numbers(outcome)}")
        for outcome in report.outcomes:
            if outcome.counts.unknown:
                ids = ", ".join(outcome.counts.unknown_ids)
                self.stdout.write(f"{outcome.file.name} names {outcome.counts.unknown} times what is not loaded: {ids}")
        if any(outcome.counts.kept for outcome in report.outcomes):
            self.stdout.write(
                "Kept: entries in which an admin's words stay, and the publisher's are noted beside them."
            )
        if report.version:
            verb = "would be" if dry_run else "is"
            self.stdout.write(f"Rules speak of what has changed: rulebook version {report.version} {verb} in force.")
        if dry_run:
            self.stdout.write("This was a dry run. Nothing was written.")


def _name(file: ReadFile) -> str:
    return f"{file.catalogue.release.title} {file.catalogue.release.version}"


def _numbers(outcome: Outcome) -> str:
    if outcome.is_loaded:
        return "  already loaded, nothing was changed"
    return "".join(f"{getattr(outcome.counts, column):>11}" for column in _COLUMNS)

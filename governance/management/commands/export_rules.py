"""Write the rules of a kind to a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.rule_exports import file_of
from governance.rule_files import FORMATS
from governance.rule_tables import KINDS


class Command(BaseCommand):
    help = "Write every rule of a kind, the disabled ones too, as CSV or XLSX."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True, choices=list(KINDS))
        parser.add_argument("--format", default="csv", choices=list(FORMATS))
        parser.add_argument("--output", type=Path, help="The file to write; standard output when left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        data = file_of(KINDS[options["kind"]], options["format"])
        output: Path | None = options["output"]
        if output is None:
            sys.stdout.buffer.write(data)
            return
        try:
            output.write_bytes(data)
        except OSError as exc:
            raise CommandError(f"The file cannot be written: {exc}.") from None
        self.stderr.write(f"Wrote {output}.")

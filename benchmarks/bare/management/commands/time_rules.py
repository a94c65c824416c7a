"""Time scoring and policies, without a database and without a server."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks import rules


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=rules._ROUNDS)

    def handle(self, *args: Any, **options: Any) -> None:
        for line in rules.lines(options["rounds"]):
            self.stdout.write(line)
            self.stdout.flush()

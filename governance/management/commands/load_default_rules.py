"""Load the shipped rules into a new portal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from governance.actors import command
from governance.default_rules import load_default_rules


class Command(BaseCommand):
    help = "Put the shipped risk rules in place as version 1. Does nothing when there are rules already."

    def handle(self, *args: Any, **options: Any) -> None:
        version = load_default_rules(command("load_default_rules"))
        if version is None:
            self.stdout.write("There are rules already. Nothing was changed.")
        else:
            self.stdout.write(f"The default rules are loaded: version {version.version}.")

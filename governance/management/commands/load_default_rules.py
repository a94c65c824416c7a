"""Load the shipped rules into a new portal, or what a new release adds to them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from governance.actors import command
from governance.default_rules import add_default_rules, load_default_rules


class Command(BaseCommand):
    help = "Put the shipped risk rules in place as version 1. Does nothing when there are rules already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--add-new",
            action="store_true",
            help="When there are rules already, add the shipped ones that are missing. What is there stays as it is.",
        )

    def handle(self, *args: Any, add_new: bool, **options: Any) -> None:
        actor = command("load_default_rules")
        version = load_default_rules(actor)
        if version is not None:
            self.stdout.write(f"The default rules are loaded: version {version.version}.")
        elif not add_new:
            self.stdout.write("There are rules already. Nothing was changed.")
        elif added := add_default_rules(actor, release=settings.VERSION):
            for row in added.rows:
                self.stdout.write(f"{row._meta.verbose_name}: {row}")
            self.stdout.write(f"{len(added.rows)} added: version {added.version.version}.")
        else:
            self.stdout.write("Every shipped rule is there already. Nothing was changed.")

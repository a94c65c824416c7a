"""Take away the second step of somebody's sign-in: the way out when the only admin has lost their phone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.account_security import remove_second_factor
from governance.actors import command
from governance.errors import Refusal
from governance.models import Person


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="Kept in the ledger.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['username']}. Nothing was changed.")
        try:
            remove_second_factor(person, actor=command("remove_second_factor"), reason=options["reason"])
        except Refusal as exc:
            raise CommandError(exc.sentence) from None
        self.stderr.write(f"{person.username} signs in with the password alone now. Their sessions ended.")

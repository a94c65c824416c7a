"""Make an account for a reviewer, senior reviewer, admin or auditor."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.actors import command
from governance.errors import Refusal
from governance.models import Role
from governance.people import create_person


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=[role for role in Role.values if role != Role.NONE])
        parser.add_argument("--team", help="The team they belong to; the default team when left out.")
        parser.add_argument("--email", default="")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            required=True,
            help="Read the password from standard input, so that it stands in no shell history.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("Standard input held no password. No account was made.")
        try:
            person = create_person(
                actor=command("create_person"),
                username=options["username"],
                role=options["role"],
                team=options["team"],
                email=options["email"],
                password=password,
            )
        except Refusal as exc:
            raise CommandError(exc.sentence) from None
        self.stderr.write(f"Made {person.username}, {person.get_role_display()}.")

"""Issue an API key to an agent, registering the agent when it is new. Prints the key, once, and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from actions.agent_keys import issue_key
from governance.actors import command
from governance.errors import Refusal
from governance.models import Person


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agent_id")
        parser.add_argument("--name", default="", help="What people call the agent.")
        parser.add_argument("--team", help="The team it belongs to; the default team when left out.")
        parser.add_argument("--owner", help="User name of the person who answers for it and never decides its actions.")
        parser.add_argument("--expires-days", type=int, help="Days until the key expires; never when left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = None
        if options["owner"]:
            owner = Person.objects.filter(username=options["owner"]).first()
            if owner is None:
                raise CommandError(f"There is no person {options['owner']}. No key was made.")
        days = options["expires_days"]
        try:
            _, text = issue_key(
                actor=command("issue_agent_key"),
                agent_id=options["agent_id"],
                name=options["name"],
                team=options["team"],
                owner=owner,
                expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
            )
        except Refusal as exc:
            raise CommandError(exc.sentence) from None
        self.stdout.write(text)

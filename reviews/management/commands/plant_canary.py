"""Plant a test among the actions that wait: one that ought to be rejected, to see whether people look.

manage.py plant_canary --template own-account --agent customer-service-agent-001
manage.py plant_canary --copy 4711 --flaw tenfold
"""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actions.models import Agent
from governance.actors import command
from governance.errors import Refusal
from reviews.canaries import plant_canary
from reviews.canary_texts import FLAWS, TEMPLATES


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("--template", default="", help=f"One of {', '.join(TEMPLATES)}.")
        parser.add_argument("--agent", help="The agent whose name a template carries.")
        parser.add_argument("--team", help="The agent's team, where two teams have an agent of that id.")
        parser.add_argument("--copy", type=int, help="The number of a past action to copy.")
        parser.add_argument("--flaw", default="", help=f"What is made wrong in the copy: {', '.join(FLAWS)}.")

    def handle(self, *args: Any, **options: Any) -> None:
        agent = None
        if options["template"]:
            agent = _agent(options["agent"], options["team"])
        try:
            canary = plant_canary(
                actor=command("plant_canary"),
                agent=agent,
                template=options["template"],
                copy_of=options["copy"],
                flaw=options["flaw"],
            )
        except Refusal as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(f"Planted as action {canary.action_id}. Nothing there gives it away.")


def _agent(agent_id: str | None, team: str | None) -> Agent:
    found = list(Agent.objects.filter(agent_id=agent_id or "", **({"team__name": team} if team else {}))[:2])
    if len(found) != 1:
        what = "More than one agent has" if found else "No agent has"
        raise CommandError(f"{what} the id {agent_id or '(none)'}. Nothing was planted. Name --agent and --team.")
    return found[0]

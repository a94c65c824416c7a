"""Time the parts of a submission that need no database, one call at a time, in this process."""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from rest_framework.renderers import JSONRenderer

from actions import contract, gate, strict_json, wire
from actions.models import Action, Agent
from governance.ledger.canonical import canonical_entry
from governance.models import LedgerEntry, RulebookVersion
from tests.support.api import GUIDE_EXAMPLE

_REPEATS = 7
_CALLS = 500


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{'microseconds per call':<40}" + "".join(f"{word:>9}" for word in ("approved", "pending")))
        approved, pending = _stages("query", "approved"), _stages("transaction", "pending")
        for name in approved:
            cells = [_microseconds(stages[name]) for stages in (approved, pending)]
            self.stdout.write(f"{name:<40}" + "".join(f"{cell:9.1f}" for cell in cells))


def _stages(action_type: str, state: str) -> dict[str, Callable[[], object]]:
    """The stages, each as a call without arguments, for one of the actions the benchmark has submitted."""
    raw = json.dumps(GUIDE_EXAMPLE | {"action_type": action_type}).encode()
    body = strict_json.parse(raw)
    submission = contract.parse(body, lenient=False)
    agent = Agent.objects.select_related("team").get(agent_id=submission.agent_id)
    version = RulebookVersion.objects.latest("version").version
    action = Action.objects.select_related("agent").filter(state=state).latest("id")
    answer = wire.submit_answer(action)
    entry = json.loads(LedgerEntry.objects.get(action_id=action.pk, type="action.submitted").body)
    return {
        "strict_json.parse": lambda: strict_json.parse(raw),
        "contract.parse": lambda: contract.parse(body, lenient=False),
        "gate.ask": lambda: gate.ask(
            submission,
            agent=agent,
            principal=agent,
            team=agent.team.name,
            rules_version=version,
            blocked="",
            at=action.created_at,
        ),
        "ledger canonical": lambda: canonical_entry(entry),
        "wire.submit_answer": lambda: wire.submit_answer(action),
        "wire.status_answer": lambda: wire.status_answer(action),
        "answer to JSON": lambda: JSONRenderer().render(answer),
    }


def _microseconds(call: Callable[[], object]) -> float:
    """The best of a few repeats: what the call takes when nothing else is running."""
    return min(timeit.repeat(call, number=_CALLS, repeat=_REPEATS)) / _CALLS * 1e6

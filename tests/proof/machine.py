"""The world the state machine plays in, and what must hold after each of its steps.

After each step the ledger's new entries are read by ledger_model, and what it concludes must be what the portal says
(I2). Each example has a transaction of its own, rolled back at its end. The rules are in rules_of_agents.py and
rules_of_people.py.
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from actions.models import Action, State
from governance import ledger
from governance.errors import Refusal
from governance.models import LedgerEntry, Person
from tests.proof.ledger_model import Model, must
from tests.reviews.routes import group, member, new_route, stage
from tests.support.api import Api
from tests.support.cast import AGENT_ID, TEAM
from tests.support.people import key_for, person_called

# After the default rules were loaded, whenever that is: no stream goes back in time.
BEGINNING = datetime(2060, 3, 1, 8, 0, tzinfo=UTC)

# Three of Compliance, two of Security (one is both), a director, two of the team (one its senior), and the owner.
PEOPLE = {
    "cora": (["Compliance"], 4, "reviewer"),
    "cyril": (["Compliance"], 3, "reviewer"),
    "bea": (["Compliance", "Security"], 4, "reviewer"),
    "seth": (["Security"], 4, "reviewer"),
    "dora": (["Directors"], 4, "reviewer"),
    "rita": ([TEAM], 3, "reviewer"),
    "sina": ([TEAM], 4, "senior"),
    "olga": ([TEAM, "Compliance"], 4, "reviewer"),
}
KINDS = ("query", "transaction", "transaction", "system_operation")
USERNAMES = st.sampled_from(sorted(PEOPLE))


def assemble() -> str:
    """The cast and two routes, made once for all examples; every example is rolled back to here. The agent's key."""
    with time_machine.travel(BEGINNING, tick=False):
        group("Directors")
        key = key_for(AGENT_ID, team=TEAM, owner=person_called("olga"))
        for name, (groups, level, role) in PEOPLE.items():
            member(name, *groups, level=level, role=role)
        new_route(
            stages=[stage((2, "Compliance", 1)), stage((1, "Security", 1))],
            score_from=85.0,
            score_below=90.0,
            deadline_minutes=60,
            remind_after=20,
            escalate_after=30,
            escalate_to=group("Directors"),
        )
        new_route(
            "Side by side",
            stages=[stage((1, "Compliance", 1), (1, "Security", 1), (1, None, 2))],
            score_from=90.0,
            rejections_needed=2,
        )
    return key


class World(RuleBasedStateMachine):
    """The set-up and the invariants; `steps` counts what was done over all examples."""

    key = ""  # of the agent
    beginning, begins_after = Model(), 0  # what the ledger says before the first step
    steps = 0
    reached: Counter[str]  # how often each kind of entry was written

    def __init__(self) -> None:
        super().__init__()
        self._transaction = transaction.atomic()
        self._transaction._from_testcase = True  # type: ignore[attr-defined]  # verbs insist on being outermost
        self._transaction.__enter__()
        self.clock = time_machine.travel(BEGINNING, tick=False)
        self.time = self.clock.start()
        self.model = copy.deepcopy(self.beginning)
        self.api = Api(self.key)
        self.read_to = self.begins_after
        self.numbers = itertools.count(1)
        self.killed = False
        self.tokens: dict[str, tuple[int, dict[str, Any]]] = {}
        self.told: dict[int, str] = {}  # the state an agent last read

    @initialize()
    def begin(self) -> None:
        for kind in KINDS:
            self.submit_one(kind)

    def teardown(self) -> None:
        self.clock.stop()
        self._transaction.__exit__(KeyError, KeyError("rolled back"), None)

    # -- What must hold ----------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees(self) -> None:
        """Every new entry keeps the invariants, and the portal's rows are where the entries lead (I2, I15)."""
        type(self).steps += 1
        new = list(LedgerEntry.objects.filter(id__gt=self.read_to).order_by("id"))
        for entry in new:
            self.model.read(entry)
            self.read_to = entry.id
            self.reached[entry.type] += 1
        touched = {entry.action_id for entry in new if entry.action_id}
        rows = Action.objects.filter(pk__in=touched) if touched else ()
        for action in rows:
            seen = self.model.actions[action.pk]
            must(action.state == seen.state, "I2", f"#{action.pk} is {action.state}, its entries say {seen.state}")
            must(action.digest == seen.digest, "I6", "the content changed")
            must(action.escalated == seen.escalated, "I2", f"#{action.pk}: escalated, or not")
            deadline = ledger.timestamp(action.deadline) if action.deadline else None
            must(deadline == seen.deadline, "I2", f"#{action.pk} is due at {deadline}, its entries say {seen.deadline}")
        if not new:
            return
        pending = set(Action.objects.filter(state=State.PENDING).values_list("pk", flat=True))
        waiting = {number for number, seen in self.model.actions.items() if seen.state == "pending"}
        must(pending == waiting, "I15", "a state changed without an entry")

    # -- Help --------------------------------------------------------------------------------------------------

    def submit_one(self, kind: str) -> None:
        """A submission with a key of its own; few resources, so that more of them are alike."""
        number = next(self.numbers)
        body = {"agent_id": AGENT_ID, "action_type": kind, "tool_name": "ledger", "description": "Pay what is due"}
        token, body = f"token-{number}", body | {"resource": f"account {number % 2}"}
        answer = self.submitted(token, body)
        self.tokens[token] = (answer["id"], body)
        if self.killed:
            must(answer["decision"] == "denied", "I9", "something passed while the kill switch was on")

    def submitted(self, token: str, body: dict[str, Any]) -> Any:
        answer = self.api.call("POST", "/api/v1/actions/submit", body, Idempotency_Key=token)
        must(answer.status == 200, "I13", f"a submission was answered {answer.status}")
        return answer

    def any_action(self, data: Any, *states: str) -> int:
        """One of them; mostly in one of these states, where there is any, so that refusals do not fill the time."""
        fitting = [number for number, seen in self.model.actions.items() if seen.state in states]
        if fitting and data.draw(st.integers(0, 4)):
            return data.draw(st.sampled_from(sorted(fitting)))
        return data.draw(st.sampled_from(sorted(self.model.actions)))

    def person(self, username: str) -> Person:
        return Person.objects.get(username=username)

    def attempt(self, call: Callable[[], Any]) -> bool:
        """Call a verb. A refusal may leave a record of itself, and moves nothing but what the deadline moved (I14)."""
        before = self._rows()
        try:
            call()
        except Refusal:
            after = self._rows()
            changed = {pk for pk in before | after if before.get(pk) != after.get(pk)}
            must(all(after[pk][0] == State.EXPIRED for pk in changed), "I14", "a refusal changed something")
            return False
        return True

    def _rows(self) -> dict[int, tuple[Any, ...]]:
        found = Action.objects.values_list("pk", "state", "stage", "escalated", "deadline", "updated_at")
        return {pk: tuple(rest) for pk, *rest in found}

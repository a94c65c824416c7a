"""A portal at work: agents submit and report, people vote, clocks tick, rules and roles change, in any order.

Every rule calls a real verb or the real API. After each step the ledger's new entries are read by ledger_model, and
what it concludes must be what the portal says (I2). Each example has a transaction of its own, rolled back at its end.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actions.expire import expire_overdue
from actions.kill_switch import switch_all
from actions.models import Action, State
from governance import rulebook
from governance.errors import Refusal
from governance.models import LedgerEntry, Person
from governance.people import change_person
from reviews import queues
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model, must
from tests.reviews.routes import group, member, new_route, stage
from tests.support.api import Api
from tests.support.cast import AGENT_ID, TEAM
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP, key_for, person_called

# After the default rules were loaded, whenever that is: no stream goes back in time.
BEGINNING = datetime(2060, 3, 1, 8, 0, tzinfo=UTC)

# Three of Compliance, two of Security (one is both), a director, two of the team, and the agent's owner.
PEOPLE = {
    "cora": (["Compliance"], 4),
    "cyril": (["Compliance"], 3),
    "bea": (["Compliance", "Security"], 4),
    "seth": (["Security"], 4),
    "dora": (["Directors"], 4),
    "rita": ([TEAM], 3),
    "sina": ([TEAM], 4),
    "olga": ([TEAM, "Compliance"], 4),
}
KINDS = ("query", "transaction", "system_operation")


class Portal(RuleBasedStateMachine):
    """The rules; `steps` counts them over all examples."""

    steps = 0
    reached: Counter[str]  # how often an action came to each state, and votes short of a decision

    def __init__(self) -> None:
        super().__init__()
        self._transaction = transaction.atomic()
        self._transaction._from_testcase = True  # type: ignore[attr-defined]  # verbs insist on being outermost
        self._transaction.__enter__()
        self.clock = time_machine.travel(BEGINNING, tick=False)
        self.time = self.clock.start()
        self.model = Model()
        self.read_to = 0
        self.numbers = itertools.count(1)
        self.killed = False
        self.tokens: dict[str, tuple[int, str]] = {}
        self.digests: dict[int, str] = {}

    @initialize()
    def assemble(self) -> None:
        rulebook.forget()
        group("Directors")
        owner = person_called("olga")
        self.api = Api(key_for(AGENT_ID, team=TEAM, owner=owner))
        for name, (groups, level) in PEOPLE.items():
            member(name, *groups, level=level)
        new_route(
            stages=[stage((2, "Compliance", 1)), stage((1, "Security", 1))],
            score_from=85.0,
            score_below=90.0,
            deadline_minutes=60,
            escalate_after=30,
            escalate_to=group("Directors"),
        )
        new_route(
            "Side by side",
            stages=[stage((1, "Compliance", 1), (1, "Security", 1), (1, None, 2))],
            score_from=90.0,
            rejections_needed=2,
        )

    def teardown(self) -> None:
        self.clock.stop()
        self._transaction.__exit__(KeyError, KeyError("rolled back"), None)
        rulebook.forget()

    # -- What an agent does ------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(KINDS))
    def submit(self, kind: str) -> None:
        token = f"token-{next(self.numbers)}"
        answer = self.api.call("POST", "/api/v1/actions/submit", self._body(kind, token), Idempotency_Key=token)
        must(answer.status == 200, "I13", f"a submission was answered {answer.status}")
        self.tokens[token] = (answer["id"], kind)
        if self.killed:
            must(answer["decision"] == "denied", "I9", "something passed while the kill switch was on")

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def submit_again(self, data: Any) -> None:
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        action_id, kind = self.tokens[token]
        answer = self.api.call("POST", "/api/v1/actions/submit", self._body(kind, token), Idempotency_Key=token)
        must(answer["id"] == action_id, "I12", "one key gave two actions")

    @precondition(lambda self: self.model.actions)
    @rule(data=st.data(), verb=st.sampled_from(["complete", "fail"]))
    def report(self, data: Any, verb: str) -> None:
        action_id = self._any_action(data)
        before = self.model.actions[action_id].state
        answer = self.api.post(f"/api/agent-action/{action_id}/{verb}", {"status": verb})
        if answer.status == 200:
            must(before in ("approved", "executed", "failed"), "I10", f"reported from {before}")

    # -- What people do ----------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.actions)
    @rule(
        data=st.data(),
        username=st.sampled_from(sorted(PEOPLE)),
        verdict=st.sampled_from(["approve", "approve", "approve", "reject"]),
        stale=st.sampled_from([False, False, False, True]),
    )
    def vote(self, data: Any, username: str, verdict: str, stale: bool) -> None:
        person, action_id = self._person(username), self._any_action(data)
        digest = "0" * 64 if stale else self.model.actions[action_id].digest

        def cast() -> None:
            cast_vote(
                action_id, actor=actor_of(person), person=person, verdict=verdict, digest=digest, reason="Because."
            )
            must(not stale, "I6", "a vote on content that was not shown")
            must(person.is_active, "I19", "somebody deactivated voted")
            must(username != "olga", "I3", "the owner voted")

        self._try(cast)

    @precondition(lambda self: self.model.actions)
    @rule(username=st.sampled_from(sorted(PEOPLE)), verdict=st.sampled_from(["approve"] * 4 + ["reject"]))
    def vote_from_the_queue(self, username: str, verdict: str) -> None:
        """What the queue offers, the verb takes: they are one rule (unless the deadline has passed unswept)."""
        person = self._person(username)
        offered = queues.mine(person).order_by("-id").first()
        if offered is None:
            return

        def cast() -> None:
            cast_vote(
                offered.pk,
                actor=actor_of(person),
                person=person,
                verdict=verdict,
                digest=offered.digest,
                reason="Because.",
            )

        overdue = offered.deadline is not None and offered.deadline <= timezone.now()
        must(self._try(cast) or overdue, "I19", f"the queue offered {username} what the verb refuses")

    @rule(username=st.sampled_from(sorted(PEOPLE)), active=st.sampled_from([True, True, False]))
    def activate(self, username: str, active: bool) -> None:
        person = self._person(username)
        person.is_active = active
        change_person(person, actor=SETUP)

    @rule(username=st.sampled_from(["cora", "seth", "dora"]), groups=st.sampled_from([["Compliance"], ["Security"]]))
    def move(self, username: str, groups: list[str]) -> None:
        change_person(self._person(username), actor=SETUP, teams=[group(name) for name in groups])

    @rule(level=st.sampled_from([1, 3, 4]), username=st.sampled_from(["cyril", "rita"]))
    def promote(self, level: int, username: str) -> None:
        person = self._person(username)
        person.approval_level = level
        change_person(person, actor=SETUP)

    @rule(blocked=st.booleans())
    def kill(self, blocked: bool) -> None:
        switch_all(blocked=blocked, actor=SETUP, reason="A drill.")
        self.killed = blocked

    # -- What time does ----------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 29, 31, 60, 24 * 60]))
    def tick(self, minutes: int) -> None:
        self.time.shift(timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        expire_overdue()

    # -- What must hold ----------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees(self) -> None:
        """Every new entry keeps the invariants, and the portal's rows are where the entries lead (I2, I15, I17)."""
        type(self).steps += 1
        new = list(LedgerEntry.objects.filter(id__gt=self.read_to).order_by("id"))
        for entry in new:
            self.model.read(entry)
            self.read_to = entry.id
            self._count(entry)
        touched = {entry.action_id for entry in new if entry.action_id}
        rows = Action.objects.filter(pk__in=touched) if touched else ()
        for action in rows:
            seen = self.model.actions[action.pk]
            must(action.state == seen.state, "I2", f"#{action.pk} is {action.state}, its entries say {seen.state}")
            must(action.digest == seen.digest, "I6", "the content changed")
        if not new:
            return
        pending = set(Action.objects.filter(state=State.PENDING).values_list("pk", flat=True))
        waiting = {number for number, seen in self.model.actions.items() if seen.state == "pending"}
        must(pending == waiting, "I15", "a state changed without an entry")

    def _count(self, entry: LedgerEntry) -> None:
        if entry.type.startswith("vote."):
            self.reached[entry.type] += 1
        elif entry.action_id:
            self.reached[self.model.actions[entry.action_id].state] += 1

    # -- Help --------------------------------------------------------------------------------------------------

    def _body(self, kind: str, token: str) -> dict[str, Any]:
        body = {"agent_id": AGENT_ID, "action_type": kind, "tool_name": "ledger", "description": "Pay what is due"}
        return body | {"resource": token}

    def _any_action(self, data: Any) -> int:
        return data.draw(st.sampled_from(sorted(self.model.actions)))

    def _person(self, username: str) -> Person:
        return Person.objects.get(username=username)

    def _try(self, call: Callable[[], Any]) -> bool:
        """Call a verb. A refusal may leave a record of itself, and moves nothing but what the deadline moved (I14)."""
        before = dict(Action.objects.filter(pk__in=self.model.actions).values_list("pk", "state"))
        try:
            call()
        except Refusal:
            after = dict(Action.objects.filter(pk__in=self.model.actions).values_list("pk", "state"))
            changed = {pk for pk in before if before[pk] != after[pk]}
            must(all(after[pk] == State.EXPIRED for pk in changed), "I14", "a refusal changed something")
            return False
        return True

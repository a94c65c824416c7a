"""What agents, clocks and admins do in the state machine: every rule calls a real verb or the real API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from actions.agents import release_agent
from actions.kill_switch import switch_all
from actions.models import Action, Agent
from governance.people import change_person
from reviews.canaries import plant_canary
from reviews.management.commands.run_worker import DUTIES
from tests.proof.ledger_model import must
from tests.proof.machine import KINDS, USERNAMES, World
from tests.reviews.routes import group
from tests.support.cast import AGENT_ID
from tests.support.people import SETUP

# How far along an action is, as its agent reads it: it never goes back (I17).
PLACES = {"pending_approval": 0, "escalated": 0.5, "approved": 1, "auto_approved": 1}
WITHDRAWABLE = ("pending", "approved", "cancelled")


class Agents(World):
    """The rules of one agent, and of what is around it."""

    @rule(kind=st.sampled_from(KINDS))
    def submit(self, kind: str) -> None:
        self.submit_one(kind)

    @rule(data=st.data())
    def submit_again(self, data: Any) -> None:
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        action_id, body = self.tokens[token]
        must(self.submitted(token, body)["id"] == action_id, "I12", "one key gave two actions")

    @rule(data=st.data(), verb=st.sampled_from(["complete", "fail"]))
    def report(self, data: Any, verb: str) -> None:
        action_id = self.any_action(data, "approved")
        before = self.model.actions[action_id]
        answer = self.api.post(f"/api/agent-action/{action_id}/{verb}", {"status": verb})
        if answer.status == 200:
            must(before.state in ("approved", "executed", "failed"), "I10", f"reported from {before.state}")
            must(not before.is_test, "I10", "a test was carried out")

    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        action_id = self.any_action(data, "pending", "approved")
        before = self.model.actions[action_id].state
        answer = self.api.post(f"/api/v1/actions/{action_id}/cancel", {"reason": "Not needed."})
        if answer.status == 200:
            must(before in WITHDRAWABLE, "I11", f"withdrawn from {before}")

    @rule(data=st.data())
    def read(self, data: Any) -> None:
        """The agent asks: past the deadline it is expired on the spot, and what it reads never goes back (I17)."""
        action_id = self.any_action(data)
        answer = self.api.get(f"/api/v1/actions/{action_id}")
        if self.model.actions[action_id].is_test:
            must(answer.status == 404, "I10", "the agent learned of a test")
            return
        before = self.told.get(action_id, "pending_approval")
        now = self.told[action_id] = answer["state"]
        must(before == now or PLACES.get(before, 2) < PLACES.get(now, 2), "I17", f"read {before}, then {now}")

    @rule(blocked=st.booleans())
    def kill(self, blocked: bool) -> None:
        """The switch; with its release an agent stopped for too many rejections is released as well."""
        switch_all(blocked=blocked, actor=SETUP, reason="A drill.")
        self.killed = blocked
        if not blocked:
            for pk in Agent.objects.filter(blocked_at__isnull=False).values_list("pk", flat=True):
                release_agent(pk, actor=SETUP, reason="Seen to.")

    @precondition(lambda self: not any(seen.is_test for seen in self.model.actions.values()))
    @rule()
    def plant(self) -> None:
        agent = Agent.objects.get(agent_id=AGENT_ID)
        self.attempt(lambda: plant_canary(actor=SETUP, agent=agent, template="own-account"))

    @rule(minutes=st.sampled_from([1, 1, 5, 20, 29, 31, 60]))
    def tick(self, minutes: int) -> None:
        self.time.shift(timedelta(minutes=minutes))

    @rule()
    def work(self) -> None:
        """A round of the worker."""
        for duty in DUTIES:
            duty.do()
        must(not Action.objects.overdue().exists(), "I7", "the worker left something overdue")

    @rule(username=USERNAMES, active=st.sampled_from([True, True, False]))
    def activate(self, username: str, active: bool) -> None:
        person = self.person(username)
        person.is_active = active
        change_person(person, actor=SETUP)

    @rule(username=st.sampled_from(["cora", "seth", "dora"]), groups=st.sampled_from([["Compliance"], ["Security"]]))
    def move(self, username: str, groups: list[str]) -> None:
        change_person(self.person(username), actor=SETUP, teams=[group(name) for name in groups])

    @rule(level=st.sampled_from([1, 3, 4]), username=st.sampled_from(["cyril", "rita"]))
    def promote(self, level: int, username: str) -> None:
        person = self.person(username)
        person.approval_level = level
        change_person(person, actor=SETUP)

"""A plausible month of a portal, the same every time: people, agents, rules, and what became of some actions.

Run as a script, it fills an empty portal: every action is submitted over the agents' API, and everything that happens
to one afterwards is a verb, each at its own moment before NOW. Every name, account and address here is invented.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.world_actions import LATELY, LONG_AGO

NOW = datetime(2026, 3, 17, 10, 42, tzinfo=UTC)
PASSWORD = "four-eyes-see-more-than-two"

PEOPLE = (
    ("rita", "Rita", "Alvarez", "reviewer", "Operations"),
    ("sam", "Sam", "Okafor", "reviewer", "Operations"),
    ("nora", "Nora", "Lindqvist", "senior", "Operations"),
    ("ivo", "Ivo", "Marek", "senior", "Operations"),
    ("ada", "Ada", "Meyer", "admin", "Operations"),
    ("theo", "Theo", "Brandt", "auditor", "Operations"),
)
AGENTS = (
    ("accounts-payable", "Accounts payable", "Operations", "ada"),
    ("customer-care", "Customer care", "Operations", "ada"),
    ("deploy-assistant", "Deploy assistant", "Operations", "ada"),
    ("warehouse-planner", "Warehouse planner", "Operations", "theo"),
)
_POLICIES: tuple[dict[str, Any], ...] = (
    {
        "name": "New bank account",
        "effect": "require_approval",
        "severity": "high",
        "condition": "has(action.details.first_payment) && action.details.first_payment == true",
        "reason": "The first payment to an account needs a person's decision.",
    },
    {
        "name": "Customers in bulk",
        "effect": "require_approval",
        "severity": "critical",
        "condition": 'action.tool == "customer_database" && has(action.details.count) && action.details.count > 100',
        "reason": "More than 100 customers at once need a person's decision.",
    },
)
_ROUTES: tuple[dict[str, Any], ...] = (
    {
        "name": "Large payments",
        "reason": "Payments over 10,000 are looked at by two people, one of them senior.",
        "condition": "has(action.details.amount) && action.details.amount > 10000",
        "stages": [
            {"label": "Check", "requirements": [{"needed": 1, "level": 2, "group": None}]},
            {"label": "Release", "requirements": [{"needed": 1, "level": 4, "group": None}]},
        ],
        "remind_after": 30,
    },
)


class World:
    """What is made, and the hands that make it."""

    def __init__(self) -> None:
        from governance.models import Person
        from tests.support.api import Api

        self.people: dict[str, Person] = {}
        self.api: dict[str, Api] = {}

    def make(self) -> None:
        """Everything, from the first day to NOW."""
        happenings: list[tuple[timedelta, Callable[[], None]]] = []
        for ago, agent, body, *steps in (*LONG_AGO, *LATELY):
            happenings.append((timedelta(minutes=ago), self._life(ago, agent, body, steps, happenings)))
        self._at(timedelta(days=40), self._start)
        while happenings:
            happenings.sort(key=lambda one: one[0], reverse=True)
            ago, happen = happenings.pop(0)
            self._at(ago, happen)
        self._at(timedelta(), self._end)

    def _at(self, ago: timedelta, happen: Callable[[], None]) -> None:
        import time_machine

        with time_machine.travel(NOW - ago, tick=True):
            happen()

    def _start(self) -> None:
        from governance.models import Policy, Route
        from governance.people import create_person
        from governance.rule_changes import change_rule
        from tests.support import api, database
        from tests.support.people import SETUP, key_for

        database.load_rules()
        for username, first, last, role, team in PEOPLE:
            self.people[username] = create_person(
                actor=SETUP,
                username=username,
                role=role,
                team=team,
                password=PASSWORD,
                email=f"{username}@example.org",
                first_name=first,
                last_name=last,
            )
        for agent_id, name, team, owner in AGENTS:
            self.api[agent_id] = api.Api(key_for(agent_id, name=name, team=team, owner=self.people[owner]))
        for fields in _POLICIES:
            change_rule(Policy(**fields), actor=SETUP, reason="Agreed with finance and support.")
        for fields in _ROUTES:
            change_rule(Route(**fields), actor=SETUP, reason="Agreed with finance.")

    def _life(self, ago: float, agent: str, body: Any, steps: Any, happenings: list[Any]) -> Callable[[], None]:
        """Submit it; what happens to it afterwards comes in its turn."""

        def begin() -> None:
            answer = self.api[agent].submit(agent_id=agent, agent_name=dict(_NAMES)[agent], **body)
            assert answer.status == 200, (answer.status, answer.json, body)
            for minutes, name, *values in steps:
                assert minutes <= ago, f"{body['description']} would go on after the last moment"
                happenings.append((timedelta(minutes=ago - minutes), self._step(name, answer["id"], agent, values)))

        return begin

    def _step(self, name: str, action_id: int, agent: str, values: list[str]) -> Callable[[], None]:
        return lambda: getattr(self, f"_{name}")(action_id, agent, *values)

    def _approve(self, action_id: int, agent: str, username: str, reason: str = "") -> None:
        from tests.support.lifecycles import decide

        decide(action_id, "approve", by=self.people[username], reason=reason or "Checked against the order.")

    def _reject(self, action_id: int, agent: str, username: str, reason: str) -> None:
        from tests.support.lifecycles import decide

        decide(action_id, "reject", by=self.people[username], reason=reason)

    def _done(self, action_id: int, agent: str) -> None:
        answer = self.api[agent].post(f"/api/agent-action/{action_id}/complete", {"status": "completed"})
        assert answer.status == 200, answer.json

    def _failed(self, action_id: int, agent: str, error: str) -> None:
        answer = self.api[agent].post(f"/api/agent-action/{action_id}/fail", {"status": "failed", "error": error})
        assert answer.status == 200, answer.json

    def _expire(self, action_id: int, agent: str) -> None:
        from actions.expire import expire_action

        expire_action(action_id)

    def _claim(self, action_id: int, agent: str, username: str) -> None:
        from reviews.claim import claim_action
        from tests.support.lifecycles import actor_of

        person = self.people[username]
        claim_action(action_id, actor=actor_of(person), person=person)

    def _assign(self, action_id: int, agent: str, username: str, to: str, note: str) -> None:
        from reviews.assign import assign_action
        from tests.support.lifecycles import actor_of

        person = self.people[username]
        assign_action(action_id, actor=actor_of(person), person=person, to=to, note=note)

    def _say(self, action_id: int, agent: str, username: str, text: str) -> None:
        from reviews.comment import add_comment
        from tests.support.lifecycles import actor_of

        person = self.people[username]
        add_comment(action_id, actor=actor_of(person), person=person, text=text)

    def _end(self) -> None:
        from reviews.saved_views import save_view
        from tests.support.lifecycles import actor_of

        rita = self.people["rita"]
        save_view(actor=actor_of(rita), person=rita, name="Payments", queue="mine", query="q=payment", team=None)


def ids_of(*words: str) -> dict[str, int]:
    """The id of the latest action whose description holds each word."""
    from actions.models import Action

    found = {word: Action.objects.filter(description__contains=word).order_by("-pk").first() for word in words}
    return {word: action.pk for word, action in found.items() if action}


_NAMES = tuple((agent_id, name) for agent_id, name, *_ in AGENTS)

if __name__ == "__main__":
    import django

    django.setup()
    World().make()
    for word, action_id in ids_of("ACME").items():
        print(word, action_id)

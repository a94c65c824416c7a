"""`queues.mine` in SQL and `eligibility.refusal` in Python say the same, in worlds nobody would think of."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from actions.models import Action
from governance.errors import Refusal
from governance.models import ActionTypeRule, Delegation, Person
from governance.rule_changes import change_rule
from reviews import queues, seats
from reviews.eligibility import refusal
from reviews.models import Vote
from tests.reviews.away import away, back, changed, same_human
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import key_for

pytestmark = pytest.mark.django_db

GROUPS = ("Payments", "Compliance", "Security")
LEVELS = (None, 2, 3, 4, 4, 4)
ROLES = ("reviewer", "reviewer", "reviewer", "reviewer", "senior", "senior", "admin", "auditor")


class World:
    """A dozen people, their links, absences and agents, some routes, and what was voted on them."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.people = [self.somebody(number) for number in range(11)]
        self.link(2)
        self.routes()
        self.agents = {f"agent-{name}": Api(self.key(name)) for name in GROUPS[:2]}
        self.change_rules()
        self.lend(5)
        self.actions = [self.submit() for _ in range(6)]
        self.vote(9)
        # What changes after votes were cast must not part the two either.
        self.link(1)
        for one in Delegation.objects.all()[:1]:
            back(one)
        self.lend(2)
        changed(self.anybody(), is_active=False)
        self.vote(4)

    def anybody(self) -> Person:
        return Person.objects.get(pk=self.dice.choice(self.people).pk)

    def key(self, name: str) -> str:
        return key_for(f"agent-{name}", team=name, owner=self.anybody())

    def somebody(self, number: int) -> Person:
        groups = self.dice.sample(GROUPS, self.dice.randint(1, 2))
        person = member(f"p{number}", *groups, role=self.dice.choice(ROLES))
        return changed(person, approval_level=self.dice.choice(LEVELS))

    def link(self, times: int) -> None:
        for _ in range(times):
            with suppress(Refusal):
                same_human(self.anybody(), self.anybody())

    def lend(self, times: int) -> None:
        """Most begin now, some tomorrow; who may not lend or act is passed over."""
        made = 0
        for _ in range(8 * times):
            starts_at = self.dice.choice((None, None, None, timezone.now() + timedelta(days=1)))
            with suppress(Refusal):
                away(self.anybody(), self.anybody(), starts_at=starts_at)
                made += 1
            if made == times:
                break

    def change_rules(self) -> None:
        rule = ActionTypeRule.objects.get(pattern="query")
        rule.extra_points += 1
        change_rule(rule, actor=lifecycles.actor_of(self.anybody()), reason="Tuned.")

    def routes(self) -> None:
        wanted: list[Any] = [(2, "Compliance", 3), (2, "Security", 1), (3, None, 1), (2, None, 3)]
        for name, band in (("Lower", (0.0, 90.0)), ("Upper", (90.0, None))):
            if self.dice.random() < 0.2:
                continue  # the default route, which has no rows of seats
            stages = [stage(*self.side_by_side(wanted)) for _ in range(self.dice.randint(1, 2))]
            new_route(
                name,
                stages=stages,
                score_from=band[0],
                score_below=band[1],
                rejections_needed=2,
                same_person_again=self.dice.random() < 0.3,
                escalate_after=60,
                escalate_to=group("Security"),
            )

    def side_by_side(self, wanted: list[Any]) -> list[Any]:
        chosen = self.dice.sample(wanted, self.dice.randint(1, 2))
        return list({one[1]: one for one in chosen}.values())

    def submit(self) -> int:
        make = self.dice.choice((lifecycles.pending, lifecycles.pending, lifecycles.critical))
        agent_id, api = self.dice.choice(list(self.agents.items()))
        action_id = make(api, resource=str(self.dice.random()), agent_id=agent_id)
        if self.dice.random() < 0.3:
            Action.objects.filter(pk=action_id).update(escalated=True)
            seats.refresh(Action.objects.get(pk=action_id))
        return action_id

    def vote(self, times: int) -> None:
        for _ in range(times):
            person = self.anybody()
            theirs = sorted(queues.mine(person).values_list("pk", flat=True))
            if theirs:
                verdict = self.dice.choice(("approve", "approve", "approve", "reject"))
                lifecycles.decide(self.dice.choice(theirs), verdict, by=person)


def disagreements() -> tuple[list[str], int]:
    """Where the two part, and how often both said yes."""
    found, yes = [], 0
    for person in Person.objects.all():
        mine = set(queues.mine(person).values_list("pk", flat=True))
        for action in Action.objects.visible_to(person):
            refused = refusal(person, action)
            yes += refused is None
            if (action.pk in mine) != (refused is None):
                found.append(f"{person} and {action}: {refused and refused.sentence}")
    return found, yes


# Chosen for what happens in them: links, absences, votes by delegates, many that may decide.
@pytest.mark.parametrize("seed", [2, 4, 7])
def test_the_two_agree(team: Any, seed: int) -> None:
    World(seed)
    assert disagreements()[0] == []


def test_the_worlds_are_worth_comparing(team: Any, monkeypatch: Any) -> None:
    """They hold what the rule is about, and a queue that forgets who voted is found out: the naive twin."""
    World(0)
    found, yes = disagreements()
    assert (found, yes > 5) == ([], True)
    assert Delegation.objects.active().exists()
    assert Vote.objects.exists()
    assert Person.objects.exclude(same_as=None).exists()
    monkeypatch.setattr(queues, "_voted", lambda identity: Q(pk__in=()))
    assert disagreements()[0]

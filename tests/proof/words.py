"""The words in which the stories are told: short ones about one action, each with the end it must come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from actions.models import Action
from governance.errors import (
    NotEligible,
    Refusal,
)
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.eligibility import refusal
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

Scenario = Callable[[Api], None]
SCENARIOS: list[Scenario] = []


def scenario(story: Scenario) -> Scenario:
    """Have the story told to every mutant."""
    SCENARIOS.append(story)
    return story


def submitted(api: Api, **overrides: Any) -> int:
    """A transaction of 85 that waits, unless said otherwise."""
    return lifecycles.pending(api, **overrides)


def state(action_id: int) -> str:
    """Where it is; by the ledger's account, too."""
    model = Model()
    for entry in LedgerEntry.objects.order_by("id"):
        model.read(entry)
    found = Action.objects.get(pk=action_id)
    assert found.state == model.actions[action_id].state
    return found.state


def votes(action_id: int, *people: Person, verdict: str = "approve", **said: Any) -> None:
    """These people vote, one after the other."""
    for person in people:
        action = Action.objects.get(pk=action_id)
        fields = {"digest": action.digest, "reason": "Because.", **said}
        cast_vote(action_id, actor=lifecycles.actor_of(person), person=person, verdict=verdict, **fields)


def sent(person: Person) -> dict[str, Any]:
    """What every move of a person is given."""
    return {"actor": lifecycles.actor_of(person), "person": person, "reason": "Because."}


@contextmanager
def refused(kind: type[Refusal] = NotEligible) -> Iterator[None]:
    """What is done inside must be refused, and for this reason."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"not refused as {kind.__name__}")


def two_stages(**fields: Any) -> None:
    """Two of Compliance, then one of Security."""
    new_route(stages=[stage((2, "Compliance", 1)), stage((1, "Security", 1))], **fields)


def agree(*people: Person) -> None:
    """The queue and the rule say the same to each of them, about every action."""
    for person in people:
        listed = set(queues.mine(person).values_list("pk", flat=True))
        allowed = {action.pk for action in Action.objects.visible_to(person) if refusal(person, action) is None}
        assert listed == allowed, person.username

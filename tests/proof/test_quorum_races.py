"""Four people vote at the same moment where three are needed: never short, never stuck, never one person twice."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from actions.models import Action
from governance.errors import Refusal
from governance.models import LedgerEntry, Person
from reviews.vote import cast_vote
from tests.proof.ledger_model import Model
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

RACES = 500  # on each engine


def voter(person: Person, digests: dict[int, str], barrier: threading.Barrier) -> Any:
    """This person's thread: an approval for each action, each at the moment the others give theirs."""
    actor = lifecycles.actor_of(person)

    def vote_on_all() -> Counter[str]:
        told: Counter[str] = Counter()
        for action_id, digest in digests.items():
            barrier.wait(timeout=60)
            try:
                vote: Any = cast_vote(action_id, actor=actor, person=person, verdict="approve", digest=digest)
                told["settled" if vote.settled else "counted"] += 1
            except Refusal as refused:
                told[refused.code] += 1
        return told

    return vote_on_all


def test_every_race_ends_with_its_quorum(api: Api, settings: Any) -> None:
    settings.MAX_PENDING_PER_AGENT = 2 * RACES  # all of them wait at once here
    new_route(stages=[stage((2, "Compliance", 1), (1, "Security", 1))])
    people = [
        member("cora", "Compliance"),
        member("cyril", "Compliance"),
        member("bea", "Compliance", "Security"),
        member("seth", "Security"),
    ]
    ids = [lifecycles.pending(api, resource=f"account {number}") for number in range(RACES)]
    digests = dict(Action.objects.filter(pk__in=ids).values_list("pk", "digest"))
    barrier = threading.Barrier(len(people))
    told = sum(together(*(voter(person, digests, barrier) for person in people)), Counter[str]())

    model = Model()
    for entry in LedgerEntry.objects.order_by("id"):
        model.read(entry)
    assert {model.actions[number].state for number in ids} == {"approved"}
    assert not Action.objects.exclude(state="approved").exists()
    assert told["settled"] == RACES
    assert told["settled"] + told["counted"] == sum(len(model.actions[number].voters) for number in ids)
    assert set(told) <= {"settled", "counted", "not_pending", "not_eligible"}

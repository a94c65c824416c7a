"""Two people say "I'm on it" at the same moment: one holds it, the other is told who."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from actions.models import Action
from governance.errors import Claimed
from governance.models import LedgerEntry, Person
from reviews.claim import claim_action, take_over
from reviews.models import Claim
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 25


def claim(person: Person, action_id: int) -> Callable[[], Claim]:
    return lambda: claim_action(action_id, actor=lifecycles.actor_of(person), person=person)


def taken_by(person: Person, action_id: int, holder: Person) -> Callable[[], Claim]:
    actor = lifecycles.actor_of(person)
    return lambda: take_over(action_id, actor=actor, person=person, holder_id=holder.pk, reason="Rita went home.")


def kinds(action_id: int) -> list[str]:
    entries = LedgerEntry.objects.filter(action_id=action_id, seq__gt=1).order_by("seq")
    return list(entries.values_list("type", flat=True))


def assert_one_holder(action_id: int, answers: list[Any]) -> None:
    """One of the two has it, and the other was told so by name."""
    won = [answer for answer in answers if isinstance(answer, Claim)]
    lost = [answer for answer in answers if isinstance(answer, Claimed)]
    assert (len(won), len(lost)) == (1, 1), answers
    holder = Claim.objects.get(action=action_id).person
    assert won[0].person == holder
    assert lost[0].sentence.startswith(f"{holder.username} is on it")


def test_one_holds_it_and_the_other_is_told_who(api: Api) -> None:
    rita, ravi = person_called("rita"), person_called("ravi")
    for number in range(ROUNDS):
        action_id = lifecycles.pending(api, resource=f"account {number}")
        assert_one_holder(action_id, together(claim(rita, action_id), claim(ravi, action_id)))
        assert kinds(action_id) == ["claim.taken"]


def test_one_takes_it_over_and_the_other_is_told_who(api: Api) -> None:
    rita, ravi, sina = person_called("rita"), person_called("ravi"), person_called("sina")
    for number in range(ROUNDS):
        action_id = lifecycles.pending(api, resource=f"account {number}")
        claim(rita, action_id)()
        assert_one_holder(action_id, together(taken_by(ravi, action_id, rita), taken_by(sina, action_id, rita)))
        assert kinds(action_id) == ["claim.taken", "claim.taken_over"]


def test_a_claim_and_a_vote_leave_no_claim_behind(api: Api) -> None:
    """Whoever is first: a decided action has nobody at it."""
    rita, sina = person_called("rita"), person_called("sina")
    for number in range(ROUNDS):
        action_id = lifecycles.pending(api, resource=f"account {number}")
        together(claim(rita, action_id), lambda number=action_id: lifecycles.decide(number, "approve", by=sina))
        assert Action.objects.get(pk=action_id).state == "approved"
        assert not Claim.objects.filter(action=action_id).exists()


def test_the_naive_twin_lets_both_hold_it(api: Api) -> None:
    """Look, then write, without a lock: the tests above are able to fail."""
    action_id = lifecycles.pending(api)
    looked = threading.Barrier(2)
    holders = []

    def naive(name: str) -> Callable[[], None]:
        def run() -> None:
            if not Claim.objects.filter(action=action_id).exists():
                looked.wait(timeout=60)
                holders.append(name)

        return run

    together(naive("rita"), naive("ravi"))
    assert sorted(holders) == ["ravi", "rita"]

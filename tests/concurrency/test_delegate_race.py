"""Person, delegate and the end of a delegation at once: one voice, and none after the end (threats AC08, AC09, I19)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from actions.models import Action
from governance.delegations import delegate, end_delegation
from governance.errors import InvalidAccount, InvalidDelegation, Refusal
from governance.models import Delegation, LedgerEntry, Person
from governance.people import change_person
from reviews.models import Vote
from tests.reviews.away import away, same_human
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP
from tests.support.threads import failures, together

ROUNDS = 12

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(api: Api) -> tuple[Person, Person, list[int]]:
    """Cora of Compliance is away, Dan of Sales acts for her, and actions wait for two of Compliance."""
    new_route(stages=[stage((2, "Compliance", 1))])
    cora, dan = member("cora", "Compliance"), member("dan", "Sales")
    return cora, dan, [lifecycles.pending(api, resource=f"account {number}") for number in range(ROUNDS)]


def test_person_and_delegate_have_one_voice(scene: tuple[Person, Person, list[int]]) -> None:
    cora, dan, action_ids = scene
    away(cora, dan)
    for action_id in action_ids:
        results = together(
            lambda a=action_id: lifecycles.decide(a, "approve", by=cora),
            lambda a=action_id: lifecycles.decide(a, "approve", by=dan),
        )
        assert [type(one).__name__ for one in failures(results)] in (["NotEligible"], ["NotWanted"])
        assert Vote.objects.filter(action=action_id).count() == 1
        assert Action.objects.get(pk=action_id).state == "pending"


def test_two_accounts_of_one_human_have_one_voice(scene: tuple[Person, Person, list[int]]) -> None:
    cora, _, action_ids = scene
    other = same_human(member("cora-2", "Compliance"), cora)
    for action_id in action_ids:
        results = together(
            lambda a=action_id: lifecycles.decide(a, "approve", by=cora),
            lambda a=action_id: lifecycles.decide(a, "approve", by=other),
        )
        assert len(failures(results)) == 1
        assert Vote.objects.filter(action=action_id).count() == 1


def test_no_vote_comes_after_the_end(scene: tuple[Person, Person, list[int]]) -> None:
    """Whatever the threads do, the ledger's order has every vote of the delegate before the end, or no vote."""
    cora, dan, action_ids = scene
    for action_id in action_ids:
        lent = away(cora, dan)
        voted, ended = together(
            lambda a=action_id: lifecycles.decide(a, "approve", by=dan),
            lambda d=lent: end_delegation(d.pk, actor=actor_of(cora), by=cora),
        )
        assert isinstance(ended, Delegation)
        votes = LedgerEntry.objects.filter(action_id=action_id, type="vote.approved")
        assert votes.exists() == (voted is None)
        if voted is None:
            the_end = LedgerEntry.objects.filter(type="delegation.ended").latest("id")
            assert votes.get().pk < the_end.pk
        else:
            assert isinstance(voted, Refusal)


def test_the_naive_twin_votes_after_the_end(scene: tuple[Person, Person, list[int]]) -> None:
    """Look, then write, without a lock: the test above is able to fail."""
    cora, dan, _ = scene
    lent, looked, ended = away(cora, dan), threading.Event(), threading.Event()
    order: list[str] = []

    def naive_vote() -> None:
        if Delegation.objects.active().filter(delegate=dan).exists():
            looked.set()
            ended.wait(timeout=60)
            order.append("vote")

    def end() -> None:
        looked.wait(timeout=60)
        end_delegation(lent.pk, actor=actor_of(cora), by=cora)
        order.append("end")
        ended.set()

    assert together(naive_vote, end) == [None, None]
    assert order == ["end", "vote"]


def test_two_delegations_of_one_person_take_turns(scene: tuple[Person, Person, list[int]]) -> None:
    cora, dan, _ = scene
    eve = member("eve", "Sales")
    for number in range(ROUNDS):
        start = timezone.now() + timedelta(days=10 * number)
        results = together(
            *[
                lambda to=to, at=start: delegate(
                    actor=actor_of(cora), by=cora, person=cora, to=to, starts_at=at, ends_at=at + timedelta(days=5)
                )
                for to in (dan, eve)
            ]
        )
        [loser] = failures(results)
        assert isinstance(loser, InvalidDelegation)
    assert Delegation.objects.count() == ROUNDS


def test_links_that_cross_each_other_leave_one(scene: tuple[Person, Person, list[int]]) -> None:
    """Cora to Dan and Dan to Cora at once: one is linked, the other stays a main account."""
    cora, dan, _ = scene

    def link(account: Person, main: Person) -> Person:
        account = Person.objects.get(pk=account.pk)
        account.same_as = main
        return change_person(account, actor=SETUP)

    for _round in range(ROUNDS):
        results = together(lambda: link(cora, dan), lambda: link(dan, cora))
        [loser] = failures(results)
        assert isinstance(loser, InvalidAccount)
        [linked] = Person.objects.exclude(same_as=None)
        with transaction.atomic():
            same_human(linked, None)

"""One human being with several accounts is one pair of eyes (threats AC08, I4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from actions.models import Action
from governance import guards
from governance.errors import InvalidAccount, NotEligible
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.eligibility import refusal
from reviews.models import Vote
from tests.reviews.away import same_human
from tests.reviews.pages import text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(api: Api) -> Action:
    """One that waits for two people of Compliance."""
    new_route(stages=[stage((2, "Compliance", 1))])
    return Action.objects.get(pk=lifecycles.pending(api))


@pytest.fixture
def cora() -> Person:
    return member("cora", "Compliance")


@pytest.fixture
def second_account(cora: Person) -> Person:
    return same_human(member("cora-2", "Compliance"), cora)


def test_the_second_account_is_refused(action: Action, cora: Person, second_account: Person) -> None:
    lifecycles.decide(action.pk, "approve", by=cora)
    action = Action.objects.get(pk=action.pk)
    assert not queues.mine(second_account)
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action.pk, "approve", by=second_account)
    third = same_human(member("cora-3", "Compliance"), cora)
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action.pk, "approve", by=third)
    action.refresh_from_db()
    assert action.state == "pending"


def test_whichever_of_them_comes_first(action: Action, cora: Person, second_account: Person) -> None:
    lifecycles.decide(action.pk, "approve", by=second_account)
    assert Vote.objects.get().identity == cora.pk
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action.pk, "approve", by=cora)


def test_the_naive_twin_lets_two_strangers_decide(action: Action, cora: Person) -> None:
    """Without the link the same two accounts make the quorum: the tests above are able to fail."""
    lifecycles.decide(action.pk, "approve", by=cora)
    lifecycles.decide(action.pk, "approve", by=member("cora-2", "Compliance"))
    action.refresh_from_db()
    assert action.state == "approved"


def test_a_link_made_after_the_first_vote_counts(action: Action, cora: Person) -> None:
    other = member("cora-2", "Compliance")
    lifecycles.decide(action.pk, "approve", by=other)
    same_human(other, cora)
    action = Action.objects.get(pk=action.pk)
    assert refusal(cora, action) is not None
    assert not queues.mine(cora)
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action.pk, "approve", by=cora)


def test_an_owner_has_no_second_account_to_decide_with(api: Api, owner: Person) -> None:
    action = Action.objects.get(pk=lifecycles.pending(api))
    other = member("olga-2", "Payments")
    assert refusal(other, action) is None
    same_human(other, owner)
    assert not queues.mine(other)
    with pytest.raises(NotEligible, match="You own this agent"):
        lifecycles.decide(action.pk, "approve", by=other)


def a_copy_by(person: Person, vote: Vote, **fields: Any) -> None:
    """The same vote once more, past every rule in Python."""
    Vote.objects.create(
        **{
            "action": vote.action,
            "person": person,
            "identity": person.identity,
            "verdict": "approve",
            "level": 4,
            "in_team": True,
            "digest": vote.digest,
            **fields,
        }
    )


class TestTheWall:
    """The database refuses a second vote of one human being, even from somebody who skips the rules."""

    @pytest.fixture
    def vote(self, action: Action, cora: Person, second_account: Person) -> Vote:
        lifecycles.decide(action.pk, "approve", by=cora)
        return Vote.objects.get()

    def test_by_the_trigger(self, vote: Vote, second_account: Person) -> None:
        with pytest.raises(DatabaseError, match="voted already"), transaction.atomic():
            a_copy_by(second_account, vote)

    def test_by_the_constraint_alone(self, vote: Vote, second_account: Person) -> None:
        with transaction.atomic():
            guards.remove(connection)
            with pytest.raises(IntegrityError), transaction.atomic():
                a_copy_by(second_account, vote)
            # The naive twin: an identity that is only the account's own passes, so the wall is what refused.
            a_copy_by(second_account, vote, identity=second_account.pk)
            transaction.set_rollback(True)

    def test_a_forged_identity_is_refused(self, vote: Vote) -> None:
        cyril = member("cyril", "Compliance")
        with pytest.raises(DatabaseError, match="identity"), transaction.atomic():
            a_copy_by(cyril, vote, identity=cyril.pk + 1_000_000)

    def test_another_human_passes(self, vote: Vote) -> None:
        a_copy_by(member("cyril", "Compliance"), vote)


class TestLinking:
    def test_the_ledger_names_both(self, cora: Person, second_account: Person) -> None:
        changes = [
            json.loads(entry.body)["data"]["fields"].get("same_as")
            for entry in LedgerEntry.objects.filter(type="person.changed", subject__endswith=str(second_account.pk))
        ]
        assert "an account of its own -> cora" in changes
        same_human(second_account, None)
        last = LedgerEntry.objects.filter(type="person.changed").latest("id")
        assert json.loads(last.body)["data"]["fields"]["same_as"] == "cora -> an account of its own"

    def test_only_one_level(self, cora: Person, second_account: Person) -> None:
        with pytest.raises(InvalidAccount, match=r"cora-2 is linked to cora\. Link to cora instead"):
            same_human(member("cora-3", "X"), second_account)
        with pytest.raises(InvalidAccount, match="cora-2 is linked to cora, which is a main account"):
            same_human(Person.objects.get(pk=cora.pk), member("carl", "X"))
        assert set(Person.objects.exclude(same_as=None)) == {second_account}

    def test_never_to_itself(self, cora: Person) -> None:
        with pytest.raises(InvalidAccount, match="not to itself"):
            same_human(cora, cora)
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=cora.pk).update(same_as=cora.pk)

    def test_in_admin(
        self, cora: Person, second_account: Person, admin_person: Person, sign_in: Callable[..., Client]
    ) -> None:
        third, browser = member("cora-3", "Compliance"), sign_in(admin_person)
        address = reverse("admin:governance_person_change", args=[third.pk])
        assert "Same human being as" in text_of(browser.get(address))
        form = {
            "username": third.username,
            "role": third.role,
            "approval_level": 3,
            "groups": [group.pk for group in third.groups.all()],
            "is_active": "on",
            "new_password": "",
        }
        for wrong, words in ((second_account, "Link to cora instead"), (third, "not to itself")):
            answer = browser.post(address, form | {"same_as": wrong.pk})
            assert answer.status_code == 200
            assert words in text_of(answer)
        assert browser.post(address, form | {"same_as": cora.pk}).status_code == 302
        third.refresh_from_db()
        assert third.identity == cora.pk
        entry = LedgerEntry.objects.filter(type="person.changed").latest("id")
        assert entry.actor_name == admin_person.shown_name
        assert "an account of its own -> cora" in entry.body

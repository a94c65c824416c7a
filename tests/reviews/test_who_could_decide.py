"""The action page says by name who could decide now: those the one rule admits, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from governance.models import Person
from governance.people import create_person
from governance.roles import PERMISSIONS
from governance.rule_changes import change_rule
from reviews.case import Case
from reviews.deciders import deciders
from reviews.eligibility import JOINED, VOTES, Reviewer, Seat, seat_for
from reviews.escalate import escalate_action
from tests.reviews.away import away, changed, same_human
from tests.reviews.pages import text_of
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP

SignIn = Callable[..., Client]


def row(pk: int) -> Action:
    return Action.objects.get(pk=pk)


@pytest.fixture
def two_stages() -> None:
    stages = [stage((2, "Compliance", 1)), stage((1, "Security", 1))]
    new_route(stages=stages, escalate_after=10, escalate_to=group("Directors"))


def names(action: Action, reader: Person) -> list[list[str]]:
    """Who is named for each thing asked for in the stage it is at."""
    now = next(one for one in Case(action, reader).stages if one.place == "now")
    return [[_name(seat) for seat in one.able] for one in now.wanted]


def _name(seat: Seat) -> str:
    return f"{seat.person} for {seat.on_behalf_of}" if seat.on_behalf_of else str(seat.person)


def test_it_works(api: Api, two_stages: None, auditor: Person, sign_in: SignIn) -> None:
    cora, bea, dan = member("cora", "Compliance"), member("bea", "Compliance"), member("dan", "Sales")
    member("seth", "Security")
    away(bea, dan)
    pk = lifecycles.pending(api)
    assert names(row(pk), auditor) == [["cora", "dan for bea"]]
    assert "2 of Compliance 0 of 2 Can decide now: cora, dan for bea" in text_of(
        sign_in(auditor).get(f"/actions/{pk}/")
    )
    lifecycles.decide(pk, "approve", by=dan)
    assert names(row(pk), auditor) == [["cora"]]
    lifecycles.decide(pk, "approve", by=cora)
    assert names(row(pk), auditor) == [["seth"]]


def test_those_who_may_not_are_not_named(api: Api, two_stages: None, auditor: Person, owner: Person) -> None:
    member("cora", "Compliance")
    member("low", "Compliance", level=1)
    changed(owner, teams=[group("Compliance")])
    changed(member("gone", "Compliance"), is_active=False)
    member("reads", "Compliance", role="auditor")
    same_human(member("cora2", "Compliance"), Person.objects.get(username="cora"))
    tuner = member("tuner", "Compliance")
    route = new_route("Another", stages=[stage((1, "Security", 1))], order=900)
    route.reason = "By somebody who decides, too."
    change_rule(route, actor=actor_of(tuner), reason="For the test.")
    assert names(row(lifecycles.pending(api)), auditor) == [["cora"]]


def test_many_are_counted(api: Api, two_stages: None, auditor: Person, sign_in: SignIn) -> None:
    for number in range(9):
        member(f"c{number}", "Compliance")
    text = text_of(sign_in(auditor).get(f"/actions/{lifecycles.pending(api)}/"))
    assert "Can decide now: c0, c1, c2, c3, c4, c5 +3 " in text


def test_nobody_is_a_warning(api: Api, two_stages: None, auditor: Person, sign_in: SignIn) -> None:
    pk = lifecycles.pending(api)
    assert "Nobody can decide this now." in text_of(sign_in(auditor).get(f"/actions/{pk}/"))
    member("cora", "Compliance")
    assert "Nobody can" not in text_of(sign_in(auditor).get(f"/actions/{pk}/"))


def test_a_part_that_nobody_can_decide_is_named(api: Api, auditor: Person, sign_in: SignIn) -> None:
    new_route(stages=[stage((1, "Compliance", 1), (1, "Security", 1))])
    member("cora", "Compliance")
    text = text_of(sign_in(auditor).get(f"/actions/{lifecycles.pending(api)}/"))
    assert "1 of Compliance 0 of 1 Can decide now: cora" in text
    assert "1 of Security 0 of 1 Nobody can decide this part now." in text
    assert "Nobody can decide this now." not in text


def test_a_settled_action_names_nobody(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    text = text_of(sign_in(reviewer).get(f"/actions/{lifecycles.approved(api)}/"))
    assert "an decide" not in text


def test_escalation_names_those_called_in(api: Api, two_stages: None, auditor: Person) -> None:
    cora = member("cora", "Compliance")
    member("dora", "Directors")
    pk = lifecycles.pending(api)
    assert names(row(pk), auditor) == [["cora"]]
    escalate_action(pk, actor=actor_of(cora), person=cora, reason="Urgent.")
    assert names(row(pk), auditor) == [["cora", "dora"]]


def test_it_is_the_rule_that_is_asked(api: Api, two_stages: None, team: object, owner: Person, senior: Person) -> None:
    """Looked up together or one by one, everybody is told the same; those who decide for all teams included."""
    member("cora", "Compliance")
    away(member("bea", "Compliance"), member("dan", "Sales"))
    everywhere = create_person(actor=SETUP, username="sees_all", role="auditor")
    everywhere.user_permissions.add(Permission.objects.get(codename="decide_action"))
    changed(everywhere, approval_level=4)
    new_route("First", stages=[stage((2, None, 1))], order=1)
    for pk in (lifecycles.pending(api), lifecycles.pending(api, resource="another")):
        action = row(pk)
        one_by_one = [seat_for(Reviewer(person), action) for person in Person.objects.order_by("pk")]
        found = deciders(action, everywhere=True)
        told = [(seat.person, seat.on_behalf_of, seat.groups, seat.level, seat.sees_all) for seat in found]
        assert told == [
            (seat.person, seat.on_behalf_of, seat.groups, seat.level, seat.sees_all)
            for seat in one_by_one
            if isinstance(seat, Seat)
        ]
        assert "sees_all" in [seat.person.username for seat in found]
        assert "sees_all" not in [seat.person.username for seat in deciders(action)]


def test_it_costs_as_many_queries_however_many_people(api: Api, two_stages: None) -> None:
    away(member("bea", "Compliance"), member("dan", "Sales"))
    member("cora", "Compliance")
    rows = Action.objects.select_related(*JOINED).prefetch_related(*VOTES)
    action = rows.get(pk=lifecycles.pending(api))
    with CaptureQueriesContext(connection) as few:
        deciders(action, everywhere=True)
    for number in range(6):
        away(member(f"c{number}", "Compliance"), member(f"d{number}", "Sales"))
    with CaptureQueriesContext(connection) as many:
        assert len(deciders(action, everywhere=True)) == 15
    assert len(few) == len(many) <= 7


@pytest.mark.parametrize("permission", ["actions.decide_action", "actions.view_all_teams"])
def test_who_has_a_permission_is_who_is_told_so(reviewer: Person, auditor: Person, permission: str) -> None:
    for role in PERMISSIONS:
        create_person(actor=SETUP, username=f"a-{role}", role=role)
    changed(member("gone", "Compliance"), is_active=False)
    create_person(actor=SETUP, username="granted", role="none").user_permissions.add(
        Permission.objects.get(codename=permission.partition(".")[2])
    )
    found = set(Person.objects.with_perm(permission))
    assert found == {person for person in Person.objects.all() if person.has_perm(permission)}
    assert "granted" in {person.username for person in found}

"""Delegations and linked accounts for tests, made by the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from governance.delegations import delegate, end_delegation
from governance.models import Delegation, Person
from governance.people import change_person
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP


def away(person: Person, delegate_: Person, *, days: int = 7, **fields: Any) -> Delegation:
    """From now on the second acts for the first."""
    given = {"starts_at": None, "ends_at": timezone.now() + timedelta(days=days), "reason": "On holiday.", **fields}
    return delegate(actor=actor_of(person), by=given.pop("by", person), person=person, to=delegate_, **given)


def back(delegation: Delegation) -> Delegation:
    """The absent person is here again."""
    person = delegation.person
    return end_delegation(delegation.pk, actor=actor_of(person), by=person)


def same_human(account: Person, main: Person | None) -> Person:
    """Link an account to the main account of the same human being."""
    account.same_as = main
    return change_person(account, actor=SETUP)


def changed(person: Person, **fields: Any) -> Person:
    """What an admin changes about somebody."""
    person = Person.objects.get(pk=person.pk)
    teams = fields.pop("teams", None)
    for name, value in fields.items():
        setattr(person, name, value)
    return change_person(person, actor=SETUP, teams=teams)

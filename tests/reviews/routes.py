"""Routes for tests, made by the verb an admin's form calls."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

from governance.models import Person, Route
from governance.people import change_person, create_person
from governance.rule_changes import change_rule
from tests.support.people import SETUP

# What one kind of people wanted is in a route: (how many, group or None for the team, lowest level).
Wanted = tuple[int, str | None, int]


def group(name: str) -> Group:
    """A group of approvers."""
    return Group.objects.get_or_create(name=name)[0]


def stage(*wanted: Wanted, label: str = "") -> dict[str, Any]:
    """A stage that asks for these people side by side."""
    requirements = [
        {"needed": needed, "level": level, "group": group(name).pk if name else None} for needed, name, level in wanted
    ]
    return {"label": label, "requirements": requirements}


def new_route(name: str = "Two pairs of eyes", *, stages: list[dict[str, Any]], **fields: Any) -> Route:
    """A route in force from the next submission on."""
    route = Route(name=name, stages=stages, reason="So the board decided.", **fields)
    change_rule(route, actor=SETUP, reason="For the test.")
    return route


def member(username: str, *groups: str, level: int = 4, role: str = "reviewer") -> Person:
    """A reviewer of these groups, and of no team besides."""
    person = Person.objects.filter(username=username).first()
    if person is None:
        person = create_person(actor=SETUP, username=username, role=role, team=group(groups[0]) if groups else None)
    person.approval_level = level
    return change_person(person, actor=SETUP, teams=[group(name) for name in groups])

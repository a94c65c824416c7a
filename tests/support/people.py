"""The cast: two teams, an agent with its key, one person of each kind. Made by the verbs.

The same names play in the live portals (tests/support/cast.py).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from actions.agent_keys import issue_key
from actions.models import Agent
from governance.actors import Actor, command
from governance.models import Person
from governance.people import create_person
from tests.support.cast import AGENT_ID, AGENT_NAME, CAST, OTHER_TEAM, PASSWORD, TEAM

SETUP: Actor = command("tests")


@pytest.fixture
def team(db: None) -> Group:
    """The team everybody but the outsider belongs to."""
    return Group.objects.get_or_create(name=TEAM)[0]


@pytest.fixture
def other_team(db: None) -> Group:
    """The outsider's team."""
    return Group.objects.get_or_create(name=OTHER_TEAM)[0]


def person_called(username: str) -> Person:
    """One of the cast, made now unless already there."""
    role, team = CAST[username]
    there = Person.objects.filter(username=username).first()
    return there or create_person(
        actor=SETUP,
        username=username,
        role=role,
        team=team,
        password=PASSWORD,
        email=f"{username}@example.org",
    )


@pytest.fixture
def reviewer(team: Group) -> Person:
    """Rita: decides scores up to 85 for the team."""
    return person_called("rita")


@pytest.fixture
def second_reviewer(team: Group) -> Person:
    """Ravi: the same as Rita, another pair of eyes."""
    return person_called("ravi")


@pytest.fixture
def senior(team: Group) -> Person:
    """Sina: decides any score for the team."""
    return person_called("sina")


@pytest.fixture
def admin_person(team: Group) -> Person:
    """Adam: tunes the rules."""
    return person_called("adam")


@pytest.fixture
def auditor(team: Group) -> Person:
    """Aude: reads everything, decides nothing."""
    return person_called("aude")


@pytest.fixture
def owner(team: Group) -> Person:
    """Olga: a reviewer who answers for the agent, so never decides its actions."""
    return person_called("olga")


@pytest.fixture
def outsider(other_team: Group) -> Person:
    """Oscar: a reviewer of another team, who must see nothing of ours."""
    return person_called("oscar")


@pytest.fixture
def agent_key(team: Group, owner: Person) -> str:
    """The text of a live key of the agent."""
    return key_for(AGENT_ID, name=AGENT_NAME, team=team.name, owner=owner)


@pytest.fixture
def agent(agent_key: str) -> Agent:
    """The guide's agent, registered for the team and answered for by the owner."""
    return Agent.objects.get(agent_id=AGENT_ID)


def key_for(agent_id: str, *, name: str = "", team: str | None = None, owner: Person | None = None) -> str:
    """The text of a new key for an agent, which is registered when it is new."""
    return issue_key(actor=SETUP, agent_id=agent_id, name=name, team=team, owner=owner)[1]


def browser_of(person: Person, **options: bool) -> Client:
    """A signed-in browser, as far as Django's test client is one."""
    client = Client(**options)  # type: ignore[arg-type]
    client.force_login(person)
    return client


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """`sign_in(person)` gives a test client with that person's session."""
    return browser_of


@pytest.fixture
def browser(sign_in: Callable[[Person], Client], admin_person: Person) -> Client:
    """Adam's browser."""
    return sign_in(admin_person)


@pytest.fixture
def reader(sign_in: Callable[[Person], Client], auditor: Person) -> Client:
    """Aude's browser."""
    return sign_in(auditor)

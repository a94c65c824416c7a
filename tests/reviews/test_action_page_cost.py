"""What the action page asks the database, counted exactly: as much with one row of everything as with 25."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from governance.models import Person, Role
from governance.people import create_person
from reviews import views
from reviews.case import Case
from reviews.comment import add_comment
from tests.reviews.pages import decide, pay, voted
from tests.support.api import Api
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP

SignIn = Callable[..., Client]

# Beside what every page asks. Waiting: the action, its votes, who could decide it (5), its comments with the people
# they mention (2), whom to mention, the agent's record (2), its equal ones, the timeline.
WAITING = 15
# The same without who could decide it, with the voters and what comes next.
DECIDED = 11


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def beside_the_frame(client: Client, action: Action) -> int:
    return asked(client, f"/actions/{action.pk}/") - asked(client, "/accounts/password/change/")


def add_rows(api: Api, numbers: range, *about: Action, by: Person, team: Group) -> None:
    """So many people of the team, decided actions of the agent, and comments on these, each naming somebody."""
    for number in numbers:
        one = create_person(actor=SETUP, username=f"p{number}", role=Role.REVIEWER, team=team)
        voted(pay(api, 100 + number), by, "reject" if number % 2 else "approve", "Because.")
        for action in about:
            add_comment(action.pk, actor=actor_of(one), person=one, text=f"What does @p{number} think?")


@pytest.fixture
def waiting(api: Api) -> Action:
    return pay(api, 5, context={"one": 1})


@pytest.fixture
def decided(api: Api, senior: Person) -> Action:
    return voted(pay(api, 6), senior, "approve")


def test_it_is_the_same_however_many_rows_there_are(
    api: Api, reviewer: Person, senior: Person, team: Group, sign_in: SignIn, waiting: Action, decided: Action
) -> None:
    client = sign_in(reviewer)
    add_rows(api, range(1), waiting, decided, by=senior, team=team)
    assert (beside_the_frame(client, waiting), beside_the_frame(client, decided)) == (WAITING, DECIDED)
    add_rows(api, range(1, 25), waiting, decided, by=senior, team=team)
    assert (beside_the_frame(client, waiting), beside_the_frame(client, decided)) == (WAITING, DECIDED)


def test_it_is_the_same_whatever_the_payload(
    api: Api, reviewer: Person, senior: Person, team: Group, sign_in: SignIn
) -> None:
    large = pay(api, 6, context={f"k{index}": [index] * 5 for index in range(500)})
    add_rows(api, range(1), large, by=senior, team=team)
    assert beside_the_frame(sign_in(reviewer), large) == WAITING


def test_what_is_read_row_by_row_is_seen(
    api: Api,
    reviewer: Person,
    senior: Person,
    team: Group,
    sign_in: SignIn,
    waiting: Action,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The naive twins: without what the page joins it costs more, and the counts above see it."""
    client = sign_in(reviewer)
    add_rows(api, range(2), waiting, by=senior, team=team)
    with monkeypatch.context() as lost:
        lost.setattr(views, "with_all_a_row_asks", lambda rows: rows)
        assert beside_the_frame(client, waiting) > WAITING
    with monkeypatch.context() as lost:
        lost.setattr(Case, "comments", property(lambda case: list(case.action.remarks.all())))
        assert beside_the_frame(client, waiting) > WAITING
    assert beside_the_frame(client, waiting) == WAITING


def test_a_vote_reads_no_page(reviewer: Person, sign_in: SignIn, waiting: Action) -> None:
    """The action with all that is joined to it is read once, by the verb and behind its lock."""
    client = sign_in(reviewer)
    with CaptureQueriesContext(connection) as found:
        assert decide(client, waiting).status_code == 302
    assert sum('FROM "actions_action" INNER JOIN' in one["sql"] for one in found) == 1

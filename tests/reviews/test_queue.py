"""The queue: what waits, in which order, for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action
from governance.models import Person
from reviews import queues
from reviews.eligibility import refusal
from tests.reviews.pages import critical, pay, row, text_of, voted
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import OTHER_AGENT_ID, OTHER_TEAM
from tests.support.people import key_for, person_called

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?level=high"}


def order_of(response: Any) -> list[int]:
    return [row.action.pk for row in response.context["rows"]]


def test_it_works(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 12400)
    page = sign_in(reviewer).get("/")
    text = text_of(page)
    assert page.status_code == 200
    assert "Transfer EUR 12,400.00 to ACME GmbH" in text
    assert "High 85" in text
    assert "customer-service-agent-001 · transaction · customer_profiles" in text
    assert "0 of 1" in text
    assert "23 h 59" in text
    assert f'href="/actions/{action.pk}/"' in page.content.decode()
    assert "<title>(1) Mine to decide · Foureyes</title>" in page.content.decode()


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    answer = client.get("/?level=high")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/%3Flevel%3Dhigh"


def test_a_refresh_without_session_leaves_the_page(client: Client, db: None) -> None:
    answer = client.get("/", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/%3Flevel%3Dhigh"
    assert answer.content == b""


def test_riskiest_first_and_oldest_first_among_equals(api: Api, senior: Person, sign_in: SignIn) -> None:
    first, second = pay(api, 1), pay(api, 2)
    top = critical(api)
    third = pay(api, 3)
    assert order_of(sign_in(senior).get("/")) == [top.pk, first.pk, second.pk, third.pk]


def test_another_team_sees_nothing(api: Api, outsider: Person, sign_in: SignIn) -> None:
    pay(api, 12400)
    for address in ("/", "/queues/all/", "/queues/all/?q=ACME"):
        page = sign_in(outsider).get(address)
        assert order_of(page) == []
        assert "Transfer EUR" not in text_of(page)
        assert page.context["counts"].everything == 0


def test_decided_actions_leave_the_queue(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    lifecycles.approved(api, by=reviewer)
    lifecycles.rejected(api, by=reviewer)
    assert order_of(sign_in(reviewer).get("/queues/all/")) == []


def test_mine_is_exactly_what_refusal_allows(
    api: Api, reviewer: Person, senior: Person, admin_person: Person, auditor: Person, owner: Person, other_team: Group
) -> None:
    """Two ways of saying one rule: SQL to count with, Python to decide with. They may not drift apart."""
    pay(api, 1)
    critical(api)
    lifecycles.approved(api, by=reviewer)
    lifecycles.pending(Api(key_for(OTHER_AGENT_ID, team=OTHER_TEAM, owner=senior)))
    inactive = person_called("ravi")
    inactive.is_active = False
    leveless = Person(username="x", role="reviewer", approval_level=None)
    leveless.save()
    leveless.groups.add(*owner.groups.all())
    senior.groups.add(other_team)
    for person in (reviewer, senior, admin_person, auditor, owner, inactive, leveless, person_called("oscar")):
        visible = Action.objects.visible_to(person)
        allowed = {action.pk for action in visible if refusal(person, action) is None}
        assert {action.pk for action in queues.mine(person)} == allowed, person.username


def test_who_may_not_decide_reads_why(api: Api, owner: Person, reviewer: Person, sign_in: SignIn) -> None:
    pay(api, 1)
    critical(api)
    assert order_of(sign_in(owner).get("/")) == []
    assert "You own this agent, so somebody else must decide" in text_of(sign_in(owner).get("/queues/all/"))
    assert "The score 95 is above your approval level" in text_of(sign_in(reviewer).get("/queues/all/"))


def test_a_possible_retry_is_flagged(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    first = pay(api, 5)
    second = pay(api, 5)
    assert second.possible_retry_of_id == first.pk
    assert f"Possible retry of #{first.pk}" in text_of(sign_in(reviewer).get("/"))


@pytest.mark.parametrize(
    ("left", "words", "heat"),
    [
        (timedelta(minutes=4, seconds=30), "4 min", "late"),
        (timedelta(minutes=38, seconds=30), "38 min", "soon"),
        (timedelta(hours=1, minutes=12, seconds=30), "1 h 12", ""),
        (timedelta(seconds=-1), "overdue", "late"),
    ],
)
def test_deadlines_heat_up(api: Api, reviewer: Person, sign_in: SignIn, left: timedelta, words: str, heat: str) -> None:
    action = pay(api, 5)
    assert action.deadline
    with time_machine.travel(action.deadline - left, tick=False):
        due = sign_in(reviewer).get("/queues/all/").context["rows"][0].due
    assert (due.words, due.heat) == (words, heat)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ACME", {1}),
        ("q=acme", {1}),
        ("q=prod-db", {2}),
        ("level=critical", {2}),
        ("level=high", {1, 3}),
        ("action_type=system_operation", {2}),
        ("agent=customer-service-agent-001", {1, 2, 3}),
        ("level=high&q=Globex", {3}),
        ("q=%25", set()),
        ("agent=nobody", set()),
    ],
)
def test_filters(api: Api, senior: Person, sign_in: SignIn, query: str, found: set[int]) -> None:
    rows = {
        1: pay(api, 1, description="Pay ACME"),
        2: critical(api, resource="prod-db-main"),
        3: pay(api, 2, description="Pay Globex"),
    }
    assert set(order_of(sign_in(senior).get(f"/?{query}"))) == {rows[number].pk for number in found}


def test_a_number_finds_its_action(api: Api, senior: Person, sign_in: SignIn) -> None:
    action, _ = pay(api, 1), pay(api, 2)
    for text in (f"%23{action.pk}", str(action.pk)):
        assert action.pk in order_of(sign_in(senior).get(f"/?q={text}"))


@pytest.mark.parametrize("query", ["level=purple", "q=%00", "level=high&level=purple", "agent=%00", "q=" + "x" * 300])
def test_a_filter_nobody_understands_shows_nothing(api: Api, senior: Person, sign_in: SignIn, query: str) -> None:
    pay(api, 1)
    page = sign_in(senior).get(f"/?{query}")
    assert page.status_code == 200
    assert order_of(page) == []
    assert "This filter was not understood" in text_of(page)


def test_empty_states_are_sentences(
    api: Api, reviewer: Person, auditor: Person, owner: Person, sign_in: SignIn
) -> None:
    assert "Nothing waits for you. An action your agents submit" in text_of(sign_in(reviewer).get("/"))
    assert "Nothing waits." in text_of(sign_in(reviewer).get("/queues/all/"))
    pay(api, 1)
    assert "Nothing waits for you. 1 action waits in your teams" in text_of(sign_in(owner).get("/"))
    assert "Your role reads, it does not decide" in text_of(sign_in(auditor).get("/"))
    assert "No waiting action matches these filters" in text_of(sign_in(reviewer).get("/?q=nothing-like-it"))
    reviewer.groups.clear()
    assert "You are in no team yet" in text_of(sign_in(reviewer).get("/"))


def test_no_such_queue(reviewer: Person, sign_in: SignIn) -> None:
    assert sign_in(reviewer).get("/queues/secret/").status_code == 404


def test_a_refresh_brings_the_results_alone(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    pay(api, 12400)
    part = sign_in(reviewer).get("/", headers=HTMX).content.decode()
    assert "<html" not in part
    assert "<form" not in part
    assert "<title>(1) Mine to decide · Foureyes</title>" in part
    assert "Transfer EUR 12,400.00" in part
    assert part.count('hx-swap-oob="true"') == 2
    whole = sign_in(reviewer).get("/", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_pages_follow_the_last_row(api: Api, senior: Person, sign_in: SignIn) -> None:
    made = [pay(api, number).pk for number in range(1, 31)]
    top = critical(api).pk
    client = sign_in(senior)
    first = client.get("/?q=customer")
    assert order_of(first) == [top, *made[:24]]
    older = first.context["page"].older
    assert f'href="?q=customer&amp;{older}"' in first.content.decode()
    # What arrives or leaves in between moves nothing: the page begins after the last row seen.
    voted(row(made[0]), senior, "reject")
    second = client.get(f"/?q=customer&{older}")
    assert order_of(second) == made[24:]
    assert second.context["page"].older == ""
    back = client.get(f"/?q=customer&{second.context['page'].newer}")
    assert order_of(back) == [top, *made[1:24]]
    assert back.context["page"].newer == ""


@pytest.mark.parametrize(
    "place", ["after=x", "after=85", "after=nan,1", "after=inf,1", f"after=85,{'9' * 40}", "before=,"]
)
def test_a_nonsense_place_is_the_first_page(api: Api, senior: Person, sign_in: SignIn, place: str) -> None:
    action = pay(api, 1)
    assert order_of(sign_in(senior).get(f"/?{place}")) == [action.pk]


@pytest.mark.parametrize("address", ["/", "/queues/all/"])
def test_a_full_page_costs_as_many_queries_as_one_row(
    api: Api, reviewer: Person, sign_in: SignIn, address: str
) -> None:
    pay(api, 1)
    client = sign_in(reviewer)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(order_of(client.get(address))) == 1
    for number in range(2, 26):
        pay(api, number)
    with CaptureQueriesContext(connection) as full:
        assert len(order_of(client.get(address))) == 25
    # One of them counts what is assigned, one reads whom the filter offers; claims and assignments cost none.
    assert len(full) == len(one) <= 18


def test_nothing_is_kept_by_the_browser(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    assert "no-store" in sign_in(reviewer).get("/").headers["Cache-Control"]


def test_the_summary_counts_what_is_due(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=23, minutes=30), tick=False):
        pay(api, 1)
    pay(api, 2)
    assert "2 waiting, oldest 23 h 30, 1 due within the hour" in text_of(sign_in(reviewer).get("/"))

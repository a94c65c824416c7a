"""Where somebody is signed in: to see, and to end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.account_security import end_session
from governance.errors import NoSuchSession
from governance.models import LedgerEntry, Person
from governance.people import change_person
from governance.sessions import sessions_of
from reviews.personal.devices import device
from tests.reviews.pages import text_of
from tests.support.cast import PASSWORD
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
END = "/settings/sessions/end/"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604"
)
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def browser(person: Person, agent: str = DESK, address: str = "192.0.2.7") -> Client:
    """Somebody who signed in by the form, with that browser, from that address."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def listed(client: Client) -> Any:
    return client.get("/settings/").context["sessions"]


def test_it_works(reviewer: Person) -> None:
    desk, phone = browser(reviewer), browser(reviewer, PHONE, "2001:db8::9")
    text = text_of(desk.get("/settings/"))
    assert "Firefox on Linux" in text
    assert "Safari on iPhone" in text
    assert "2001:db8::9" in text
    assert [one["here"] for one in listed(desk)] == [False, True]
    theirs = next(one["row"] for one in listed(desk) if not one["here"])
    assert "1 session ended." in text_of(desk.post(END, {"session": theirs.pk}, follow=True))
    assert (is_in(desk), is_in(phone)) == (True, False)
    entry = LedgerEntry.objects.get(type="person.sessions_ended")
    said = json.loads(entry.body)["data"]
    assert (said["count"], len(said["sessions"])) == ("1 session", 1)
    assert theirs.session_key not in entry.body


def test_all_the_others_at_once(reviewer: Person, second_reviewer: Person) -> None:
    here, others, stranger = browser(reviewer), [browser(reviewer) for _ in range(3)], browser(second_reviewer)
    here.post(END)
    assert [is_in(one) for one in (here, stranger, *others)] == [True, True, False, False, False]
    before = LedgerEntry.objects.count()
    here.post(END)
    assert LedgerEntry.objects.count() == before
    assert "You are signed in nowhere else." in text_of(here.get("/settings/"))


def test_nobody_ends_somebody_elses(reviewer: Person, second_reviewer: Person, nothing_written: Any) -> None:
    theirs, mine = browser(second_reviewer), browser(reviewer)
    row = UserSession.objects.get(user=second_reviewer)
    with nothing_written(), pytest.raises(NoSuchSession):
        end_session(row.pk, person=reviewer, actor=actor_of(reviewer))
    mine.post(END, {"session": row.pk})
    assert "There is no such session of yours." in text_of(mine.get("/settings/"))
    mine.post(END, {"session": "x"})
    mine.get(END, {"session": row.pk})
    assert mine.post(END, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert (is_in(theirs), Client().post(END).status_code) == (True, 302)


def test_what_is_over_is_not_listed(reviewer: Person) -> None:
    here, left, late = browser(reviewer), browser(reviewer), browser(reviewer)
    left.post("/accounts/logout/")
    assert len(listed(here)) == 2
    new = "another long passphrase"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (len(listed(here)), is_in(late)) == (1, False)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert sessions_of(Person.objects.get(pk=reviewer.pk)) == []


def test_a_deactivated_person_loses_them_for_good(reviewer: Person) -> None:
    client = browser(reviewer)
    for is_active in (False, True):
        reviewer.is_active = is_active
        change_person(reviewer, actor=SETUP)
        assert not is_in(client)


def test_last_seen_is_noted_now_and_then(reviewer: Person) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = browser(reviewer)
        clock.shift(timedelta(minutes=4))
        client.get("/settings/")
        assert UserSession.objects.get().last_seen_at == start
        for minutes in (5, 6, 10):
            clock.move_to(start + timedelta(minutes=minutes))
            client.get("/settings/")
        assert UserSession.objects.get().last_seen_at == start + timedelta(minutes=10)
        assert Session.objects.get().expire_date == start + timedelta(hours=12), "looking puts no end off"


def test_the_page_costs_the_same_with_many(reviewer: Person) -> None:
    client = browser(reviewer)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/settings/")
        counts.append(len(asked))
        for _more in range(8):
            browser(reviewer)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        (DESK, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_what_a_browser_says_it_is(agent: str, known: tuple[str, str]) -> None:
    assert device(agent) == known

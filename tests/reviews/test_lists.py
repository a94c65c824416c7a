"""Around deciding: what somebody decided, with when and how; what a line of the history is about."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.models import Person
from tests.reviews.pages import pay, text_of, voted
from tests.support.api import Api

SignIn = Callable[..., Client]


def test_one_click_leads_to_what_somebody_decided(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    client = sign_in(senior)
    addresses = {client.get(page).content.decode().split('id="decided-today" href="')[1].split('"')[0] for page in
                 ("/", "/actions/", "/history/")}  # fmt: skip
    (address,) = (one.replace("&amp;", "&") for one in addresses)
    assert "No action matches these filters." in text_of(client.get(address))
    pay(api, 4)
    theirs = voted(pay(api, 5), senior, "reject", "No invoice.")
    with CaptureQueriesContext(connection) as one:
        page = client.get(address)
    assert [line.action.pk for line in page.context["lines"]] == [theirs.pk]
    assert "Rejected" in text_of(page) and "Decision of" in text_of(page)
    assert f'datetime="{theirs.votes.get().created_at.astimezone():%Y-%m-%d}' in page.content.decode()
    for amount in range(10, 34):
        voted(pay(api, amount), senior, "approve")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address).context["lines"]) == 25
    assert len(many) == len(one)


def test_the_history_says_what_it_is_about(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    voted(pay(api, 1), senior, "approve")
    with CaptureQueriesContext(connection) as one:
        assert "Transfer EUR 1.00 to ACME GmbH" in text_of(client.get("/history/"))
    for amount in range(2, 14):
        voted(pay(api, amount), senior, "approve")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get("/history/").context["lines"]) > 25
    assert len(many) == len(one)
    assert "Who: sina" in text_of(client.get("/history/?actor=sina"))

"""Nothing that anybody can write becomes markup on any page, in any file or in any mail (threats S4).

The pages are found in the URL configuration: a new one fails here until it is classified in every_page.py.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from reviews.notices import deliveries
from tests.reviews.every_page import ADMIN, FILES, FORMS, PORTAL, Ids, paths, routes, unclassified
from tests.reviews.pages import assert_only_ours, assert_unmarked, body_of
from tests.support import hostile_portal
from tests.support.api import Api
from tests.support.cast import PASSWORD
from tests.support.hostile import LONG, PAYLOADS, ROUNDS, SHORT, SUM, name, short_name, words
from tests.support.people import browser_of, person_called

# Every parameter that a page of ours reads, and what other sites would try.
QUERY = ("q", "agent", "type", "action_type", "level", "state", "order", "since", "until", "days", "technique", "team")
QUERY += (
    "next",
    "reviewer",
    "policy",
    "after",
    "before",
    "p",
    "o",
    "_changelist_filters",
    "_popup",
    "message",
    "error",
)
# What forms of the portal and of admin are made of.
FIELDS = ("reason", "name", "note", "text", "to", "condition", "conditions", "username", "login", "email", "verdict")
FIELDS += ("digest", "query", "title", "description", "why", "words", "pattern", "url", "code", "finding", "time_zone")


def test_the_corpus_fits_its_fields() -> None:
    """Over the rounds every payload stands whole in a field of its kind."""
    names = "".join(name(number) for number in range(ROUNDS))
    views = "".join(short_name(number, 2 * ROUNDS) for number in range(2 * ROUNDS))
    sentences = "".join(words(number) for number in range(ROUNDS))
    assert [one for one in SHORT if one not in names] == []
    assert [one for one in SHORT if one.replace("\n", "") not in views] == []
    assert [one for one in LONG if one not in sentences] == []
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 40


def test_every_address_is_classified() -> None:
    assert unclassified() == []
    assert set(PORTAL | FILES | FORMS) <= set(routes()), "this route is gone: take it from the table"
    assert len([route for route in routes() if ADMIN.match(route)]) > 150


def check(path: str, body: str) -> None:
    """Only what our templates write stands there; admin has pictures and data besides, the second step its code."""
    if not path.startswith(("/admin/", "/accounts/2fa/on/")):
        assert_only_ours(body)
    assert_unmarked(body)


def looked_at(client: Client, path: str, **query: str) -> tuple[int, str]:
    """A page that was answered in whole, checked; with its status."""
    answer = client.get(path, query)
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return answer.status_code, ""
    body = body_of(answer)
    try:
        check(path, body)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert SUM not in re.sub(r'(value|content)="[^"]*"|[0-9a-f]{32,}', "", body)
    except AssertionError as wrong:
        raise AssertionError(f"{path} {query}") from wrong
    return answer.status_code, body


@pytest.mark.any_engine  # how a page escapes is the same whatever engine its rows come from
def test_it_works(api: Api, settings: Any) -> None:
    """One hostile portal, and everything there is to look at in it: filling it takes longer than looking."""
    ids = hostile_portal.build()
    every_page_shows_it_as_text(ids)
    every_page_says_back_what_it_was_asked_as_text(ids)
    every_file_is_taken_away_and_not_opened(ids)
    every_mail_is_text(settings)
    every_form_says_back_what_was_typed_as_text(ids)


def every_page_shows_it_as_text(hostile: Ids) -> None:
    adam, sina = (browser_of(person_called(who)) for who in ("adam", "sina"))
    shown = 0
    for index, route in enumerate(routes()):
        if route in FILES or route in FORMS:
            continue
        is_whole = route in PORTAL or route.endswith("/change/")
        answers = []
        for path in paths(route, hostile, first=0 if is_whole else index):
            for client in (adam, sina) if route in PORTAL else (adam,):
                status, body = looked_at(client, path)
                answers.append(status)
                shown += "ran=1" in body
        assert route not in PORTAL or 200 in answers or route.startswith("accounts/"), (route, answers)
        assert all(status < 500 for status in answers), (route, answers)
    assert shown > 300


def every_page_says_back_what_it_was_asked_as_text(hostile: Ids) -> None:
    adam = browser_of(person_called("adam"))
    for index, route in enumerate(routes()):
        if route in FILES or route in FORMS:
            continue
        path = next(paths(route, hostile, first=index))
        query = {field: PAYLOADS[(index + at) % len(PAYLOADS)] for at, field in enumerate(QUERY)}
        status, _ = looked_at(adam, path, **query)
        assert status < 500, route
    for index, payload in enumerate(PAYLOADS):
        for path in ("/", "/actions/", "/history/", "/agents/", "/dashboard/", "/rules/action-types/", "/catalogue/"):
            status, _ = looked_at(adam, path, q=payload, since=payload, agent=payload)
            assert status < 500, (path, index)


def every_form_says_back_what_was_typed_as_text(hostile: Ids) -> None:
    people = {who: browser_of(person_called(who)) for who in ("adam", "sina")}
    said_back = 0
    for index, route in enumerate(routes()):
        if route in FILES or "logout" in route:
            continue
        path = next(paths(route, hostile, first=index))
        typed = {field: words(index % ROUNDS) if at % 2 else name(index % ROUNDS) for at, field in enumerate(FIELDS)}
        slug = path.rstrip("/").rpartition("/")[2]
        typed |= {f"{slug}-{field}": text for field, text in typed.items()} | {"password": PASSWORD}
        answer = people["adam" if route.startswith("admin/") else "sina"].post(path, typed)
        assert answer.status_code < 500, route
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code != 302:
            body = body_of(answer)
            check(path, body)
            said_back += "ran=1" in body
    assert said_back > 100


def every_file_is_taken_away_and_not_opened(hostile: Ids) -> None:
    sina, adam = (browser_of(person_called(who)) for who in ("sina", "adam"))
    taken = 0
    for route in routes():
        if route not in FILES and "/export/" not in route:
            continue
        for path in paths(route, hostile):
            answers = [client.get(path) for client in (sina, adam)]
            for answer in answers:
                assert answer.status_code in (200, 302, 403, 404), path
                kind = answer.headers.get("Content-Type", "")
                if answer.status_code != 200:
                    continue
                taken += 1
                assert not kind.startswith(("text/html", "application/xhtml")), path
                assert answer.headers["X-Content-Type-Options"] == "nosniff", path
                if not kind.startswith("image/svg+xml"):
                    assert answer.headers["Content-Disposition"].startswith("attachment"), path
                if kind.startswith("text/csv"):
                    assert not re.search(r'(?m)(^|,)"?[=@]', body_of(answer)), path
    assert taken > 20


def every_mail_is_text(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example.org"
    mail.outbox = []
    while deliveries.deliver():
        pass
    assert mail.outbox
    for sent in mail.outbox:
        message = sent.message()
        assert message.get_content_type() == "text/plain"
        assert not getattr(sent, "alternatives", [])
        text = str(sent.body)
        assert not re.search(r"<\w", text), text
        assert set(re.findall(r"https?://[^/\s]+", text)) <= {"https://portal.example.org"}
        assert "\n" not in sent.subject


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick=x>",
        "<p title=\"\" pwn>",
        "<script>ran=1</script>",
        "<script src=//e.test/x.js></script>",
        "<a href=' javascript:ran=1'>",
        "<a href=//e.test/>",
        "<form action=https://e.test/>",
        "<button formaction=javascript:ran=1>",
        "<div hx-on:load=x>",
        "<div data-hx-get=//e.test/>",
        "<div hx-vals='js:{a:1}'>",
        "<meta http-equiv=refresh content='0;//e.test'>",
        "<link rel=stylesheet href=//e.test/x.css>",
        "<svg><animate attributeName=href>",
        "<p style='color:red'>",
        "<base href=/>",
        "<img src=x>",
    ],
)  # fmt: skip
def test_the_twin_lets_it_through_and_is_caught(page: str) -> None:
    """The check itself sees each of the ways in."""
    with pytest.raises(AssertionError):
        assert_unmarked(page)

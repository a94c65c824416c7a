"""Saved views: kept, shared, changed and deleted by their owner alone; a query nobody trusts. And the density."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.models import LedgerEntry, Person
from reviews.models import SavedView
from reviews.saved_views import MOST
from tests.reviews.pages import XSS, assert_only_ours, body_of, pay, text_of
from tests.support.api import Api

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def save(browser: Client, name: str = "Hot", **fields: Any) -> Any:
    sent = {"name": name, "queue": "all", "query": "level=high&order=deadline", "team": "", "back": "/queues/all/"}
    return browser.post("/views/", sent | fields, follow=True)


def test_it_works(api: Api, reviewer: Person, second_reviewer: Person, team: Group, sign_in: SignIn) -> None:
    pay(api, 1)
    rita, ravi = sign_in(reviewer), sign_in(second_reviewer)
    assert "Saved the view Hot." in text_of(save(rita, team=team.pk))
    view = SavedView.objects.get()
    assert (view.person, view.queue, view.query, view.team) == (reviewer, "all", "level=high&order=deadline", team)
    chip = 'href="/queues/all/?level=high&amp;order=deadline"'
    assert chip in body_of(rita.get("/"))
    assert f'{chip} aria-current="page">' in body_of(rita.get("/queues/all/?order=deadline&level=high"))
    shared = ravi.get("/")
    assert chip in body_of(shared)
    assert f"Hot by {reviewer.shown_name}" in text_of(shared)
    # Shared is not theirs: no form for it, and no address either.
    assert "/delete/" not in body_of(shared)
    for address in (f"/views/{view.pk}/", f"/views/{view.pk}/delete/"):
        assert ravi.post(address, {"name": "Theirs"}).status_code == 404
    assert "Changed the view Warm." in text_of(rita.post(f"/views/{view.pk}/", {"name": "Warm"}, follow=True))
    assert chip not in body_of(ravi.get("/"))
    assert "Deleted the view Warm." in text_of(rita.post(f"/views/{view.pk}/delete/", {}, follow=True))
    assert not SavedView.objects.exists()
    entries = LedgerEntry.objects.filter(type__startswith="view.").order_by("pk")
    assert [entry.type for entry in entries] == ["view.saved", "view.changed", "view.deleted"]


def test_strangers_see_no_shared_view_and_nobody_that_of_one_who_left(
    reviewer: Person, second_reviewer: Person, outsider: Person, team: Group, sign_in: SignIn
) -> None:
    save(sign_in(reviewer), name="Ours", team=team.pk)
    assert "Ours" not in text_of(sign_in(outsider).get("/"))
    assert "Ours" in text_of(sign_in(second_reviewer).get("/"))
    Person.objects.filter(pk=reviewer.pk).update(is_active=False)
    assert "Ours" not in text_of(sign_in(second_reviewer).get("/"))


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("level=high&bogus=1&after=85.0,3&csrfmiddlewaretoken=x", "level=high"),
        ("order=agent&q=a%26b", "q=a%26b&order=agent"),
        ("order=risk", ""),
        ("order=../x&level=", ""),
        ("?level=high", ""),
        ("", ""),
    ],
)
def test_a_query_is_kept_as_the_filter_reads_it(reviewer: Person, sign_in: SignIn, query: str, kept: str) -> None:
    save(sign_in(reviewer), query=query)
    assert SavedView.objects.get().query == kept


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "  "}, "A view needs a name."),
        ({"name": "x" * 61}, "longer than 60 characters"),
        ({"name": "a\u202eb"}, "a character that cannot be seen"),
        ({"name": "Taken"}, "You have a view of this name already."),
        ({"query": "level=purple"}, "These filters were not understood."),
        ({"query": "q=" + "x" * 300}, "These filters were not understood."),
        ({"query": "agent=" + "x" * 1500}, "These filters are too long to be kept."),
        ({"queue": "secret"}, "These filters were not understood."),
        ({"team": "other"}, "You can share a view with a team of yours only."),
    ],
)
def test_what_cannot_be_kept_is_said(
    reviewer: Person, other_team: Group, sign_in: SignIn, fields: dict[str, Any], sentence: str
) -> None:
    browser = sign_in(reviewer)
    save(browser, name="Taken")
    if "team" in fields:
        fields = {"team": other_team.pk}
    assert sentence in text_of(save(browser, **fields))
    assert SavedView.objects.count() == 1


def test_nobody_keeps_more_than_thirty(reviewer: Person, sign_in: SignIn) -> None:
    SavedView.objects.bulk_create(SavedView(person=reviewer, name=f"View {n}", queue="mine") for n in range(MOST))
    assert "You have 30 views" in text_of(save(sign_in(reviewer)))
    assert SavedView.objects.count() == MOST


def test_many_views_cost_as_many_queries_as_one(
    reviewer: Person, second_reviewer: Person, team: Group, sign_in: SignIn
) -> None:
    browser = sign_in(reviewer)
    save(browser, team=team.pk)
    with CaptureQueriesContext(connection) as one:
        browser.get("/")
    for person in (reviewer, second_reviewer):
        for n in range(12):
            SavedView.objects.create(person=person, name=f"View {n}", queue="mine", team=team)
    with CaptureQueriesContext(connection) as many:
        assert len(browser.get("/").context["desk"].views) == 25
    assert len(many) == len(one)


def test_names_are_shown_as_text(reviewer: Person, team: Group, sign_in: SignIn) -> None:
    save(sign_in(reviewer), name=XSS[:60], query="q=" + "%22%3E%3Cscript%3E")
    for address in ("/", "/queues/all/?q=%22%3E%3Cscript%3E"):
        assert_only_ours(body_of(sign_in(reviewer).get(address)))


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "", "/\\evil"])
def test_it_leads_back_to_our_own_pages_only(reviewer: Person, sign_in: SignIn, back: str) -> None:
    answer = sign_in(reviewer).post("/density/", {"density": "compact", "back": back})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_the_density_is_remembered(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    pay(api, 1)
    browser = sign_in(reviewer)
    assert 'class="queue waiting "' in body_of(browser.get("/"))
    answer = browser.post("/density/", {"density": "compact", "back": "/?level=high"})
    assert answer.headers["Location"] == "/?level=high"
    assert 'class="queue waiting compact"' in body_of(sign_in(reviewer).get("/"))
    assert "Rows are comfortable or compact" in text_of(browser.post("/density/", {"density": "vast"}, follow=True))
    assert Person.objects.get(pk=reviewer.pk).density == "compact"

"""The frame of every page: rail, headers, errors; and no script or style that is not a file of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.views import defaults

from governance.failures import server_error
from governance.models import Person
from reviews.context import counts_of
from tests.reviews.pages import assert_only_ours, decide, pay, text_of
from tests.support.api import Api

SignIn = Callable[..., Client]


def test_it_works(reviewer: Person, sign_in: SignIn) -> None:
    page = sign_in(reviewer).get("/")
    body = page.content.decode()
    assert_only_ours(body)
    assert '<a class="skip" href="#main">' in body
    assert body.count('aria-current="page"') == 2  # one in the rail, one in the tabs
    assert "Sign out" in text_of(page)


@pytest.mark.parametrize(
    ("who", "shown"),
    [("reviewer", set()), ("senior", set()), ("auditor", {"Ledger", "Admin"}), ("admin_person", {"Ledger", "Admin"})],
)
def test_the_rail_offers_what_the_role_may_open(
    request: pytest.FixtureRequest, sign_in: SignIn, who: str, shown: set[str]
) -> None:
    client = sign_in(request.getfixturevalue(who))
    rail = client.get("/").content.decode().partition('<nav class="rail"')[2].partition("</nav>")[0]
    assert {word for word in ("Ledger", "Admin") if f">{word}</a>" in rail} == shown
    body = client.get("/").content.decode()
    for address in ("/admin/", "/admin/governance/ledgerentry/"):
        assert (f'href="{address}"' in body) == bool(shown)
        if shown:
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/queues/all/", "/history/", "/accounts/login/", "/no-such-page/"])
def test_every_page_keeps_the_browser_in_bounds(
    client: Client, reviewer: Person, sign_in: SignIn, address: str
) -> None:
    for asked in (client, sign_in(reviewer)):
        headers = asked.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_that_does_not_exist(client: Client, reviewer: Person, sign_in: SignIn) -> None:
    for asked in (client, sign_in(reviewer)):
        page = asked.get("/<script>alert(1)</script>/")
        assert page.status_code == 404
        assert "There is no such page, or it is not yours to see" in text_of(page)
        assert "alert(1)" not in page.content.decode()


def test_what_is_not_allowed(reviewer: Person, sign_in: SignIn) -> None:
    page = sign_in(reviewer).get("/history/export.csv", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 403
    assert "You may not do that" in text_of(page)


def test_what_is_not_understood_and_what_failed(rf: RequestFactory) -> None:
    """Both are drawn without a request's context, so that they can still be when that is what failed."""
    bad = defaults.bad_request(rf.get("/"), Exception("secret"))
    failed = server_error(rf.get("/"))
    for page, status, words in ((bad, 400, "That request was not understood"), (failed, 500, "The portal failed")):
        assert page.status_code == status
        assert words in text_of(page)
        assert "secret" not in text_of(page)
        assert_only_ours(page.content.decode())  # type: ignore[attr-defined]


def test_a_page_without_the_rail_counts_nothing(
    rf: RequestFactory, django_assert_num_queries: object, db: None
) -> None:
    assert counts_of(rf.get("/")) is None


def test_the_rail_counts_what_waits_for_this_person(api: Api, reviewer: Person, owner: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    assert "Review 1 to decide" in text_of(sign_in(reviewer).get("/history/"))
    assert "Review 0 to decide" in text_of(sign_in(owner).get("/history/"))


def test_many_are_not_counted_to_the_end(
    api: Api, reviewer: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside "Review", and below a decision, where the number must not seem to be all there are."""
    monkeypatch.setattr("reviews.context.MANY", 2)
    first, *_ = [pay(api, amount) for amount in range(5, 9)]
    browser = sign_in(reviewer)
    assert "Review 1+ to decide" in text_of(browser.get("/"))
    assert "Review 1+ to decide" in text_of(browser.get("/history/"))
    decide(browser, first)
    assert "1+ left in your queue" in text_of(browser.get(f"/actions/{first.pk}/"))


@pytest.mark.parametrize("name", ["foureyes.css", "foureyes.js", "icon.svg"])
def test_the_files_are_served(client: Client, name: str) -> None:
    assert finders.find(f"foureyes/{name}")
    assert client.get(f"/static/foureyes/{name}").status_code == 200


def test_the_script_evaluates_nothing_and_calls_nobody_else() -> None:
    path = finders.find("foureyes/foureyes.js")
    assert isinstance(path, str)
    script = Path(path).read_text()
    for word in ("eval(", "new Function", "innerHTML =", "insertAdjacentHTML", "document.write", "http:", "https:"):
        assert word not in script

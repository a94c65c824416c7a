"""Signing in and out and changing a password, as pages of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from governance.models import LedgerEntry, Person
from tests.reviews.pages import assert_only_ours, text_of
from tests.support.cast import PASSWORD

SignIn = Callable[..., Client]
LOGIN = "/accounts/login/"


def test_it_works(client: Client, reviewer: Person) -> None:
    page = client.get(f"{LOGIN}?next=/history/")
    assert page.status_code == 200
    assert "Sign in" in text_of(page)
    assert 'autocomplete="current-password"' in page.content.decode()
    answer = client.post(LOGIN, {"login": "rita", "password": PASSWORD, "next": "/history/"})
    assert answer.headers["Location"] == "/history/"
    after = client.get("/")
    assert after.status_code == 200
    assert "ritaReviewer" in text_of(after)
    assert "Successfully" not in text_of(after)
    assert LedgerEntry.objects.filter(type="person.signed_in", actor_id=str(reviewer.pk)).count() == 1


def test_a_wrong_password(client: Client, reviewer: Person) -> None:
    for login in ("rita", "nobody"):
        page = client.post(LOGIN, {"login": login, "password": "wrong"})
        assert page.status_code == 200
        assert "not correct" in text_of(page)
        assert 'role="alert"' in page.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_another_site_is_no_place_to_go_next(client: Client, reviewer: Person, target: str) -> None:
    answer = client.post(LOGIN, {"login": "rita", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_nobody_signs_up(client: Client, db: None) -> None:
    page = client.get("/accounts/signup/")
    assert "<form" not in page.content.decode()
    assert "sign up" not in text_of(client.get(LOGIN)).lower()


def test_signing_out_is_a_form(reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    assert "Sign out" in text_of(client.get("/accounts/logout/"))
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_changing_the_password(reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    page = client.get("/accounts/password/change/")
    assert page.content.decode().count('type="password"') == 3
    new = "another-long-and-winding-road"
    wrong = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": "x"})
    assert wrong.status_code == 200
    done = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done.status_code == 302
    reviewer.refresh_from_db()
    assert reviewer.check_password(new)


@pytest.mark.parametrize("address", [LOGIN, "/accounts/inactive/"])
def test_every_page_before_signing_in_is_in_our_frame(client: Client, db: None, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert "foureyes/foureyes.css" in page.content.decode()
    assert_only_ours(page.content.decode())


@pytest.mark.parametrize("address", ["/accounts/reauthenticate/", "/accounts/password/change/"])
def test_every_page_after_signing_in_is_in_our_frame(reviewer: Person, sign_in: SignIn, address: str) -> None:
    page = sign_in(reviewer).get(address)
    assert page.status_code == 200
    assert "foureyes/foureyes.css" in page.content.decode()
    assert_only_ours(page.content.decode())


@pytest.mark.parametrize("address", ["signup/", "email/", "confirm-email/", "password/reset/", "password/set/"])
def test_nothing_else_of_the_library_is_reachable(reviewer: Person, sign_in: SignIn, address: str) -> None:
    """Accounts are made by admins, and nothing here depends on mail."""
    assert sign_in(reviewer).get(f"/accounts/{address}").status_code == 404

"""A code as the second step of signing in: switched on and off, asked for, lost, required; each step on record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from governance.account_security import remove_second_factor
from governance.errors import InvalidAccount, ReasonRequired
from governance.models import LedgerEntry, Person
from governance.second_factor import codes_left, has_second_factor
from tests.reviews.pages import assert_only_ours, critical, decide, row, text_of
from tests.support.api import Api
from tests.support.cast import PASSWORD
from tests.support.codes import ON, code, prove, secret_of, switch_on
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
LOGIN, CODE = "/accounts/login/", "/accounts/2fa/code/"
OFF, CODES, NEW = "/accounts/2fa/off/", "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/new/"


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> Iterator[None]:
    """Rate limits and the codes that were taken are kept in the cache."""
    cache.clear()
    yield
    cache.clear()


def kinds() -> list[str]:
    """What is on record about people's signing in, the latest last."""
    found = LedgerEntry.objects.filter(type__startswith="person.").exclude(type="person.created")
    return [kind.removeprefix("person.") for kind in found.order_by("id").values_list("type", flat=True)]


def give_password(client: Client) -> Any:
    return client.post(LOGIN, {"login": "rita", "password": PASSWORD})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_works(reviewer: Person, sign_in: SignIn, client: Client) -> None:
    secret = switch_on(sign_in(reviewer))
    assert kinds() == ["second_factor_enabled"]
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        answer = give_password(client)
        assert (answer.headers["Location"], is_in(client)) == (CODE, False)
        page = client.get(CODE)
        assert_only_ours(page.content.decode())
        assert 'autocomplete="one-time-code"' in page.content.decode()
        assert "no-store" in page.headers["Cache-Control"]
        assert client.post(CODE, {"code": code(secret)}).headers["Location"] == "/"
    assert is_in(client)
    assert kinds() == ["second_factor_enabled", "signed_in"]
    assert json.loads(LedgerEntry.objects.latest("id").body)["actor"]["auth"] == "password+totp"


def test_setting_it_up_asks_for_the_password_and_for_a_code(reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    assert client.get(ON).headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.get("/accounts/2fa/on/code.svg").status_code == 302
    assert client.post(ON, {"code": "123456"}).status_code == 302
    prove(client)
    html = client.get(ON).content.decode()
    assert re.findall('<img[^>]* src="([^"]*)', html) == ["/accounts/2fa/on/code.svg"]
    picture = client.get("/accounts/2fa/on/code.svg")
    assert (picture.headers["Content-Type"], b"<svg" in picture.content) == ("image/svg+xml", True)
    wrong = client.post(ON, {"code": "000000"})
    assert "This code is wrong or was used already." in text_of(wrong)
    assert not has_second_factor(reviewer)
    assert kinds() == []


def test_the_password_alone_opens_nothing(reviewer: Person, sign_in: SignIn, client: Client) -> None:
    switch_on(sign_in(reviewer))
    give_password(client)
    for address in ("/", "/settings/", ON, OFF, CODES, NEW, "/accounts/2fa/", "/admin/"):
        assert client.get(address).status_code == 302, address
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert (is_in(client), kinds()[-1]) == (False, "code_failed")
    assert json.loads(LedgerEntry.objects.latest("id").body)["actor"]["name"] == "somebody"


def test_a_code_is_taken_once(reviewer: Person, sign_in: SignIn) -> None:
    secret = switch_on(sign_in(reviewer))
    now = timezone.now() + timedelta(minutes=5)
    with time_machine.travel(now, tick=False) as clock:
        seen = code(secret)
        first, second, third = Client(), Client(), Client()
        for client in (first, second, third):
            give_password(client)
        first.post(CODE, {"code": seen})
        second.post(CODE, {"code": seen})
        clock.shift(timedelta(seconds=31))  # still within what a phone's clock may be off
        third.post(CODE, {"code": seen})
        assert [is_in(client) for client in (first, second, third)] == [True, False, False]
        third.post(CODE, {"code": code(secret)})
        assert is_in(third)


def test_guesses_come_to_an_end(reviewer: Person, sign_in: SignIn, client: Client) -> None:
    secret = switch_on(sign_in(reviewer))
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        give_password(client)
        for _ in range(12):
            client.post(CODE, {"code": "000000"})
        answer = client.post(CODE, {"code": code(secret)})
    assert not is_in(client)
    assert "Too many failed login attempts" in text_of(answer)
    assert kinds().count("code_failed") < 12


def test_recovery_codes(reviewer: Person, sign_in: SignIn, client: Client) -> None:
    browser = sign_in(reviewer)
    switch_on(browser)
    page = browser.get(CODES)
    assert_only_ours(page.content.decode())
    codes = page.context["unused_codes"]
    assert (len(codes), codes_left(reviewer)) == (10, 10)
    give_password(client)
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    assert is_in(client)
    assert kinds()[-2:] == ["signed_in", "recovery_code_used"]
    assert json.loads(LedgerEntry.objects.latest("id").body)["data"]["left"] == 9
    again = Client()
    give_password(again)
    again.post(CODE, {"code": codes[0]})
    assert not is_in(again)
    assert "9 unused codes" in text_of(browser.get(NEW))
    browser.post(NEW)
    assert kinds()[-1] == "recovery_codes_made"
    assert not set(codes) & set(browser.get(CODES).context["unused_codes"])


def test_switching_it_off_asks_for_the_password(reviewer: Person, sign_in: SignIn) -> None:
    switch_on(sign_in(reviewer))
    other = sign_in(reviewer)
    assert other.post(OFF).headers["Location"].startswith("/accounts/reauthenticate/")
    assert has_second_factor(reviewer)
    prove(other)
    assert_only_ours(other.get(OFF).content.decode())
    assert other.post(OFF).headers["Location"] == "/settings/"
    assert not Authenticator.objects.exists()
    assert kinds()[-1] == "second_factor_disabled"


@pytest.mark.parametrize("step", ["on", "off", "new codes"])
def test_no_entry_no_step(reviewer: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    client = sign_in(reviewer)
    client.raise_request_exception = False
    if step == "on":
        prove(client)
        client.get(ON)
        sent = (ON, {"code": code(client.session["mfa.totp.secret"])})
    else:
        switch_on(client)
        sent = ({"off": OFF, "new codes": NEW}[step], {})
    before = list(Authenticator.objects.values())

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr("governance.ledger.entries.leaf_hash", broken)
    assert client.post(*sent).status_code == 500
    assert list(Authenticator.objects.values()) == before


def test_what_is_kept_makes_no_codes(reviewer: Person, sign_in: SignIn, client: Client, settings: Any) -> None:
    secret = switch_on(sign_in(reviewer))
    assert secret_of(reviewer) == secret
    assert not any(secret in str(row.data) for row in Authenticator.objects.all())
    assert not any(secret in entry.body for entry in LedgerEntry.objects.all())
    settings.SECRET_KEY = "another key, as long as the first one was before it was changed"
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        give_password(client)
        assert client.post(CODE, {"code": code(secret)}).status_code == 200
    assert not is_in(client)


def test_a_lost_phone(reviewer: Person, admin_person: Person, sign_in: SignIn, client: Client) -> None:
    here, there = Client(), sign_in(admin_person)
    give_password(here)
    switch_on(here)
    address = f"/admin/governance/person/{reviewer.pk}/change/"
    page = there.get(address)
    form = page.context["adminform"].form
    sent = {name: "" if value is None else value for name, value in form.initial.items() if name in form.fields}
    sent |= {"groups": [group.pk for group in reviewer.groups.all()], "is_active": "on"}
    assert there.post(address, sent).status_code == 302
    assert has_second_factor(reviewer)
    there.post(address, sent | {"second_factor": "The phone fell into the sea."})
    assert (has_second_factor(reviewer), codes_left(reviewer), is_in(here)) == (False, 0, False)
    entry = json.loads(LedgerEntry.objects.get(type="person.second_factor_removed").body)
    assert (entry["actor"]["name"], entry["data"]["reason"]) == ("adam", "The phone fell into the sea.")
    assert "second_factor" not in there.get(address).context["adminform"].form.fields
    assert give_password(client).headers["Location"] == "/"


def test_the_verb_refuses(reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    with nothing_written(), pytest.raises(InvalidAccount, match="without a second step"):
        remove_second_factor(reviewer, actor=SETUP, reason="x")
    switch_on(sign_in(reviewer))
    with nothing_written(), pytest.raises(InvalidAccount, match="your own"):
        remove_second_factor(reviewer, actor=actor_of(reviewer), reason="x")
    with nothing_written(), pytest.raises(ReasonRequired):
        remove_second_factor(reviewer, actor=SETUP, reason=" ")


def test_the_way_out_on_the_console(reviewer: Person, sign_in: SignIn) -> None:
    switch_on(sign_in(reviewer))
    with pytest.raises(CommandError, match="nobody called ritual"):
        call_command("remove_second_factor", "ritual", reason="lost")
    call_command("remove_second_factor", "rita", reason="lost")
    assert not has_second_factor(reviewer)
    with pytest.raises(CommandError, match="without a second step"):
        call_command("remove_second_factor", "rita", reason="lost")


def test_the_librarys_own_admin_is_no_way_around(admin_person: Person, sign_in: SignIn) -> None:
    client = sign_in(admin_person)
    for address in ("/admin/mfa/authenticator/", "/admin/usersessions/usersession/"):
        assert client.get(address).status_code == 404


def test_a_code_confirms_a_critical_approval(api: Api, senior: Person, sign_in: SignIn) -> None:
    client = sign_in(senior)
    first, second = critical(api), critical(api, resource="other")
    assert "or a code of your app" not in text_of(client.get(f"/actions/{first.pk}/"))
    secret = switch_on(client)
    assert "or a code of your app" in text_of(client.get(f"/actions/{first.pk}/"))
    fresh = code(secret, steps=1)
    assert decide(client, first, "approve", reason="Planned.", password=fresh).status_code == 302
    assert row(first.pk).state == "approved"
    entry = LedgerEntry.objects.get(action_id=first.pk, type="action.approved")
    assert json.loads(entry.body)["actor"]["auth"] == "totp"
    again = decide(client, second, "approve", reason="Planned.", password=fresh)
    assert (again.status_code, row(second.pk).state) == (403, "pending")
    assert "A code is taken once" in text_of(again)


def test_where_it_is_required(reviewer: Person, sign_in: SignIn, settings: Any, api: Api) -> None:
    client = sign_in(reviewer)
    assert client.get("/").status_code == 200
    settings.REQUIRE_MFA = True
    for address in ("/", "/settings/", "/history/"):
        assert client.get(address).headers["Location"] == ON
    part = client.get("/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (200, ON)
    assert client.get("/accounts/logout/").status_code == 200
    switch_on(client)
    assert client.get("/").status_code == 200
    assert Client().get("/accounts/login/").status_code == 200
    assert api.get("/api/v1/actions/1/status").status == 404

"""What a person sets for themselves: the clock, the language and the look of every page, and of none but theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from governance.errors import InvalidSettings
from governance.middleware import PagePerson
from governance.models import Delegation, LedgerEntry, Person
from governance.person_settings import save_settings
from reviews.models import Notice
from reviews.notices.preferences import save_display
from tests.reviews.notices import prefer, say
from tests.reviews.pages import assert_only_ours, pay, text_of
from tests.support.api import Api
from tests.support.lifecycles import actor_of

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
BERLIN = {"time_zone": "Europe/Berlin", "language": "", "theme": "", "density": ""}


def choose(person: Person, **chosen: str) -> Person:
    """What the person says on their page, by its verb."""
    now = {name: getattr(person, name) for name in BERLIN}
    saved = save_settings(person, actor=actor_of(person), **(now | chosen))
    person.refresh_from_db()
    return saved


def test_it_works(reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    page = client.get("/settings/")
    assert_only_ours(page.content.decode())
    for words in ("rita@example.org", "Reviewer", "An admin changes these.", "Off: your password alone signs you in."):
        assert words in text_of(page)
    assert '<option value="Europe/Berlin">' in page.content.decode()
    sent = {"time_zone": "europe/berlin", "language": "de", "theme": "dark", "density": "compact"}
    assert client.post("/settings/", sent).headers["Location"] == "/settings/"
    html = client.get("/settings/").content.decode()
    assert '<html lang="de" data-theme="dark" data-density="compact" data-person>' in html
    entry = json.loads(LedgerEntry.objects.latest("id").body)
    assert (entry["type"], entry["data"]["before"], entry["data"]["after"]) == (
        "person.time_zone_changed", "UTC", "Europe/Berlin",
    )  # fmt: skip


def test_how_it_looks_is_nobody_elses_business(reviewer: Person, sign_in: SignIn) -> None:
    before = LedgerEntry.objects.count()
    sign_in(reviewer).post("/settings/", BERLIN | {"time_zone": "UTC", "theme": "light", "language": "en"})
    reviewer.refresh_from_db()
    assert (reviewer.theme, reviewer.language, LedgerEntry.objects.count()) == ("light", "en", before)


@pytest.mark.parametrize(
    "wrong",
    [{"time_zone": "Mars/Base"}, {"time_zone": ""}, {"language": "tlh"}, {"theme": "neon"}, {"density": "dense"}],
)
def test_what_is_refused(reviewer: Person, sign_in: SignIn, nothing_written: Any, wrong: dict[str, str]) -> None:
    client = sign_in(reviewer)
    with nothing_written():
        answer = client.post("/settings/", BERLIN | wrong)
        assert (answer.status_code, 'class="error"' in answer.content.decode()) == (400, True)
        with pytest.raises(InvalidSettings):
            choose(reviewer, **wrong)


def test_it_is_for_signed_in_people_and_this_site(client: Client, reviewer: Person, sign_in: SignIn) -> None:
    assert client.get("/settings/").headers["Location"].startswith("/accounts/login/")
    crossed = sign_in(reviewer).post("/settings/", BERLIN, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert sign_in(reviewer).post("/settings/", BERLIN | {"first_name": "Boss", "role": "admin"}).status_code == 302
    reviewer.refresh_from_db()
    assert (reviewer.first_name, reviewer.role, reviewer.time_zone) == ("", "reviewer", "Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29 01:59:00 CET"),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29 03:00:00 CEST"),
        ("Asia/Kathmandu", datetime(2026, 1, 31, 20, 0, tzinfo=UTC), "2026-02-01 01:45:00 +0545"),
        ("UTC", datetime(2026, 1, 31, 20, 0, tzinfo=UTC), "2026-01-31 20:00:00 UTC"),
    ],
)
def test_times_are_on_the_readers_clock(
    api: Api, reviewer: Person, sign_in: SignIn, zone: str, moment: datetime, shown: str
) -> None:
    action = pay(api, 5)
    choose(reviewer, time_zone=zone)
    seen = []

    def view(request: Any) -> HttpResponse:
        text = Template("{% load review_tags %}{% stamp at %} {% zone %}").render(Context({"at": moment}))
        seen.append(text)
        return HttpResponse(text)

    request = RequestFactory().get("/")
    request.user, request.session = reviewer, SessionStore()  # type: ignore[assignment]
    PagePerson(view)(request)
    assert shown in seen[0]
    name = f"{timezone.now().astimezone(ZoneInfo(zone)):%Z}"
    assert name in text_of(sign_in(reviewer).get(f"/actions/{action.pk}/"))


def test_a_time_typed_is_of_the_persons_zone(reviewer: Person, second_reviewer: Person, sign_in: SignIn) -> None:
    choose(reviewer, time_zone="America/New_York")
    client = sign_in(reviewer)
    assert "Until (America/New_York)" in text_of(client.get("/away/"))
    year = timezone.now().year + 1
    sent = {"delegate": second_reviewer.pk, "starts_at": f"{year}-07-01T08:00", "ends_at": f"{year}-07-02T09:30"}
    said = text_of(client.post("/away/", sent, follow=True))
    assert Delegation.objects.get().ends_at == datetime(year, 7, 2, 13, 30, tzinfo=UTC)
    assert f"until {year}-07-02 09:30 EDT." in said
    entry = json.loads(LedgerEntry.objects.get(type="delegation.started").body)
    assert entry["data"]["until"].startswith(f"{year}-07-02T13:30")


def test_what_waits_follows_the_new_clock(api: Api, reviewer: Person) -> None:
    prefer(reviewer, email="digest", digest_hour=8)
    say("wanted", pay(api, 5).pk, reviewer)
    before = Notice.objects.get(person=reviewer).send_at
    save_display(reviewer, actor=actor_of(reviewer), time_zone="Asia/Kolkata")
    after = Notice.objects.get(person=reviewer).send_at
    here = after.astimezone(ZoneInfo("Asia/Kolkata"))
    assert (here.hour, here.minute, before != after) == (8, 0, True)


@pytest.mark.parametrize(
    ("chosen", "asked", "spoken"),
    [("", "de-AT,de;q=0.9,en;q=0.5", "de"), ("", "fr", "en"), ("", "", "en"), ("en", "de", "en"), ("de", "en", "de")],
)
def test_the_language(reviewer: Person, sign_in: SignIn, chosen: str, asked: str, spoken: str) -> None:
    choose(reviewer, language=chosen)
    answer = sign_in(reviewer).get("/settings/", headers={"Accept-Language": asked})
    assert f'<html lang="{spoken}"' in answer.content.decode()
    assert answer.headers["Content-Language"] == spoken
    assert ("Accept-Language" in answer.headers["Vary"]) is not bool(chosen)


def test_admin_speaks_it_and_looks_it_too(admin_person: Person, sign_in: SignIn) -> None:
    choose(admin_person, language="de", theme="dark")
    html = sign_in(admin_person).get("/admin/governance/person/").content.decode()
    assert '<html lang="de"' in html
    assert "Hinzufügen" in html or "hinzufügen" in html
    assert "theme-dark" in html
    assert "theme.js" not in html


def test_the_agents_api_stays_as_it_is(api: Api, reviewer: Person) -> None:
    choose(reviewer, language="de", time_zone="Asia/Tokyo")
    answer = api.get("/api/v1/actions/999/status", **{"Accept-Language": "de"})
    assert "Not Found" in str(answer.json)
    assert "Content-Language" not in answer.headers


def _served(middleware: Callable[[Any], Any], person: Any) -> tuple[str, str]:
    """Zone and language that a request of that person leaves to the next one on the same thread."""
    request = RequestFactory().get("/")
    request.user, request.session = person, SessionStore()  # type: ignore[assignment]
    with suppress(LookupError):
        middleware(request)
    return timezone.get_current_timezone_name(), translation.get_language()


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_leaks_into_the_next_request_of_a_thread(reviewer: Person, fails: bool) -> None:
    choose(reviewer, language="de", time_zone="Asia/Tokyo")
    seen = []

    def view(request: Any) -> HttpResponse:
        seen.append((timezone.get_current_timezone_name(), translation.get_language()))
        if fails:
            raise LookupError
        return HttpResponse()

    assert _served(PagePerson(view), reviewer) == ("UTC", "en")
    _served(PagePerson(view), AnonymousUser())
    assert seen == [("Asia/Tokyo", "de"), ("UTC", "en")]


def test_the_naive_twin_leaks(reviewer: Person) -> None:
    """Activated and left so: the test above is able to fail."""
    choose(reviewer, language="de", time_zone="Asia/Tokyo")

    def naive(request: Any) -> SimpleNamespace:
        timezone.activate(request.user.time_zone)
        translation.activate(request.user.language)
        return SimpleNamespace()

    try:
        assert _served(naive, reviewer) == ("Asia/Tokyo", "de")
    finally:
        timezone.deactivate()
        translation.deactivate()

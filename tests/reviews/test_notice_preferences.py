"""How people want to be told: at once, once a day or not at all, and never in quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from actions.models import Action
from governance.errors import InvalidPreference
from governance.models import LedgerEntry, Person
from governance.zones import zone_meant, zone_named, zone_names
from reviews import outbox
from reviews.models import Notice, NoticePreference
from reviews.notices import deliveries
from reviews.notices.receivers import send_time
from reviews.notices.times import Clock
from tests.reviews.notices import prefer, say
from tests.reviews.pages import assert_only_ours, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
BERLIN = Clock(zone="Europe/Berlin", **NIGHT)
DAILY = Clock(zone="Europe/Berlin", digest_hour=8)

# clock, now, from when (UTC)
WHEN = {
    "at once": (Clock(), "2026-03-02 10:00", "2026-03-02 10:00"),
    "before midnight": (BERLIN, "2026-03-02 21:30", "2026-03-03 06:00"),
    "after midnight": (BERLIN, "2026-03-03 02:00", "2026-03-03 06:00"),
    "the minute it begins": (BERLIN, "2026-03-02 21:00", "2026-03-03 06:00"),
    "the minute it ends": (BERLIN, "2026-03-03 06:00", "2026-03-03 06:00"),
    "by day": (BERLIN, "2026-03-03 12:00", "2026-03-03 12:00"),
    "summer time is an hour earlier": (BERLIN, "2026-07-02 23:00", "2026-07-03 05:00"),
    "the night clocks go forward": (BERLIN, "2026-03-28 23:00", "2026-03-29 05:00"),
    "the night clocks go back": (BERLIN, "2026-10-24 23:00", "2026-10-25 06:00"),
    "until an hour that is skipped": (
        Clock("Europe/Berlin", None, time(1), time(2, 30)), "2026-03-29 00:30", "2026-03-29 01:30",
    ),
    "in the hour that comes twice": (
        Clock("Europe/Berlin", None, time(2), time(2, 45)), "2026-10-25 01:30", "2026-10-25 01:45",
    ),
    "a siesta": (Clock("UTC", None, time(13), time(15)), "2026-03-02 14:00", "2026-03-02 15:00"),
    "this morning's mail": (DAILY, "2026-03-02 05:00", "2026-03-02 07:00"),
    "tomorrow's mail": (DAILY, "2026-03-02 07:00", "2026-03-03 07:00"),
    "a daily mail in quiet hours": (
        Clock("Europe/Berlin", 6, time(22), time(7)), "2026-03-02 12:00", "2026-03-03 06:00",
    ),
    "a zone nobody knows": (Clock("Mars/Base", 8), "2026-03-02 05:00", "2026-03-02 08:00"),
}  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("name", WHEN)
def test_when(name: str) -> None:
    clock, now, expected = WHEN[name]
    assert clock.when(utc(now)) == utc(expected)


def test_it_is_never_before_now() -> None:
    """Every quarter of an hour of the days clocks change, for a quiet time that ends in the hour concerned."""
    for day in ("2026-03-28 20:00", "2026-10-24 20:00"):
        for quarter in range(60):
            now = utc(day) + timedelta(minutes=15 * quarter)
            for clock in (Clock("Europe/Berlin", None, time(22), time(2, 30)), Clock("Europe/Berlin", 2)):
                assert now <= clock.when(now) <= now + timedelta(hours=26)


def test_zones() -> None:
    assert zone_names()[0] == "UTC"
    assert "Europe/Berlin" in zone_names()
    assert zone_named("../../etc/passwd").key == "UTC"
    assert zone_meant(" america/new york ") == "America/New_York"
    assert zone_meant("Mars/Base") is None


@pytest.mark.parametrize(
    ("kind", "email", "role", "waits_until"),
    [
        ("wanted", "digest", "reviewer", 8),
        ("due_soon", "digest", "reviewer", 7),  # not for the digest, but for the end of quiet hours
        ("break_glass", "digest", "reviewer", 7),
        ("break_glass", "digest", "admin", 2),
        ("break_glass", "now", "admin", 2),
        ("due_soon", "now", "admin", 7),
    ],
)
def test_what_presses_waits_less(kind: str, email: str, role: str, waits_until: int) -> None:
    preference = NoticePreference(person=Person(role=role), email=email, digest_hour=8, **NIGHT)
    assert send_time(kind, preference, utc("2026-03-03 02:00")) == utc(f"2026-03-03 {waits_until:02}:00")


@pytest.mark.django_db
def test_off_means_off(api: Api) -> None:
    rita = person_called("rita")
    prefer(rita, email="off")
    for kind in ("wanted", "due_soon", "break_glass"):
        assert say(kind, lifecycles.pending(api), rita) == 0


@pytest.mark.django_db
def test_a_digest_is_one_mail_of_what_still_waits(api: Api) -> None:
    rita = person_called("rita")
    prefer(rita, email="digest", digest_hour=8)
    with time_machine.travel(utc("2026-03-02 12:00"), tick=False) as clock:
        first, second, third = (lifecycles.pending(api, resource=f"r{n}") for n in range(3))
        for one in (first, second, third):
            say("wanted", one, rita)
        say("due_soon", third, rita)
        lifecycles.decide(second, "reject")
        deliveries.deliver()
        assert [one.subject for one in mail.outbox] == [
            f"Foureyes: action {third}: due within the hour (high risk, 85)"
        ]
        clock.move_to(utc("2026-03-03 08:00"))
        deliveries.deliver()
        deliveries.deliver()
    assert [one.subject for one in mail.outbox][1:] == ["Foureyes: 2 notices wait for you"]
    body = str(mail.outbox[1].body)
    assert f"#{first} " in body and f"#{third} " in body and f"#{second} " not in body
    assert not Notice.objects.filter(sent_at=None).exists()


@pytest.mark.django_db
def test_what_would_come_after_the_deadline_is_hurried(api: Api) -> None:
    rita = person_called("rita")
    prefer(rita, email="digest", digest_hour=8)
    with time_machine.travel(utc("2026-03-02 12:00"), tick=False) as clock:
        action_id = lifecycles.pending(api)
        outbox.announce()
        Action.objects.filter(pk=action_id).update(deadline=utc("2026-03-02 20:00"))
        clock.move_to(utc("2026-03-02 18:59"))
        outbox.announce()
        deliveries.deliver()
        assert mail.outbox == []
        clock.move_to(utc("2026-03-02 19:01"))
        outbox.announce()
        outbox.announce()
        deliveries.deliver()
    assert [one.subject for one in mail.outbox] == [
        f"Foureyes: action {action_id}: due within the hour (high risk, 85)"
    ]


@pytest.mark.django_db
def test_a_repeat_falls_into_no_quiet_hours(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    rita = person_called("rita")
    action_id = lifecycles.pending(api)
    say("mention", action_id, rita, by="Olga")
    now = datetime.now(UTC)
    quiet = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_until": (now + timedelta(hours=1)).time()}
    NoticePreference.objects.create(person=rita, **quiet)
    deliveries.deliver()
    notice = Notice.objects.get()
    assert mail.outbox == []
    assert timedelta(minutes=59) < notice.send_at - now <= timedelta(hours=1)
    assert (notice.attempts, notice.leased_until) == (0, None)


@pytest.mark.django_db
def test_what_waits_moves_with_the_preference(api: Api) -> None:
    rita = person_called("rita")
    prefer(rita, email="digest")
    say("wanted", lifecycles.pending(api), rita)
    deliveries.deliver()
    assert mail.outbox == []
    prefer(rita, email="now")
    deliveries.deliver()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_page(sign_in: Callable[[Person], Client]) -> None:
    rita = person_called("rita")
    client = sign_in(rita)
    page = client.get("/notices/")
    assert_only_ours(page.content.decode())
    assert "rita@example.org" in text_of(page)
    assert 'href="/notices/"' in client.get("/").content.decode()
    sent = {"email": "digest", "digest_hour": "9", "quiet_from": "22:00", "quiet_until": "06:30"}
    assert client.post("/notices/", sent).status_code == 302
    saved = NoticePreference.objects.get(person=rita)
    assert (saved.email, saved.digest_hour, saved.quiet_until) == ("digest", 9, time(6, 30))
    entry = LedgerEntry.objects.latest("id")
    assert (entry.type, entry.actor_name) == ("person.notices_changed", "rita")
    client.post("/notices/", sent)
    assert LedgerEntry.objects.latest("id") == entry
    assert 'value="22:00"' in client.get("/notices/").content.decode()


@pytest.mark.django_db
def test_the_page_says_when_nothing_is_really_sent(sign_in: Callable[[Person], Client], settings: Any) -> None:
    client = sign_in(person_called("rita"))
    assert "sends no e-mail yet" not in text_of(client.get("/notices/"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "This portal sends no e-mail yet. Ask an admin." in text_of(client.get("/notices/"))
    Person.objects.update(email="")
    assert "Your account has no e-mail address, so nothing is sent." in text_of(client.get("/notices/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quiet_until": ""}, "Quiet hours need a beginning and an end"),
        ({"quiet_until": "22:00"}, "end at the minute they begin"),
        ({"email": "pigeon"}, "valid choice"),
        ({"digest_hour": "24"}, "valid choice"),
        ({"quiet_from": "late"}, "valid time"),
    ],
)
def test_what_the_page_refuses(sign_in: Callable[[Person], Client], wrong: dict[str, str], words: str) -> None:
    sent = {"email": "now", "digest_hour": "8", "quiet_from": "22:00", "quiet_until": "07:00"}
    answer = sign_in(person_called("rita")).post("/notices/", sent | wrong)
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert not NoticePreference.objects.exists()
    assert not LedgerEntry.objects.filter(type="person.notices_changed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"email": "pigeon"}, {"digest_hour": 24}])
def test_the_verb_refuses_the_same(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidPreference):
        prefer(person_called("rita"), **wrong)
    assert not NoticePreference.objects.exists()


@pytest.mark.django_db
def test_it_is_for_signed_in_people_and_this_site(client: Client, sign_in: Callable[[Person], Client]) -> None:
    assert client.get("/notices/").status_code == 302
    rita = sign_in(person_called("rita"))
    assert rita.post("/notices/", {}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

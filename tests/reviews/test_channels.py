"""Chat rooms as channels: what arrives, that nobody sees their URL, and how admins look after them."""

from __future__ import annotations

import logging
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from governance.models import LedgerEntry, Person
from reviews import outbox
from reviews.models import Channel, Notice
from reviews.notices import deliveries
from reviews.notices.apprise import MISSING
from reviews.notices.channels import masked, save_channel
from reviews.notices.sending import send_test
from reviews.notices.webhooks import Undeliverable
from tests.reviews.notices import channel
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called
from tests.support.receiver import NAME, Receiver

SLACK = "https://hooks.slack.com/services/T000/B000/XXXXSECRET"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["slack", "teams", "generic"])
def test_an_announcement_reaches_the_room(
    receiver: Receiver, api: Api, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel(kind=kind, url=receiver.url)
    action_id = lifecycles.pending(api)
    outbox.announce()
    deliveries.deliver()
    (sent,) = receiver.posts
    notice = Notice.objects.get(channel__isnull=False)
    assert receiver.headers[0]["Idempotency-Key"].startswith(f"notice-{notice.pk}-")
    assert f"/actions/{action_id}/" in str(sent)
    assert {"slack": "blocks", "teams": "attachments", "generic": "facts"}[kind] in sent
    assert "secret-token" not in caplog.text


@pytest.mark.django_db
def test_a_repeat_bears_the_same_key(receiver: Receiver, api: Api) -> None:
    channel(url=receiver.url)
    lifecycles.pending(api)
    outbox.announce()
    receiver.status = 500
    deliveries.deliver()
    notice = Notice.objects.get(channel__isnull=False)
    assert (notice.attempts, notice.error) == (1, "The receiver answered with HTTP 500.")
    receiver.status = 200
    Notice.objects.filter(sent_at=None).update(send_at=notice.created_at)
    deliveries.deliver()
    first, second = receiver.headers
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert receiver.posts[0]["id"] == receiver.posts[1]["id"] == first["Idempotency-Key"]


@pytest.mark.django_db
def test_a_channel_switched_off_is_told_nothing(receiver: Receiver, api: Api) -> None:
    made = channel(url=receiver.url)
    lifecycles.pending(api)
    outbox.announce()
    made.is_enabled = False
    save_channel(made, actor=SETUP)
    deliveries.deliver()
    assert receiver.posts == []
    assert Notice.objects.get(channel=made).error == "Not sent: the channel is switched off."


@pytest.mark.django_db
def test_the_history_of_a_channel_holds_no_secret() -> None:
    made = channel(url=SLACK)
    made.url = SLACK.replace("T000", "T111")
    save_channel(made, actor=SETUP)
    save_channel(made, actor=SETUP)
    entries = list(LedgerEntry.objects.filter(type__startswith="channel.").order_by("id"))
    assert [entry.type for entry in entries] == ["channel.created", "channel.changed"]
    assert all("SECRET" not in entry.body and "hooks.slack.com" in entry.body for entry in entries)


def test_what_is_shown_of_a_url() -> None:
    assert masked(Channel(kind="slack", url=SLACK)) == "https://hooks.slack.com/…"
    assert masked(Channel(kind="apprise", url="slack://TokenA/TokenB")) == "slack://…"


@pytest.mark.django_db
def test_apprise_says_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = channel(kind="apprise", url="ntfy://topic-secret")
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Undeliverable) as failed:
        send_test(made)
    assert str(failed.value) == MISSING


@pytest.mark.django_db
def test_apprise_is_handed_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    made = channel(kind="apprise", url="ntfy://topic-secret")
    asked: list[Any] = []

    class Apprise:
        def add(self, url: str) -> bool:
            asked.append(url)
            return url.startswith("ntfy://")

        def notify(self, **said: str) -> bool:
            asked.append(said)
            return "fails" not in made.name

    module = types.ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    send_test(made)
    assert asked[0] == "ntfy://topic-secret"
    assert asked[1]["body_format"] == "text"
    made.name = "fails"
    with pytest.raises(Undeliverable, match="could not send"):
        send_test(made)
    made.url = "nonsense://x"
    with pytest.raises(Undeliverable, match="does not understand"):
        send_test(made)


# -- Admin -------------------------------------------------------------------------------------------------------

FORM = {"name": "ops", "kind": "slack", "new_url": SLACK, "team": "", "is_enabled": "on"}


@pytest.fixture
def desk(sign_in: Callable[[Person], Client], team: Any) -> Client:
    return sign_in(person_called("adam"))


def test_the_form(desk: Client) -> None:
    assert desk.post("/admin/reviews/channel/add/", FORM).status_code == 302
    made = Channel.objects.get()
    assert (made.url, made.kind) == (SLACK, "slack")
    address = f"/admin/reviews/channel/{made.pk}/change/"
    for page in (address, "/admin/reviews/channel/"):
        body = desk.get(page).content.decode()
        assert "SECRET" not in body
        assert "https://hooks.slack.com/…" in body
    assert desk.post(address, FORM | {"name": "operations", "new_url": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.url) == ("operations", SLACK)
    assert not LogEntry.objects.filter(change_message__contains="SECRET").exists()
    assert "Channels" in desk.get("/admin/").content.decode()


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://2130706433/x", "http://hooks.slack.com/x", ""])
def test_the_form_refuses(desk: Client, url: str) -> None:
    answer = desk.post("/admin/reviews/channel/add/", FORM | {"new_url": url})
    assert answer.status_code == 200
    assert "Nothing was changed" in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_test_is_sent_on_a_press_only(desk: Client, receiver: Receiver) -> None:
    made = channel(url=receiver.url)
    address = f"/admin/reviews/channel/{made.pk}/test/"
    asked = desk.get(address).content.decode()
    assert f"goes to https://{NAME}/… now" in asked and "secret-token" not in asked
    assert receiver.posts == []
    assert "A test was sent to ops." in desk.post(address, follow=True).content.decode()
    assert receiver.posts[0]["title"] == "a test"
    receiver.status = 403
    assert (
        "Nothing was delivered. The receiver answered with HTTP 403."
        in desk.post(address, follow=True).content.decode()
    )


def test_an_auditor_reads_only(sign_in: Callable[[Person], Client], team: Any) -> None:
    made = channel(url=SLACK)
    aude = sign_in(person_called("aude"))
    assert "SECRET" not in aude.get(f"/admin/reviews/channel/{made.pk}/change/").content.decode()
    assert aude.post(f"/admin/reviews/channel/{made.pk}/test/").status_code == 403
    assert aude.post("/admin/reviews/channel/add/", FORM).status_code == 403

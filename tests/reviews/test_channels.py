"""Chat rooms: where their messages may go, what arrives, and that nobody sees their URL."""

from __future__ import annotations

import logging
import socket
import sys
import types
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from governance.errors import InvalidChannel
from governance.models import LedgerEntry, Person
from reviews import outbox
from reviews.models import Channel, Notice
from reviews.notices import addresses, deliveries, webhooks
from reviews.notices.apprise import MISSING
from reviews.notices.channels import masked, save_channel
from reviews.notices.sending import send_test
from reviews.notices.webhooks import Undeliverable, post
from tests.reviews.notices import channel
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called
from tests.support.receiver import NAME, Receiver, receiving

SLACK = "https://hooks.slack.com/services/T000/B000/XXXXSECRET"

# Where a message must not go, by the ways there are to write it.
PRIVATE = {
    "loopback": "127.0.0.1",
    "loopback, elsewhere": "127.8.9.1",
    "private A": "10.1.2.3",
    "private B": "172.16.0.9",
    "private C": "192.168.1.1",
    "link-local, metadata": "169.254.169.254",
    "carrier-grade NAT": "100.64.0.1",
    "this network": "0.0.0.0",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "documentation": "192.0.2.1",
    "protocol assignments": "192.0.0.8",
    "protocol assignments, anycast": "192.0.0.9",
    "6to4 relay": "192.88.99.1",
    "benchmark": "198.18.0.1",
    "v6 loopback": "::1",
    "v6 unspecified": "::",
    "v6 unique local": "fd00::1",
    "v6 link-local": "fe80::1",
    "v6 site-local": "fec0::1",
    "v6 multicast": "ff02::1",
    "v6 documentation": "2001:db8::1",
    "v4-mapped": "::ffff:127.0.0.1",
    "v4-mapped, metadata": "::ffff:a9fe:a9fe",
    "v4-compatible": "::127.0.0.1",
    "NAT64": "64:ff9b::7f00:1",
    "NAT64, local use": "64:ff9b:1::a00:1",
    "6to4": "2002:7f00:1::1",
    "Teredo": "2001:0:7f00:1::1",
}
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::6810:85e5", "::ffff:8.8.8.8"]
# Other ways to write 127.0.0.1, which resolvers understand.
DISGUISED = [
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0x7f.1",
    "127.0.0.1.",
    "[::ffff:127.0.0.1]",
    "[::1%25lo]",
]

FAULTY = {
    "http": "http://hooks.slack.com/x",
    "no scheme": "hooks.slack.com/x",
    "a file": "file:///etc/passwd",
    "a password": "https://a:b@hooks.slack.com/x",
    "an empty name": "https://@hooks.slack.com/x",
    "no host": "https:///x",
    "a space": "https://hooks.slack.com/x y",
    "a new line": "https://hooks.slack.com/x\r\nHost: y",
    "a port that is none": "https://hooks.slack.com:99999/",
    "not ASCII": "https://hooks.släck.com/",
    "broken": "https://[::1/",
}


@pytest.mark.parametrize("name", PRIVATE)
def test_private_addresses(name: str) -> None:
    assert not addresses.is_public(ip_address(PRIVATE[name]))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert addresses.is_public(ip_address(address))


@pytest.mark.parametrize("host", [*(f"[{one}]" if ":" in one else one for one in PRIVATE.values()), *DISGUISED])
def test_a_private_address_is_refused_however_it_is_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the form where it can be seen, and by the sender, who asks the resolver."""
    monkeypatch.setattr(webhooks, "HTTPSConnection", never)
    with pytest.raises(Undeliverable, match=r"private or local address|could not be resolved|not a URL"):
        post(f"https://{host}/x", {}, key="k")


def never(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a connection was opened")


@pytest.mark.parametrize("name", FAULTY)
@pytest.mark.django_db
def test_what_is_no_webhook(name: str) -> None:
    with pytest.raises(InvalidChannel, match="Nothing was changed"):
        channel(url=FAULTY[name])
    assert not Channel.objects.exists()
    with pytest.raises(Undeliverable):
        post(FAULTY[name], {}, key="k")


# -- A receiver that listens -------------------------------------------------------------------------------------


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    """On this machine, found by a name, its certificate trusted."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    resolves(monkeypatch, ["127.0.0.1"])
    with receiving(tmp_path) as one:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "receiver.pem"))
        yield one


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the receiver's name resolve to these addresses, one answer after the other; which names were asked."""
    whole, asked = socket.getaddrinfo, list[str]()

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != NAME:
            return whole(host, port, *args, **kwargs)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_it_arrives(receiver: Receiver) -> None:
    post(receiver.url, {"text": "hello"}, key="notice-7")
    assert receiver.posts == [{"text": "hello"}]
    (headers,) = receiver.headers
    assert headers["Host"] == f"{NAME}:{receiver.port}"
    assert headers["Idempotency-Key"] == "notice-7"


def test_a_name_that_changes_its_mind_is_asked_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolves(monkeypatch, ["127.0.0.1"], ["192.0.2.1"])
    post(receiver.url, {}, key="k")
    assert (asked, len(receiver.posts)) == ([NAME], 1)


def test_who_connects_by_name_goes_where_it_leads_now(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin: looked at, then connected to by its name. A public answer first, and the post lands inside."""
    resolves(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    monkeypatch.setattr("django.conf.settings.ALLOW_PRIVATE_WEBHOOKS", False)
    whole = webhooks._resolved
    monkeypatch.setattr(webhooks, "_resolved", lambda parts: (whole(parts), parts.hostname)[1])
    post(receiver.url, {}, key="k")
    assert len(receiver.posts) == 1


def test_a_name_that_also_leads_inside_is_refused(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    resolves(monkeypatch, ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(Undeliverable, match=r"private or local"):
        post(receiver.url, {}, key="k")
    assert receiver.posts == []


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, receiver.url + "/elsewhere"
    with pytest.raises(Undeliverable, match=r"redirect \(307\)"):
        post(receiver.url, {}, key="k")
    assert len(receiver.posts) == 1


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500])
def test_any_other_answer_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Undeliverable, match=f"HTTP {status}"):
        post(receiver.url, {}, key="k")


def test_a_certificate_nobody_vouches_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Undeliverable, match="certificate was not accepted"):
        post(receiver.url, {}, key="k")
    assert receiver.posts == []


def test_a_certificate_for_another_name(receiver: Receiver) -> None:
    with pytest.raises(Undeliverable, match="certificate was not accepted"):
        post(receiver.url.replace(NAME, "localhost"), {}, key="k")
    assert receiver.posts == []


def test_an_answer_that_never_ends_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes well within the timeout of the socket."""
    monkeypatch.setattr(webhooks, "SECONDS", 0.5)
    receiver.trickle.set()
    with pytest.raises(Undeliverable, match="did not answer"):
        post(receiver.url, {}, key="k")


def test_nobody_there(receiver: Receiver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Undeliverable, match="did not answer properly") as failed:
            post(f"https://{NAME}:{taken.getsockname()[1]}/secret", {}, key="k")
    assert "secret" not in str(failed.value)


# -- Channels ----------------------------------------------------------------------------------------------------


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
    assert desk.get(address).status_code == 200
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

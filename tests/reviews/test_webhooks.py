"""Where a chat room's message may go (threats AC25): the table of addresses, and one POST to a receiver."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from governance.errors import InvalidChannel
from reviews.models import Channel
from reviews.notices import addresses, webhooks
from reviews.notices.webhooks import Undeliverable, post
from tests.reviews.notices import channel
from tests.support.receiver import NAME, Receiver, resolves

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


# -- A receiver that listens ---------------------------------------------------------------------------------------


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


def test_who_connects_by_name_goes_where_it_leads_now(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """The naive twin: looked at, then connected to by its name. A public answer first, and the post lands inside."""
    resolves(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    settings.ALLOW_PRIVATE_WEBHOOKS = False
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

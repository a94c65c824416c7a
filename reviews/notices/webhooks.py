"""One POST to a chat webhook, and to nowhere else (threats AC25).

The name is resolved once, every address it gave is looked at, and the connection goes to the first of exactly these:
a name that answers differently a moment later changes nothing. The certificate is verified against the name. Redirects
are not followed, no proxy of the environment is used, and of the answer only its status is read. The whole exchange
has ten seconds, however slowly the other side speaks.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from reviews.notices.addresses import fault_of, is_public

SECONDS = 10.0


class Undeliverable(Exception):
    """A message could not be sent. The text says why and never holds the URL, which is a secret."""


def post(url: str, payload: dict[str, Any], *, key: str) -> None:
    """Send one JSON object. `key` is the same in every repeat, so that a receiver can drop the second one.

    Raises Undeliverable, also for an answer other than 2xx.
    """
    if fault := fault_of(url, allow_private=settings.ALLOW_PRIVATE_WEBHOOKS):
        raise Undeliverable(fault)
    parts = urlsplit(url)
    address = _resolved(parts)
    connection = HTTPSConnection(
        address,
        port=parts.port or 443,
        timeout=SECONDS,
        server_hostname=parts.hostname,
        ssl_context=ssl.create_default_context(),
    )
    status = _status(connection, parts, json.dumps(payload).encode(), key)
    if 300 <= status < 400:
        raise Undeliverable(
            _("The receiver answered with a redirect ({status}), which is not followed.").format(status=status)
        )
    if not 200 <= status < 300:
        raise Undeliverable(_("The receiver answered with HTTP {status}.").format(status=status))


def _resolved(parts: SplitResult) -> str:
    """The one address to connect to. A name of which any address is private is refused whole."""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undeliverable(_("The name of the receiver could not be resolved.")) from None
    addresses = [str(item[4][0]).partition("%")[0] for item in found]
    if not addresses:
        raise Undeliverable(_("The name of the receiver could not be resolved."))
    if not settings.ALLOW_PRIVATE_WEBHOOKS and not all(is_public(ip_address(one)) for one in addresses):
        raise Undeliverable(
            _("The receiver's name leads to a private or local address, which is not allowed (ALLOW_PRIVATE_WEBHOOKS).")
        )
    return addresses[0]


def _status(connection: HTTPSConnection, parts: SplitResult, body: bytes, key: str) -> int:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "Foureyes",
        "Idempotency-Key": key,
        "Connection": "close",
    }
    with _cut_off(connection) as time_is_up:
        try:
            connection.request("POST", target, body=body, headers=headers, preload_content=False)
            status = connection.getresponse().status
        except ssl.SSLError as exc:
            reason = getattr(exc, "verify_message", "") or exc.reason or "TLS failed"
            raise Undeliverable(
                _("The receiver's certificate was not accepted: {reason}.").format(reason=reason)
            ) from None
        except (HTTPError, HTTPException, OSError, ValueError, AttributeError) as exc:
            # AttributeError: the socket was taken away in the middle of something.
            raise Undeliverable(
                _("The receiver did not answer properly ({kind}).").format(kind=type(exc).__name__)
            ) from None
    # Headers that were cut off look like headers that ended.
    if time_is_up.is_set():
        raise Undeliverable(_("The receiver did not answer within {seconds} seconds.").format(seconds=f"{SECONDS:g}"))
    return status


@contextmanager
def _cut_off(connection: HTTPSConnection) -> Iterator[threading.Event]:
    """Close the connection when time is up: a timeout of the socket begins anew with every byte that trickles in."""
    time_is_up = threading.Event()

    def cut() -> None:
        time_is_up.set()
        if connection.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield time_is_up
    finally:
        timer.cancel()
        connection.close()

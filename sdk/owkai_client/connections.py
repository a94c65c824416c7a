"""One HTTP exchange at a time over connections that are kept open. Knows nothing of actions or decisions.

`http.client` is used directly because it never follows a redirect: a redirected POST would become a GET,
and a key would travel to another host. Proxy variables of the environment are not read, for the same
reason.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import io
import os
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from .errors import PortalTimeoutError, UnexpectedAnswerError
from .requests_face import unreachable
from .settings import PortalAddress

#: Seconds to wait for a connection, so that a dead address leaves time for another attempt.
CONNECT_SECONDS = 10.0
#: Seconds an unused connection is kept; below the usual keep-alive of servers and proxies.
IDLE_SECONDS = 20.0
#: Unused connections kept per client; more threads than this simply open their own.
IDLE_CONNECTIONS = 8
#: Bytes of an answer read before it is refused.
LARGEST_ANSWER = 4 * 1024 * 1024

# Until Python 3.10 a socket's time-out was not a TimeoutError.
_TIMEOUTS = (socket.timeout, TimeoutError)


class Reply(NamedTuple):
    """What came back: HTTP status, its reason phrase, headers, the complete body."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """The kept-alive connections to one portal; may be shared between threads and survives a fork."""

    def __init__(self, address: PortalAddress, ssl_context: ssl.SSLContext | None = None) -> None:
        self.address = address
        self._context = ssl_context or (ssl.create_default_context() if address.scheme == "https" else None)
        # A deque's append and pop are atomic, so no lock is needed, and none can be held across a fork.
        self._idle: deque[tuple[http.client.HTTPConnection, float]] = deque(maxlen=IDLE_CONNECTIONS)
        self._pid = os.getpid()

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], deadline: float
    ) -> Reply:
        """One request, one complete answer, before `deadline` (of `time.monotonic`).

        Raises `PortalUnreachableError` when there was no connection or it broke off, `PortalTimeoutError`
        when no complete answer came in time, `UnexpectedAnswerError` when what came was not HTTP or too
        large. Resolving the host's name is the one step the deadline cannot interrupt.
        """
        connection = self._take_idle() or self._connect(deadline)
        try:
            reply = _talk(connection, method, self.address.prefix + path, body, headers, deadline)
        except _TIMEOUTS as exc:
            raise PortalTimeoutError(
                f"{self.address} accepted {method} {path} but did not answer in time; "
                f"what was sent may have been recorded there."
            ) from exc
        except (OSError, http.client.IncompleteRead) as exc:
            raise unreachable(f"The connection to {self.address} broke off: {exc}.") from exc
        except http.client.HTTPException as exc:
            raise UnexpectedAnswerError(f"What answered at {self.address} does not speak HTTP.") from exc
        finally:
            self._keep_or_close(connection)
        return reply

    def close(self) -> None:
        """Close the connections not in use; the object stays usable."""
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread took the last one
                self._idle.pop()[0].close()

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        address, seconds = self.address, max(0.001, min(CONNECT_SECONDS, deadline - time.monotonic()))
        if self._context is not None:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address.host, address.port, timeout=seconds, context=self._context
            )
        else:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=seconds)
        connection.auto_open = 0  # a closed connection is noticed here, not reopened behind our back
        try:
            connection.connect()
        except (OSError, UnicodeError) as exc:
            connection.close()
            what = f"no connection within {seconds:.3g} s" if isinstance(exc, _TIMEOUTS) else str(exc)
            raise unreachable(f"The portal at {address} could not be reached: {what}.") from exc
        return connection

    def _take_idle(self) -> http.client.HTTPConnection | None:
        if self._pid != os.getpid():
            # Forked: these sockets belong to the parent, two processes must not write to one of them.
            self._idle.clear()
            self._pid = os.getpid()
        while True:
            try:
                connection, since = self._idle.pop()
            except IndexError:
                return None
            if time.monotonic() - since < IDLE_SECONDS and not _hung_up(connection):
                return connection
            connection.close()

    def _keep_or_close(self, connection: http.client.HTTPConnection) -> None:
        if getattr(connection, "reusable", False) and len(self._idle) < IDLE_CONNECTIONS:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()


def _talk(
    connection: Any, method: str, target: str, body: bytes | None, headers: Mapping[str, str], deadline: float
) -> Reply:
    connection.reusable = False
    connection.sock.settimeout(max(0.001, deadline - time.monotonic()))
    connection.response_class = functools.partial(_TimedResponse, deadline=deadline)
    connection.request(method, target, body=body, headers=headers)
    response = connection.getresponse()
    with response:
        if (response.length or 0) > LARGEST_ANSWER:
            raise UnexpectedAnswerError(f"The answer is larger than {LARGEST_ANSWER} bytes; it was not read.")
        wanted = LARGEST_ANSWER if response.length is None else response.length
        content = response.read(wanted + 1)
        if len(content) > LARGEST_ANSWER:
            raise UnexpectedAnswerError(
                f"The answer is larger than {LARGEST_ANSWER} bytes; the rest was not read."
            )
        if response.length:
            # read(n) does not complain about a body that ends early on every supported Python.
            raise http.client.IncompleteRead(content, response.length)
        connection.reusable = response.isclosed() and not response.will_close
        return Reply(response.status, response.reason, response.headers, content)


def _hung_up(connection: http.client.HTTPConnection) -> bool:
    """An idle connection with something to read has been closed (or is confused) at the other end."""
    if connection.sock is None:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


class _TimedResponse(http.client.HTTPResponse):
    """A response whose headers and body together must arrive before a deadline.

    A socket's own time-out restarts with every byte, so a server that sends one byte now and then holds its
    client for ever.
    """

    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(_TimedReader(self.fp.detach(), sock, deadline))


class _TimedReader(io.RawIOBase):
    def __init__(self, inner: Any, sock: socket.socket, deadline: float) -> None:
        self._inner, self._sock, self._deadline = inner, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left)
        count: int | None = self._inner.readinto(buffer)
        return count

    def close(self) -> None:
        self._inner.close()
        super().close()

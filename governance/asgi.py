"""The one server process: a dispatcher that hands every request to Django's WSGI application on a fixed thread pool.

Plain Django under an ASGI server opens a database connection per request and fails under load; a fixed pool keeps
one connection per thread. A body is read here, before a thread is taken: clients who let theirs trickle in must not
hold the threads of others. Requests that only wait (long polls) will be answered here too, beside the pool.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

wsgi_application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (after django.setup, which get_wsgi_application calls)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# What was loaded stays: looked over with every full collection, it would hold up each hundredth page for 100 ms.
gc.collect()
gc.freeze()

_on_threads = WSGIMiddleware(wsgi_application, workers=settings.WEB_THREADS)  # type: ignore[arg-type]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatch one connection."""
    if scope["type"] == "http":
        body = await _body(receive)
        if body is not None:
            scope["headers"] = _headers(scope["headers"], body)
            await _on_threads(scope, _given(body), send)  # type: ignore[arg-type]
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or as much of one that is too large as it takes to see that. None: the client has gone."""
    parts, size = [], 0
    while size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def _headers(given: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers for WSGI, where `X_Real_Name` would pass for an `X-Real-Name` that a proxy in front has set.

    The length is that of the body as it is here, also for one that came in chunks.
    """
    kept = [(name, value) for name, value in given if b"_" not in name and name != b"content-length"]
    return [*kept, (b"content-length", b"%d" % len(body))] if body else kept


def _given(body: bytes) -> Receive:
    """A `receive` that has the body already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

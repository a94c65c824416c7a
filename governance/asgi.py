"""The one server process: a dispatcher that hands every request to Django's WSGI application on a fixed thread pool.

Plain Django under an ASGI server opens a database connection per request and fails under load; a fixed pool keeps
one connection per thread. Requests that only wait (long polls) will be answered here, beside the pool, without
holding a thread.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

wsgi_application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (after django.setup, which get_wsgi_application calls)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_on_threads = WSGIMiddleware(wsgi_application, workers=settings.WEB_THREADS)  # type: ignore[arg-type]


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Dispatch one connection."""
    if scope["type"] == "http":
        await _on_threads(scope, receive, send)  # type: ignore[arg-type]
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

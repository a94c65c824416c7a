"""Whole databases beside the tests' own: made, copied and dropped on the run's engine."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support import postgres
from tests.support.environment import Run


def named(run: Run, name: str) -> str:
    """The URL of the run's database of that name."""
    if run.engine == "sqlite":
        return f"sqlite:///{Path(run.directory) / name}.sqlite3"
    # The directory's random part keeps two runs on one given server apart.
    full = f"{Path(run.directory).name}_{name}".replace("-", "_").lower()
    assert len(full) <= 63, f"PostgreSQL would cut the name {full} short; choose a shorter one"
    return postgres.with_database(run.database_url, full)


def create(run: Run, name: str, copy_of: str | None = None) -> None:
    """Make a database: empty, or with everything another one holds while nobody is connected to that one."""
    url = named(run, name)
    if run.engine == "postgres":
        copied = f' TEMPLATE "{_name(named(run, copy_of))}"' if copy_of else ""
        _execute(run, f'CREATE DATABASE "{_name(url)}"{copied}')
    elif copy_of:
        # SQLite's own copy, because a file may still have a write-ahead log beside it.
        with (
            closing(sqlite3.connect(_name(named(run, copy_of)))) as source,
            closing(sqlite3.connect(_name(url))) as new,
        ):
            source.backup(new)


def drop(run: Run, url: str) -> None:
    """Remove a database, whoever is still connected. SQLite's files go with the run's directory."""
    if run.engine == "postgres":
        _execute(run, f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')


def drop_all(run: Run) -> None:
    """Remove every database this run made, before its server stops or goes on without it."""
    if run.engine == "postgres":
        prefix = _name(named(run, ""))
        for name in _execute(run, "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", prefix):
            drop(run, postgres.with_database(run.database_url, name))


def _name(url: str) -> str:
    """What the engine calls the database: PostgreSQL's name, SQLite's path."""
    return urlsplit(url).path[1:]


def _execute(run: Run, statement: str, *values: str) -> list[str]:
    url = postgres.with_database(run.database_url, "postgres")
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        cursor = connection.execute(statement, values or None)  # type: ignore[arg-type]  (our own names)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


@contextmanager
def only_one_process(path: Path) -> Iterator[None]:
    """Hold a lock between xdist's workers; the kernel gives it back when its holder dies."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

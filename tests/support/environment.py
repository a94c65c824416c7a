"""One test run's surroundings: a clean environment, a temporary directory, a database server.

Only the controlling process makes them; xdist's workers are handed the finished Run.
"""

from __future__ import annotations

import ast
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import postgres

ROOT = Path(__file__).resolve().parents[2]
SETTINGS_FILE = ROOT / "governance" / "settings.py"


_SECRET = "a-secret-for-tests-only-and-nothing-else-0123456789"

RUN: pytest.StashKey[Run] = pytest.StashKey()


@dataclass(frozen=True)
class Run:
    """What every process of one test run shares."""

    engine: str
    directory: str
    database_url: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def variables_read(source: str) -> set[str]:
    """The names of the environment variables a settings file reads: `env.kind("NAME", ...)`."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and _is_reader(node.func):
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                names.add(name.value)
    return names


def _is_reader(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id == "env"
    return isinstance(function, ast.Name) and (function.id == "env" or function.id.startswith("_env"))


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything the portal would read: no setting of a machine leaks into a test."""
    read = variables_read(SETTINGS_FILE.read_text())
    kept = {name: value for name, value in environment.items() if name not in read}
    for name in ("DJANGO_SETTINGS_MODULE", "PYTHONWARNINGS", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        kept.pop(name, None)
    return kept


def start(engine: str, *, durable: bool = False) -> Run:
    """Make the surroundings of a run: the temporary directory and, where asked for, PostgreSQL.

    Tests do not wait for PostgreSQL's disk; measurements do (`durable`).
    """
    directory = Path(tempfile.mkdtemp(prefix="foureyes-"))
    directory.chmod(0o755)  # the embedded PostgreSQL changes to another user when root starts it
    given = os.environ.get("TEST_DATABASE_URL", "")
    if engine == "sqlite":
        url = f"sqlite:///{directory / 'unused.sqlite3'}"
    elif given:
        url = given
    else:
        url = postgres.start(directory / "postgres", durable=durable)
    return Run(engine=engine, directory=str(directory), database_url=url)


def stop(run: Run) -> None:
    """Undo `start`."""
    postgres.stop(Path(run.directory) / "postgres")
    shutil.rmtree(run.directory, ignore_errors=True)


def enter(run: Run, worker: str) -> None:
    """Let this process's settings see the run, and nothing else."""
    data = Path(run.directory) / worker
    (data / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when there is none
    cleaned = clean(os.environ)
    os.environ.clear()
    os.environ.update(cleaned)
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATA_DIR": str(data),
            "DATABASE_URL": run.database_url,
            "SECRET_KEY": _SECRET,
            "DEMO": "0",
            "WEB_THREADS": "16",  # room in the connection pool for the tests with many threads
        }
    )


def of_portal(data: Path, database_url: str) -> dict[str, str]:
    """The environment of a portal in a process of its own, on the portal's own settings."""
    return {
        **clean(os.environ),
        "DJANGO_SETTINGS_MODULE": "governance.settings",
        "DATA_DIR": str(data),
        "DATABASE_URL": database_url,
        "SECRET_KEY": _SECRET,
        "DEMO": "0",
        "MAX_PENDING_PER_AGENT": "0",  # tests of pages and storms submit hundreds; the limit has tests of its own
    }


def worker_name(config: Any) -> str:
    """`gw0`, `gw1`, ... under xdist, else `main`."""
    return getattr(config, "workerinput", {}).get("workerid", "main")

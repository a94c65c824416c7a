"""A real portal for one test module.

Every portal starts from one prepared database per run (migrated, with the default rules and the cast of
tests/support/cast.py), so starting one costs a second, not ten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import databases, environment
from tests.support.environment import Run
from tests.support.portal import LivePortal, free_port, python

PREPARED = "prepared"


def prepare(run: Run, **extra_environment: str) -> dict[str, str]:
    """Make the database that portals are copied from, unless the run has it; the agents' keys."""
    directory = Path(run.directory) / PREPARED
    keys_file = directory / "keys.json"
    if not keys_file.exists():
        directory.mkdir(exist_ok=True)
        url = databases.named(run, PREPARED)
        databases.drop(run, url)  # half made, when an earlier attempt failed
        databases.create(run, PREPARED)
        surroundings = environment.of_portal(directory, url) | extra_environment
        python(surroundings, "manage.py", "migrate", "--verbosity=0")
        keys_file.write_text(python(surroundings, "-m", "tests.support.cast"))
    return json.loads(keys_file.read_text())


def copy_of_prepared(run: Run, name: str, keys: dict[str, str], **extra_environment: str) -> LivePortal:
    """A portal, not started yet, on a database of its own."""
    databases.create(run, name, copy_of=PREPARED)
    directory = Path(run.directory) / f"portal_{name}"
    directory.mkdir()
    return LivePortal(directory, databases.named(run, name), keys, free_port(), extra_environment)


@pytest.fixture(scope="session")
def prepared_portal(pytestconfig: pytest.Config) -> dict[str, str]:
    """The agents' keys in the prepared database, which xdist's workers share."""
    run = pytestconfig.stash[environment.RUN]
    with databases.only_one_process(Path(run.directory) / "prepared.lock"):
        return prepare(run)


@pytest.fixture(scope="module")
def live_portal(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, prepared_portal: dict[str, str]
) -> Iterator[LivePortal]:
    """A running portal for this module's tests, with the cast in it and no actions yet."""
    run = pytestconfig.stash[environment.RUN]
    module = request.module.__name__.replace(".", "_")[-40:]
    portal = copy_of_prepared(run, f"{module}_{environment.worker_name(pytestconfig)}", prepared_portal)
    try:
        portal.start()
        yield portal
    finally:
        portal.kill9()
        databases.drop(run, portal.database_url)

"""The suite's set-up: which engine, which environment, which fixtures.

`pytest` runs on SQLite, `pytest --engine=postgres` (or with TEST_DATABASE_URL set) on PostgreSQL, and
`make test` on both. The fixtures are in tests/support, one file per subject; its __init__.py lists them.
"""

from __future__ import annotations

import gc
import os
import signal
from typing import Any

import pytest

from tests.support import databases, environment
from tests.support.run import depends_on_engine, in_order

FIXTURES = (
    "tests.support.clock",
    "tests.support.database",
    "tests.support.people",
    "tests.support.api",
    "tests.support.live",
    "tests.support.browser",
    "tests.support.receiver",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["sqlite", "postgres"], help="The database engine to run on.")
    parser.addoption(
        "--database-only",
        action="store_true",
        help="Leave out the tests that no engine can change: another engine's run has them.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Runs before pytest-django loads the settings, which is why it happens here and not in a fixture."""
    if hasattr(config, "workerinput"):
        run = environment.Run(**config.workerinput["run"])
    else:
        default = "postgres" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
        # A polite kill must stop the servers too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        run = environment.start(config.getoption("--engine") or default)
        config.add_cleanup(lambda: environment.stop(run))
        config.add_cleanup(lambda: databases.drop_all(run))  # runs first: the last added cleanup does
    config.stash[environment.RUN] = run
    environment.enter(run, environment.worker_name(config))

    import django

    django.setup()
    for module in FIXTURES:
        pytest.register_assert_rewrite(module)
        config.pluginmanager.import_plugin(module)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the run to an xdist worker."""
    node.workerinput["run"] = node.config.stash[environment.RUN].as_dict()


def pytest_report_header(config: pytest.Config) -> str:
    return f"engine: {config.stash[environment.RUN].engine}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        kept = [item for item in items if depends_on_engine(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    # Every worker must come to the same order; tests of one file stay as they are written.
    files = [item.nodeid.partition("::")[0] for item in items]
    places = {file: place for place, file in enumerate(in_order(files))}
    items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests and all modules stay to the end: the collector of garbage need not look at them each time."""
    gc.collect()
    gc.freeze()

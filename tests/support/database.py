"""The database of the tests: default rules in place, and flushes that get past the append-only guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from governance import rulebook
from governance.actors import system
from governance.default_rules import load_default_rules
from governance.ledger import guards

# Written by Django behind the portal's back; they say nothing about what a request did.
_NOT_COUNTED = {"django_session", "django_migrations"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Every database test starts with the default rules, as rulebook version 1."""
    with django_db_blocker.unblock():
        load_rules()


def load_rules() -> None:
    """Load the default rules, as the first start of a portal does."""
    load_default_rules(system("tests"))


@pytest.fixture(scope="session", autouse=True)
def _flush_past_guards() -> Iterator[None]:
    """Let a transactional test's flush empty the tables that refuse it, then put everything back.

    The flush is Django's; only the triggers step aside for it, and the default rules return after it.
    """
    flush = TransactionTestCase._fixture_teardown

    def flush_past_guards(self: TransactionTestCase) -> None:
        with transaction.atomic():
            guards.remove(connection)
        try:
            flush(self)
        finally:
            with transaction.atomic():
                guards.install(connection)
        rulebook.forget()  # version numbers start over
        load_rules()

    TransactionTestCase._fixture_teardown = flush_past_guards  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


def row_counts() -> dict[str, int]:
    """How many rows each table holds."""
    tables = sorted(set(connection.introspection.table_names()) - _NOT_COUNTED)
    quote = connection.ops.quote_name
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {quote(table)}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(counts)
        return dict(cursor.fetchall())


@contextmanager
def _nothing_written() -> Iterator[None]:
    before = row_counts()
    yield
    after = row_counts()
    changed = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert not changed, f"a refusal wrote rows: {changed}"


@pytest.fixture
def nothing_written(db: None) -> Any:
    """`with nothing_written(): ...` fails when any table gains or loses a row."""
    return _nothing_written

"""The ground the database tests stand on is what they believe it to be."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from governance.ledger import guards
from governance.models import LedgerEntry, RulebookVersion
from tests.support import environment
from tests.support.threads import failures, together


def test_the_engine_is_the_one_asked_for(db: None, pytestconfig: pytest.Config) -> None:
    asked = pytestconfig.stash[environment.RUN].engine
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[asked]


def test_the_default_rules_are_version_one(db: None) -> None:
    assert RulebookVersion.objects.get().version == 1


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_flush_leaves_rules_and_guards_and_nothing_else(transactional_db: None, time: str) -> None:
    assert RulebookVersion.objects.get().version == 1
    assert guards.missing(connection) == []
    assert not Group.objects.filter(name="left over").exists()
    Group.objects.create(name="left over")


def test_guards_are_on_in_ordinary_tests(db: None) -> None:
    entry = LedgerEntry.objects.latest("id")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.filter(pk=entry.pk).update(body="{}")


def test_nothing_written_notices(db: None, nothing_written: Any) -> None:
    with nothing_written():
        Group.objects.count()
    with pytest.raises(AssertionError, match="auth_group"), nothing_written():
        Group.objects.create(name="written")


def test_threads_run_together_and_see_each_other(transactional_db: None) -> None:
    def make(name: str) -> str:
        Group.objects.create(name=name)
        return name

    results = together(*(lambda name=name: make(name) for name in ("a", "b", "a", "c")))  # type: ignore[misc]
    assert len(failures(results)) == 1
    assert Group.objects.filter(name__in="abc").count() == 3


def test_the_portals_own_options_are_in_force(db: None) -> None:
    if connection.vendor == "postgresql":
        assert connection.settings_dict["OPTIONS"]["pool"]["max_size"] > 16
        return
    assert connection.settings_dict["ENGINE"] == "governance.sqlite"
    with connection.cursor() as cursor:
        values = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert values == {"journal_mode": "wal", "synchronous": 2}

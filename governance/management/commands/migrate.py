"""Django's migrate, ending with the guards in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from governance import guards


class Command(migrate.Command):
    """Apply migrations, then put the append-only and state guards on (they do not survive a rebuilt SQLite table)."""

    # Among them is the one that misses a guard, and advises this very command.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if options.get("plan") or options.get("check_unapplied"):
            super().handle(*args, **options)
        elif connection.vendor == "sqlite" and (options.get("app_label") or _unapplied(connection)):
            with _all_or_nothing(connection):
                # SQLite changes a table by making it anew, and refuses that while another table's guard asks it.
                guards.remove(connection)
                super().handle(*args, **options)
                _put_on(connection)
        else:
            try:
                super().handle(*args, **options)
            finally:
                _put_on(connection)


@contextmanager
def _all_or_nothing(connection: Any) -> Iterator[None]:
    """One transaction around every migration: a portal that runs meanwhile never finds a table without its guards.

    Its writers wait until it ends, and its readers see what was there before. If anything fails, nothing was changed.
    """
    # Migrations ask for this themselves, but within a transaction it has no effect.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic(using=connection.alias):
            yield
    finally:
        connection.enable_constraint_checking()


def _put_on(connection: Any) -> None:
    guards.install(connection)
    if gone := guards.missing(connection, of_present_tables=True):
        raise CommandError(
            f"The database does not keep its guards: {', '.join(gone)}. Do not let the portal write to it. Ask an"
            " administrator of the database why triggers cannot be created or enabled, then run migrate again."
        )


def _unapplied(connection: Any) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

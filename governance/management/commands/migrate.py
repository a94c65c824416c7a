"""Django's migrate, ending with the guards in place."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
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
            return
        if connection.vendor == "sqlite" and (options.get("app_label") or _unapplied(connection)):
            # SQLite changes a table by making it anew, and refuses that while another table's guard asks it something.
            guards.remove(connection)
        try:
            super().handle(*args, **options)
        finally:
            guards.install(connection)


def _unapplied(connection: Any) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

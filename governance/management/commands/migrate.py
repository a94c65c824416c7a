"""Django's migrate, ending with the guards in place."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from governance import guards


class Command(migrate.Command):
    """Apply migrations, then put the append-only and state guards on (they do not survive a rebuilt SQLite table)."""

    # Among them is the one that misses a guard, and advises this very command.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            guards.install(connections[options["database"]])

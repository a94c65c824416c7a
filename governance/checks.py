"""System checks: a misconfigured portal says so before it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from governance import guards, rulebook
from governance.mapping import FALLBACK
from governance.models import RulebookVersion
from governance.risk import REVIEW_LINE


@register(Tags.database)
def guards_are_installed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every append-only and state trigger is on its table."""
    return [
        Error(
            f"The guard {name} is missing, so history could be rewritten.",
            hint="Run `manage.py migrate`; it ends by installing every guard.",
            id="foureyes.E001",
        )
        for alias in databases or []
        if connections[alias].introspection.table_names()
        for name in guards.missing(connections[alias])
    ]


@register(Tags.database)
def sqlite_is_durable(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """SQLite answers to the pragmas that an acknowledged write depends on."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    found: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "sqlite":
            continue
        with connections[alias].cursor() as cursor:
            for pragma, value in wanted.items():
                actual = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if actual != value and actual != "memory":
                    found.append(
                        Error(
                            f"SQLite's {pragma} is {actual}, not {value}.",
                            hint="Use the database settings as shipped; put the file on a local disk.",
                            id="foureyes.E002",
                        )
                    )
    return found


@register(Tags.database)
def unknown_types_are_looked_at(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """An action type nobody has rated does not pass by itself (the rule `*` reaches the review line)."""
    if not databases or RulebookVersion._meta.db_table not in connections[databases[0]].introspection.table_names():
        return []
    try:
        rules = rulebook.current().mapping
    except rulebook.NoRulebook:
        return []
    fallback = rules.types[FALLBACK]
    if rules.base[fallback.level] + fallback.extra_points >= REVIEW_LINE:
        return []
    return [
        Warning(
            "Action types without a rule of their own are approved without a person.",
            hint=f"Give the action type * more points in admin: together at least {REVIEW_LINE:g}.",
            id="foureyes.W001",
        )
    ]

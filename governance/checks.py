"""System checks: a misconfigured portal says so before it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from governance import guards, rulebook
from governance.mapping import FALLBACK
from governance.models import ActionTypeRule, RulebookVersion
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


@register(Tags.database)
def rules_name_what_is_in_force(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """No enabled action type is explained by a technique or control that its publisher gave up."""
    if not databases or ActionTypeRule._meta.db_table not in connections[databases[0]].introspection.table_names():
        return []
    enabled = ActionTypeRule.objects.filter(is_enabled=True)
    try:
        stale = [
            *enabled.filter(techniques__is_withdrawn=True).values_list("pattern", "techniques__external_id"),
            *enabled.filter(controls__is_withdrawn=True).values_list("pattern", "controls__control_id"),
        ]
    except DatabaseError:  # the tables are older than the code: `migrate` is still to come
        return []
    return [
        Warning(
            f"The action type {pattern} names {number}, which its publisher has withdrawn.",
            hint="Choose another technique or control for it in admin.",
            id="foureyes.W002",
        )
        for pattern, number in sorted(stale)
    ]

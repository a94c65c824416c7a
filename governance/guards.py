"""Triggers that make the database refuse what no code of ours would do, so that no other path can either.

They are (re)installed at the end of every `migrate`: SQLite drops a table's triggers whenever a migration rebuilds
the table. `manage.py check --database default` reports a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction


class Guard(Protocol):
    """Something that can be put on a table, taken off, and looked for."""

    @property
    def table(self) -> str: ...
    def names(self, vendor: str) -> list[str]: ...
    def statements(self, vendor: str) -> list[str]: ...


_registered: dict[tuple[str, str], Guard] = {}

_REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION foureyes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]; END $$
"""


@dataclass(frozen=True)
class AppendOnly:
    """Rows are inserted and never changed. `keys` are the unique keys INSERT OR REPLACE could otherwise replace by."""

    table: str
    keys: Sequence[Sequence[str]] = field(default_factory=lambda: [["id"]])
    why: str = "the table is append-only"

    def names(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"{self.table}_no_{verb}" for verb in ("update", "delete", "replace")]
        return [f"{self.table}_no_{verb}" for verb in ("change", "truncate")]

    def statements(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [
                _sqlite(self.table, "update", "BEFORE UPDATE", "", self.why),
                _sqlite(self.table, "delete", "BEFORE DELETE", "", self.why),
                _sqlite(self.table, "replace", "BEFORE INSERT", _exists(self.table, self.keys), self.why),
            ]
        return [
            *_postgres(self.table, "change", "BEFORE UPDATE OR DELETE", "ROW", "", self.why),
            *_postgres(self.table, "truncate", "BEFORE TRUNCATE", "STATEMENT", "", self.why),
        ]


@dataclass(frozen=True)
class StateMachine:
    """A column changes only along `transitions`; the `frozen` columns never; rows are never deleted or replaced."""

    table: str
    column: str
    transitions: Sequence[tuple[str, str]]
    frozen: Sequence[str] = ()
    what: str = "the content of an action"

    def names(self, vendor: str) -> list[str]:
        verbs = ["transition", "content", "delete", "replace" if vendor == "sqlite" else "truncate"]
        return [f"{self.table}_no_{verb}" for verb in verbs]

    def statements(self, vendor: str) -> list[str]:
        table, column = self.table, self.column
        legal = " OR ".join(f"(OLD.{column} = '{a}' AND NEW.{column} = '{b}')" for a, b in self.transitions)
        illegal = f"OLD.{column} <> NEW.{column} AND NOT ({legal})"
        differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
        changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in ("id", *self.frozen))
        if vendor == "sqlite":
            return [
                _sqlite(table, "transition", "BEFORE UPDATE", illegal, "no such transition"),
                _sqlite(table, "content", "BEFORE UPDATE", changed, f"{self.what} never changes"),
                _sqlite(table, "delete", "BEFORE DELETE", "", "rows are never deleted"),
                _sqlite(table, "replace", "BEFORE INSERT", _exists(table, [["id"]]), "rows are never replaced"),
            ]
        # PostgreSQL cannot compare json columns; jsonb, which Django uses, compares fine.
        return [
            *_postgres(table, "transition", "BEFORE UPDATE", "ROW", illegal, "no such transition"),
            *_postgres(table, "content", "BEFORE UPDATE", "ROW", changed, f"{self.what} never changes"),
            *_postgres(table, "delete", "BEFORE DELETE", "ROW", "", "rows are never deleted"),
            *_postgres(table, "truncate", "BEFORE TRUNCATE", "STATEMENT", "", "rows are never deleted"),
        ]


@dataclass(frozen=True)
class OnInsert:
    """A new row is refused when the SQL of a rule, over NEW and any other table, is true.

    `rules` are (name, condition, why). PostgreSQL allows no subquery in WHEN, so there each has a function of its own.
    """

    table: str
    rules: Sequence[tuple[str, str, str]]

    def names(self, vendor: str) -> list[str]:
        return [f"{self.table}_no_{name}" for name, _, _ in self.rules]

    def statements(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [_sqlite(self.table, name, "BEFORE INSERT", condition, why) for name, condition, why in self.rules]
        return [line for name, condition, why in self.rules for line in self._postgres(name, condition, why)]

    def _postgres(self, name: str, condition: str, why: str) -> list[str]:
        trigger = f"{self.table}_no_{name}"
        return [
            f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {condition} THEN RAISE EXCEPTION 'INSERT on {self.table} is refused: {why}'; END IF;"
            " RETURN NEW; END $$",
            f"CREATE TRIGGER {trigger} BEFORE INSERT ON {self.table} FOR EACH ROW EXECUTE FUNCTION {trigger}()",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {trigger}",
        ]


def register(*guards: Guard) -> None:
    """Declare guards; `install` puts all declared ones on."""
    _registered.update({(guard.table, type(guard).__name__): guard for guard in guards})


def install(connection: Any) -> None:
    """Put every declared guard on its table, replacing what is there. Nobody finds a table without one meanwhile."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE_FUNCTION)
        for guard in _present(connection):
            for statement in guard.statements(connection.vendor):
                cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take every declared guard off. Only migrations of SQLite, in their transaction, and tests do this."""
    with connection.cursor() as cursor:
        for guard in _present(connection):
            for name in guard.names(connection.vendor):
                on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any, *, of_present_tables: bool = False) -> list[str]:
    """The names of declared triggers that are absent, disabled, or (PostgreSQL) not ENABLE ALWAYS.

    With `of_present_tables` those of tables that are not made yet are left out.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {row[0] for row in cursor.fetchall()}
    guards = _present(connection) if of_present_tables else _registered.values()
    wanted = [name for guard in guards for name in guard.names(connection.vendor)]
    return [name for name in wanted if name not in there]


def _present(connection: Any) -> list[Guard]:
    """The declared guards whose tables exist yet (a partial migration may not have made them all)."""
    tables = set(connection.introspection.table_names())
    return [guard for guard in _registered.values() if guard.table in tables]


def _exists(table: str, keys: Iterable[Sequence[str]]) -> str:
    matches = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {matches})"  # noqa: S608  (our own constant names)


def _sqlite(table: str, verb: str, moment: str, condition: str, why: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return (
        f"CREATE TRIGGER {table}_no_{verb} {moment} ON {table} FOR EACH ROW{when}"
        f" BEGIN SELECT RAISE(ABORT, '{verb} on {table} is refused: {why}'); END"
    )


def _postgres(table: str, verb: str, moment: str, each: str, condition: str, why: str) -> list[str]:
    name, when = f"{table}_no_{verb}", f" WHEN ({condition})" if condition else ""
    return [
        f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH {each}{when} EXECUTE FUNCTION foureyes_refuse('{why}')",
        # Also for sessions that set session_replication_role = replica.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]

"""Statements sent with every request: Django's ORM writes their SQL once, afterwards only the values change.

Writing a statement costs the ORM more time than most of these take to run. What is kept here is exactly what it
wrote: the models stay the only place that knows columns, joins and how a value is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery

# Stand in for the values while the SQL is written; no statement of ours has them as constants.
_EXAMPLES: dict[type, Callable[[int], Any]] = {
    str: lambda number: f"\x00{number}",
    int: lambda number: -7_000_000_000 - number,
}


@dataclass(frozen=True, slots=True)
class _Written:
    """One statement of one engine. `places` says which parameter takes which value, and as what type."""

    sql: str
    constants: tuple[Any, ...]
    places: tuple[tuple[int, str, type], ...]
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]


class Question:
    """A SELECT of few rows. `ask` must return a values_list queryset; `kinds` names its arguments with their types.

    Question(lambda name: Person.objects.filter(username=name).values_list("pk"), name=str).first(name="rita")
    """

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]], **kinds: type):
        self._ask, self._kinds = ask, kinds
        self._written: dict[str, _Written] = {}

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None. Costs one statement."""
        return next(iter(self._rows(values, 1)), None)

    def all(self, **values: Any) -> list[tuple[Any, ...]]:
        """Every row. Costs one statement."""
        return self._rows(values)

    def _rows(self, values: Mapping[str, Any], most: int = 0) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        written = self._written.get(connection.vendor) or self._write(connection)
        parameters = list(written.constants)
        for place, name, kind in written.places:
            parameters[place] = kind(values[name])
        with connection.cursor() as cursor:
            cursor.execute(written.sql, parameters)
            rows: list[Any] = cursor.fetchmany(most) if most else cursor.fetchall()
        for number, row in enumerate(rows) if written.converters else ():
            rows[number] = answer = list(row)
            for place, converters, expression in written.converters:
                for convert in converters:
                    answer[place] = convert(answer[place], expression, connection)
        return [tuple(row) for row in rows]

    def _write(self, connection: Any) -> _Written:
        examples = {name: _EXAMPLES[kind](number) for number, (name, kind) in enumerate(self._kinds.items())}
        compiler = self._ask(**examples).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = tuple(
            (place, name, type(parameter))
            for place, parameter in enumerate(parameters)
            for name, example in examples.items()
            if parameter == example
        )
        if {name for _, name, _ in places} != set(examples):
            raise ValueError("The statement does not use every value it is given.")
        columns = [column for column, _, _ in compiler.select[: compiler.col_count]]
        converters = tuple(
            (place, found, expression) for place, (found, expression) in compiler.get_converters(columns).items()
        )
        self._written[connection.vendor] = written = _Written(sql, tuple(parameters), places, converters)
        return written


_Row = TypeVar("_Row", bound=Model)


def stored(model: type[_Row], names: Iterable[str], values: Iterable[Any]) -> _Row:
    """A stored row of which only some columns were read. The others are read when somebody asks for them."""
    given = dict(zip(names, values, strict=True))
    present = [field.attname for field in model._meta.concrete_fields if field.attname in given]
    return model.from_db(DEFAULT_DB_ALIAS, present, [given[name] for name in present])


_inserts: dict[tuple[str, type[Model]], str] = {}


def insert(row: Model) -> None:
    """INSERT a new row and give it its primary key: `row.save(force_insert=True)` without signals, which we forbid.

    The row's fields hold plain values, no expressions. Costs one statement.
    """
    fields = [field for field in row._meta.local_concrete_fields if field is not row._meta.pk]
    connection: Any = connections[DEFAULT_DB_ALIAS]  # itself, not its thread-local stand-in, which is asked often
    sql = _inserts.get((connection.vendor, type(row))) or _write_insert(row, fields, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _write_insert(row: Model, fields: Sequence[Any], connection: Any) -> str:
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler = cast(Any, query.get_compiler(connection=connection))
    compiler.returning_fields = [row._meta.pk]
    [(sql, _)] = compiler.as_sql()
    _inserts[connection.vendor, type(row)] = sql
    return sql

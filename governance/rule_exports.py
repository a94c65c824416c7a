"""All rules of a kind as a file."""

from __future__ import annotations

from django.db.models import Model

from governance import rule_files, rule_tables
from governance.rule_files import Sheet


def file_of(model: type[Model], kind: str) -> bytes:
    """Every rule of a kind, the disabled ones too, as a file of one of rule_files.FORMATS."""
    columns = rule_tables.columns(model)
    header = [column.name for column in columns]
    sheet = Sheet(
        title=name_of(model),
        header=header,
        numbers=frozenset(column.name for column in columns if column.is_number),
        options={column.name: column.options for column in columns if column.options},
    )
    rows = ([cells[name] for name in header] for cells in rule_tables.table_of(model))
    return rule_files.write(kind, sheet, rows)


def name_of(model: type[Model]) -> str:
    """What the kind is called in commands and file names."""
    return next(name for name, other in rule_tables.KINDS.items() if other is model)

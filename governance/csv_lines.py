"""CSV that people open in spreadsheets: no cell is executed, and nothing hides in one. PURE."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from governance.characters import plain

# What makes a spreadsheet take a cell for a formula, full-width twins included (threats AC41).
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def cell(value: Any) -> str:
    """A value as a cell no spreadsheet executes; hidden characters are named, so none hides in a cell either."""
    text = "" if value is None else str(value)
    armed = text.lstrip(" \u00a0\u3000").startswith(_FORMULA)
    return ("'" if armed else "") + plain(text)


class _Echo:
    """What csv.writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


_write = csv.writer(_Echo(), quoting=csv.QUOTE_ALL).writerow


def csv_line(values: Iterable[Any]) -> str:
    """One line of CSV with its line end; every value as `cell` writes it."""
    return str(_write([cell(value) for value in values]))

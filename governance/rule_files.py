"""Tables of text as CSV and XLSX files, out and in.

A file comes from anywhere: nothing in it is run, and it is read no further than the limits here. What leaves is text
that no spreadsheet takes for a formula; the apostrophe that sees to it is taken off again when the file comes back.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import save_workbook

from governance.errors import InvalidFile

MAX_BYTES = 1024 * 1024  # of a file, as it comes
MAX_UNPACKED = 10 * 1024 * 1024  # bytes, of everything in an XLSX
MAX_PARTS = 100  # files in an XLSX
MAX_ROWS = 5000
MAX_COLUMNS = 50
MAX_CELL = 32_767  # characters; Excel's own limit
_SHEET_ROWS = 1_048_576  # Excel's own limit, and no file may claim more

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

# What a spreadsheet takes for a formula, after blanks and apostrophes too; full-width twins included.
_ARMED = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")
# Characters XML 1.0 has no place for, a carriage return (parsers turn it into a line feed), and Excel's own way of
# writing them (ECMA-376 part 1, 22.9.2.19), which a text may hold by accident.
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_(?=x[0-9A-Fa-f]{4})")
_ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


class Table(NamedTuple):
    """A header, and the rows below it with their numbers as a spreadsheet shows them."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


class Sheet(NamedTuple):
    """What to write: the name of the sheet, its columns, those that hold numbers, and the words others may hold."""

    title: str
    header: Sequence[str]
    numbers: frozenset[str] = frozenset()
    options: dict[str, list[str]] = {}


def disarmed(text: str) -> str:
    """The text as a cell no spreadsheet executes."""
    return f"'{text}" if _ARMED.match(text) else text


def rearmed(cell: str) -> str:
    """The text of a cell that `disarmed` wrote, or of any other."""
    return cell[1:] if cell.startswith("'") and _ARMED.match(cell[1:]) else cell


def write(kind: str, sheet: Sheet, rows: Iterable[Sequence[str]]) -> bytes:
    """The file of a kind of FORMATS."""
    return (_write_csv if kind == "csv" else _write_xlsx)(sheet, rows)


def read(data: bytes) -> Table:
    """The table in a CSV or XLSX file; which of the two, its first bytes say. Raises InvalidFile with a sentence."""
    if len(data) > MAX_BYTES:
        raise InvalidFile(_("The file is larger than 1 MB. Nothing was changed. Split it, or leave out what stays."))
    if data.startswith(b"PK"):
        found = _read_xlsx(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidFile(
            _("This is an old Excel file, or one with a password. Nothing was changed. Save it as .xlsx or as CSV.")
        )
    else:
        found = _read_csv(data)
    return _table(found)


def _table(found: Iterator[tuple[int, list[str]]]) -> Table:
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, cells in found:
        if not any(cell.strip() for cell in cells):
            continue
        if long := next((cell for cell in cells if len(cell) > MAX_CELL), None):
            raise InvalidFile(
                _("Row {number} has a cell of {long} characters; {max_cell} is the limit. Nothing was changed.").format(
                    number=number, long=f"{len(long):,}", max_cell=f"{MAX_CELL:,}"
                )
            )
        if not header:
            header = [re.sub(r"[\s_]+", "_", cell.strip().lower()).removeprefix("is_") for cell in cells]
            while header and not header[-1]:
                header.pop()
        elif len(rows) == MAX_ROWS:
            raise InvalidFile(
                _("The file has more than {max_rows} rows. Nothing was changed. Split it.").format(
                    max_rows=f"{MAX_ROWS:,}"
                )
            )
        else:
            rows.append((number, cells))
    if not header:
        raise InvalidFile(_("The file is empty. Nothing was changed. Its first row must name the columns."))
    return Table(header, rows)


# -- CSV ---------------------------------------------------------------------------------------------------


def _write_csv(sheet: Sheet, rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(sheet.header)
    lines.writerows([disarmed(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # Excel reads UTF-8 only with the mark


def _read_csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise InvalidFile(
            _(
                "This is neither an .xlsx file nor CSV in UTF-8 (line {line}). Nothing was changed. In"
                " Excel, save it as “CSV UTF-8” or as .xlsx."
            ).format(line=line)
        ) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(lines, 1):
            yield number, [rearmed(cell) for cell in cells]
    except csv.Error as exc:
        raise InvalidFile(
            _("Row {number} of the CSV cannot be read: {exc}. Nothing was changed. Save it again.").format(
                number=number + 1, exc=exc
            )
        ) from None


# -- XLSX --------------------------------------------------------------------------------------------------


def _write_xlsx(sheet: Sheet, rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title[:31])
    page.freeze_panes = "B2"
    for place, name in enumerate(sheet.header, 1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = 14 if name in sheet.numbers or name in sheet.options else 32
        if words := sheet.options.get(name):
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
            page.data_validations.append(choice)
    wrapped, bold = Alignment(vertical="top", wrap_text=True), Font(bold=True)

    def cell(text: str, *, number: bool = False, head: bool = False) -> Any:
        made = WriteOnlyCell(page)
        if number and text:
            made.value = float(text)
            return made
        # Set by hand, because the library takes a text that begins with "=" for a formula.
        made._value, made.data_type = _xml_text(disarmed(text)), "s"
        made.number_format = "@"  # what is typed into the cell later stays text, too
        if head:
            made.font = bold
        else:
            made.alignment = wrapped
        return made

    page.append([cell(name, head=True) for name in sheet.header])
    for row in rows:
        page.append([cell(text, number=name in sheet.numbers) for name, text in zip(sheet.header, row, strict=True)])
    file = io.BytesIO()
    save_workbook(book, file)
    return file.getvalue()


def _read_xlsx(data: bytes) -> Iterator[tuple[int, list[str]]]:
    _look_inside(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        page = book.worksheets[0]
        page.reset_dimensions()  # a file may say anything about its own size
        width = MAX_COLUMNS + 1
        for number, row in enumerate(page.iter_rows(max_row=_SHEET_ROWS, max_col=width), 1):
            cells = [_cell_text(cell) for cell in row]
            if cells and cells[-1]:
                raise InvalidFile(
                    _("Row {number} has more than {max_columns} columns. Nothing was changed.").format(
                        number=number, max_columns=MAX_COLUMNS
                    )
                )
            yield number, cells
    except InvalidFile:
        raise
    except Exception as exc:  # a foreign library over anybody's bytes; whatever it raises, the file cannot be read
        raise InvalidFile(
            _("The .xlsx file cannot be read. Nothing was changed. Save it again from a spreadsheet, or as CSV.")
        ) from exc


def _look_inside(data: bytes) -> None:
    """Refuse an archive that is no workbook, or that unpacks into too much, before anything of it is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # A part is unpacked up to the size it claims and no further, so the claims are the bound.
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise InvalidFile(
                    _("The .xlsx file unpacks into more than 10 MB. Nothing was changed. Save it as CSV.")
                )
            if "xl/workbook.xml" not in archive.namelist():
                raise InvalidFile(
                    _("This archive is no .xlsx file. Nothing was changed. Save the table as .xlsx or CSV.")
                )
            for part in parts:
                text = archive.read(part).replace(b"\x00", b"")  # UTF-16 is UTF-8 with zeros, as far as this goes
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in text:
                    raise InvalidFile(
                        _("The .xlsx file declares XML entities, which no spreadsheet does. It is refused.")
                    )
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as exc:
        raise InvalidFile(_("The .xlsx file is damaged or protected. Nothing was changed. Save it again.")) from exc


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise InvalidFile(
            _(
                "Cell {coordinate} holds a formula, and formulas are not worked out here. Nothing was"
                " changed. Put its value there instead."
            ).format(coordinate=cell.coordinate)
        )
    if cell.data_type == "e":
        raise InvalidFile(
            _("Cell {coordinate} holds an error ({value}). Nothing was changed. Correct it.").format(
                coordinate=cell.coordinate, value=value
            )
        )
    if isinstance(value, str):
        return rearmed(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _xml_text(text: str) -> str:
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)

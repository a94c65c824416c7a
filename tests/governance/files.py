"""Files of rules as a browser sends them, and files that mean harm, for the tests of import and export."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from governance import rule_tables
from governance.rule_exports import file_of
from governance.rule_files import Sheet, write


def page(model: type[Model], place: str) -> str:
    return f"/admin/governance/{model._meta.model_name}/{place}"


def csv_of(rows: Sequence[dict[str, str]], delimiter: str = ",") -> bytes:
    """A CSV file as a person's spreadsheet would write it; the first row has all the columns."""
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue().encode()


def xlsx_of(rows: Sequence[dict[str, str]]) -> bytes:
    header = list(rows[0])
    return write("xlsx", Sheet("rules", header), [[row.get(name, "") for name in header] for row in rows])


def exported(model: type[Model], **changes: dict[str, str]) -> list[dict[str, str]]:
    """The rows of an export; `changes` by the name of the rule."""
    rows = [dict(cells) for cells in rule_tables.table_of(model)]
    for row in rows:
        row.update(changes.get(row[rule_tables.KEYS[model][0]], {}))
    return rows


def upload(browser: Client, model: type[Model], data: bytes, name: str = "rules.csv") -> HttpResponse:
    """The first step."""
    return browser.post(page(model, "import/"), {"file": SimpleUploadedFile(name, data)})


def confirm(
    browser: Client, model: type[Model], shown: HttpResponse, because: str = "Agreed on Monday.", **more: str
) -> HttpResponse:
    """The second step, with what the first one showed; knowingly without a replay unless `more` says otherwise."""
    sent = {"upload": shown.context["form"]["upload"].value(), "change_reason": because, "without_replay": "on"} | more
    return browser.post(page(model, "import/"), sent, follow=True)


def take_over(browser: Client, model: type[Model], data: bytes, name: str = "rules.csv") -> HttpResponse:
    """Both steps."""
    return confirm(browser, model, upload(browser, model, data, name))


def problems(response: HttpResponse) -> list[tuple[int, str, str]]:
    """What a page says is wrong: row, column, sentence."""
    return [
        (line.number, problem.column, problem.sentence)
        for line in response.context["plan"].wrong
        for problem in line.problems
    ]


def complaint(response: HttpResponse) -> str:
    """Why a file was refused as a whole."""
    (said,) = response.context["form"].errors["file"]
    return str(said)


# -- Files that mean harm ----------------------------------------------------------------------------------


def doctored(data: bytes, **parts: Any) -> bytes:
    """An XLSX file with some of its parts replaced: `sheet=lambda xml: ...`."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "book": "xl/workbook.xml"}
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            for name, change in parts.items():
                text = change(text) if part.filename == names[name] else text
            new.writestr(part.filename, text)
    return changed.getvalue()


def with_cell(data: bytes, place: str, cell: str) -> bytes:
    """An XLSX file in which one cell is written by hand, `cell` being its XML."""
    found = re.compile(rf'<c r="{place}"[^>]*?(/>|>.*?</c>)'.encode())
    return doctored(data, sheet=lambda xml: found.sub(cell.encode(), xml, count=1))


def zip_bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks into that many bytes."""
    blanks = b" " * size
    return doctored(file_of(rule_tables.KINDS["policies"], "xlsx"), sheet=lambda xml: blanks + xml)


def zip_with(**parts: bytes) -> bytes:
    """An archive that is no workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()

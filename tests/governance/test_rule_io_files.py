"""Files as they come from anywhere: too large, of another kind, broken, or made to do harm. None changes anything."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook

from governance import rule_files
from governance.errors import InvalidFile
from governance.models import EvidenceRule, Policy
from tests.governance.files import (
    complaint,
    confirm,
    csv_of,
    doctored,
    exported,
    page,
    problems,
    upload,
    with_cell,
    xlsx_of,
    zip_bomb,
    zip_with,
)

pytestmark = pytest.mark.django_db
ROW = {"name": "Names", "words": "acme", "points": "5", "reason": "A client."}


def changed(shown: Any) -> dict[str, list[str]]:
    """The names of the rules that would be new and changed."""
    plan = shown.context["plan"]
    return {"new": [line.name for line in plan.new], "changed": [line.name for line in plan.changed]}


# -- What is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        csv_of([ROW]),
        b"\xef\xbb\xbf" + csv_of([ROW]),
        csv_of([ROW], delimiter=";"),
        csv_of([ROW], delimiter="\t"),
        csv_of([ROW]).replace(b"\r\n", b"\n"),
        csv_of([ROW]).replace(b"\r\n", b"\r\n,,,\r\n") + b"\r\n\r\n",
        csv_of([ROW]).replace(b"name,", b" Name ,"),
        xlsx_of([ROW]),
    ],
    ids=["plain", "BOM", "semicolons", "tabs", "unix", "empty rows", "capitals", "xlsx"],
)
def test_files_as_spreadsheets_write_them(browser: Client, data: bytes) -> None:
    assert changed(upload(browser, EvidenceRule, data)) == {"new": ["Names"], "changed": []}


def test_which_kind_of_file_it_is_says_the_file(browser: Client) -> None:
    """Not its name."""
    assert changed(upload(browser, EvidenceRule, xlsx_of([ROW]), "rules.csv"))["new"] == ["Names"]
    assert changed(upload(browser, EvidenceRule, csv_of([ROW]), "rules.pdf"))["new"] == ["Names"]


def test_decimal_commas_of_european_spreadsheets(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, csv_of([{"name": "Production", "points": "7,5"}], delimiter=";"))
    (line,) = shown.context["plan"].changed
    assert line.differences[0].after == "7.5"


def test_cells_of_a_spreadsheet_that_are_no_text(browser: Client) -> None:
    book = Workbook()
    book.worksheets[0].append(["name", "priority", "valid_from", "enabled"])
    book.worksheets[0].append(["Payments over 10,000", 7.0, datetime.datetime(2026, 1, 31, 8), False])
    file = io.BytesIO()
    book.save(file)
    (line,) = upload(browser, Policy, file.getvalue()).context["plan"].changed
    assert {diff.name: diff.after for diff in line.differences} == {
        "priority": "7",
        "valid_from": "2026-01-31T08:00:00Z",
        "enabled": "no",
    }


def test_a_workbook_as_excel_writes_it(browser: Client) -> None:
    """Texts in a table of their own, some in pieces, a carriage return in Excel's own writing."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    texts = ["name", "reason", "Production", "<r><t>Real</t></r><r><t xml:space='preserve'>_x000D_ now</t></r>"]
    strings = "".join(f"<si>{text if text[0] == '<' else f'<t>{text}</t>'}</si>" for text in texts)
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{package}/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{kind}.sheet.main+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{kind}.worksheet+xml'/>"
        f"<Override PartName='/xl/sharedStrings.xml' ContentType='{kind}.sharedStrings+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{package}/relationships'>"
        f"<Relationship Id='r1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{office}'>"
        "<sheets><sheet name='Rules' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}/relationships'>"
        f"<Relationship Id='r1' Type='{office}/worksheet' Target='worksheets/sheet1.xml'/>"
        f"<Relationship Id='r2' Type='{office}/sharedStrings' Target='sharedStrings.xml'/></Relationships>",
        "xl/sharedStrings.xml": f"<sst xmlns='{main}'>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>"
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"
        "<row r='4'><c r='A4' t='s'><v>2</v></c><c r='B4' t='s'><v>3</v></c></row>"
        "</sheetData></worksheet>",
    }
    shown = upload(browser, EvidenceRule, zip_with(**{name: text.encode() for name, text in parts.items()}))
    (line,) = shown.context["plan"].changed
    assert (line.number, line.name, line.differences[0].after) == (4, "Production", "Real\r now")


# -- What is refused ---------------------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "neither an .xlsx file nor CSV in UTF-8 (line 1)"),
        ("name,reason\nM\u00fcller,x".encode("latin-1"), "CSV in UTF-8 (line 2)"),
        ("name,reason".encode("utf-16"), "CSV in UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file, or one with a password"),
        (b"PK\x03\x04 and no more", "damaged or protected"),
        (zip_with(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "no .xlsx file"),
        (b"\n\n", "The file is empty."),
        (b'name,reason\n"a,b', "Row 2 of the CSV cannot be read"),
        (b"words,points\nacme,5", "no column name"),
        (b"name,shape,name of,points\na,b,c,5", "columns that evidence rules do not have: shape, name_of."),
        (b"name,points,points\na,5,5", "The column points is there twice."),
        (b"name,reason\na," + b"x" * 40_000, "a cell of 40,000 characters"),
    ],
)
def test_a_wrong_kind_of_file(browser: Client, nothing_written: Any, data: bytes, says: str) -> None:
    with nothing_written():
        shown = upload(browser, EvidenceRule, data)
    assert shown.status_code == 400
    assert says in complaint(shown)
    assert "Nothing was changed." in complaint(shown)


def test_a_file_of_other_rules(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        shown = upload(browser, EvidenceRule, csv_of(exported(Policy)))
    assert "columns that evidence rules do not have: condition, effect, mode" in complaint(shown)


def test_no_file_at_all(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        shown = browser.post(page(EvidenceRule, "import/"), {})
    assert complaint(shown) == "This field is required."


@pytest.mark.any_engine
@pytest.mark.parametrize("size", [rule_files.MAX_BYTES + 1, 3 * rule_files.MAX_BYTES])
def test_a_large_file(browser: Client, nothing_written: Any, size: int) -> None:
    with nothing_written():
        shown = upload(browser, EvidenceRule, b"name\n" + b"x" * size)
    assert shown.status_code == 400
    assert "larger than 1 MB" in complaint(shown)


def test_five_thousand_rows_and_no_more() -> None:
    rows = b"".join(b"Rule %d\n" % number for number in range(1, 5001))
    assert len(rule_files.read(b"name\n" + rows).rows) == 5000
    with pytest.raises(InvalidFile, match="more than 5,000 rows"):
        rule_files.read(b"name\n" + rows + b"Rule 5001\n")
    sheet = rule_files.Sheet("rules", ["name"])
    with pytest.raises(InvalidFile, match="more than 5,000 rows"):
        rule_files.read(rule_files.write("xlsx", sheet, [[f"Rule {number}"] for number in range(5001)]))


def test_a_cell_beyond_the_named_columns(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, b"name,points\nProduction,7.5,what\n")
    assert problems(shown) == [(2, "", "A cell stands to the right of the last named column.")]


def test_a_nul_in_a_cell(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, b"name,reason\nProduction,a\x00b\n")
    assert problems(shown) == [(2, "reason", "It holds a NUL character, which cannot be stored.")]


# -- Spreadsheets that mean harm ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "cell", "says"),
    [
        ("D2", '<c r="D2"><f>1+1</f><v>2</v></c>', "Cell D2 holds a formula"),
        ("D2", '<c r="D2" t="str"><f>HYPERLINK("http://x")</f><v>x</v></c>', "Cell D2 holds a formula"),
        ("D2", '<c r="D2"><f t="array" ref="D2">1</f></c>', "Cell D2 holds a formula"),
        ("B2", '<c r="B2"><f t="shared" si="0" ref="B2"/><v>1</v></c>', "Cell B2 holds a formula"),
        ("C2", '<c r="C2" t="e"><v>#REF!</v></c>', "Cell C2 holds an error (#REF!)"),
        ("C2", '<c r="C2" t="s"><v>99</v></c>', "cannot be read"),
    ],
)
def test_cells_that_are_no_values_are_named(
    browser: Client, nothing_written: Any, place: str, cell: str, says: str
) -> None:
    with nothing_written():
        shown = upload(browser, EvidenceRule, with_cell(xlsx_of([ROW]), place, cell))
    assert says in complaint(shown)


@pytest.mark.any_engine
@pytest.mark.parametrize("size", [rule_files.MAX_UNPACKED + 1, 200 * 1024 * 1024])
def test_a_zip_bomb_is_not_unpacked(browser: Client, nothing_written: Any, size: int) -> None:
    bomb = zip_bomb(size)
    assert len(bomb) < rule_files.MAX_BYTES
    with nothing_written():
        shown = upload(browser, EvidenceRule, bomb, "rules.xlsx")
    assert "unpacks into more than 10 MB" in complaint(shown)


@pytest.mark.any_engine
def test_a_bomb_that_lies_about_its_size(browser: Client) -> None:
    """The claim is what is unpacked at most, so a small claim over a large part is a damaged file."""
    bomb = zip_bomb(rule_files.MAX_UNPACKED * 2)
    lie = (1000).to_bytes(4, "little")
    truth = next(
        part.file_size.to_bytes(4, "little")
        for part in zipfile.ZipFile(io.BytesIO(bomb)).infolist()
        if part.file_size > rule_files.MAX_UNPACKED
    )
    assert "damaged" in complaint(upload(browser, EvidenceRule, bomb.replace(truth, lie), "rules.xlsx"))


@pytest.mark.any_engine
def test_too_many_parts(browser: Client) -> None:
    parts = {f"part{number}.xml": b"" for number in range(101)}
    assert "more than 10 MB" in complaint(upload(browser, EvidenceRule, zip_with(**parts)))


@pytest.mark.any_engine
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(browser: Client, encoding: str) -> None:
    """A billion laughs, in an encoding that hides the word as well."""

    def laughing(xml: bytes) -> bytes:
        text = xml.decode().partition("?>")[2] or xml.decode()
        return f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY a "ha">]>{text}'.encode(encoding)

    shown = upload(browser, EvidenceRule, doctored(xlsx_of([ROW]), sheet=laughing))
    assert "declares XML entities" in complaint(shown)


@pytest.mark.any_engine
def test_a_sheet_that_claims_to_be_endless() -> None:
    """A row number beyond every sheet, and a dimension nobody has."""
    far = doctored(
        xlsx_of([ROW]), sheet=lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999999"').replace(b"A2", b"A9")
    )
    assert rule_files.read(far).rows == []
    wide = doctored(
        xlsx_of([ROW]), sheet=lambda xml: xml.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    )
    assert len(rule_files.read(wide).rows) == 1


def test_columns_far_out_are_refused(browser: Client) -> None:
    far = with_cell(xlsx_of([ROW]), "D2", '<c r="AY2" t="inlineStr"><is><t>x</t></is></c>')
    assert "more than 50 columns" in complaint(upload(browser, EvidenceRule, far))


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\rules\\new.csv", "new.csv"),
        ("<script>alert(1)</script>.csv", "script&gt;.csv"),
        ("a\u202egnp.csv", "agnp.csv"),
        ("n" * 300 + ".csv", "n" * 96 + ".csv"),
    ],
)
def test_a_hostile_file_name_is_only_a_name(browser: Client, name: str, shown_as: str) -> None:
    shown = upload(browser, EvidenceRule, csv_of([ROW]), name)
    assert "<script>alert" not in shown.text
    assert f"What {shown_as} would change" in shown.text
    assert "Rulebook version 2" in confirm(browser, EvidenceRule, shown).text.replace("rulebook", "Rulebook")


def test_what_nobody_sees_is_named_in_the_comparison(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, csv_of([ROW | {"reason": "A \u202etneilc"}]))
    assert "A ⟨U+202E⟩tneilc" in shown.text
    assert "\u202e" not in shown.text


def test_markup_in_a_cell_is_text(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, csv_of([ROW | {"name": "<b>x</b>", "reason": "<img src=x>"}]))
    assert "&lt;img src=x&gt;" in shown.text
    assert "<b>x</b>" not in shown.text

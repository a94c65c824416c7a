"""Rules as rows of text: every field is there, and there and back changes nothing, whatever a cell holds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from governance import rule_files, rule_tables
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    Person,
    Policy,
    Route,
    Technique,
    Threshold,
)
from governance.rule_changes import fingerprint, fingerprint_as_read
from governance.rule_exports import file_of
from governance.rule_imports import plan_of
from tests.governance.changes import change, made, new_policy, new_type

# What a spreadsheet, a CSV reader or an XML parser may stumble over.
HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1", "'", "' =1", " =1",
    "＝1", '"', '","', "a;b", "a,b", "a\r\nb", "a\rb", "x ", " x", "_x0041_", "_x005F_x0041_", "_x0041\r", "\x01",
    "\x0b", "\ufeff", "\ufffe", "\u202e", "\u2028", "\U0001f600", "0012", "1E5", "TRUE", "2026-01-31", "#REF!", "]]>",
    "&lt;",
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
CELLS = st.one_of(
    st.sampled_from(HOSTILE),
    st.builds("".join, st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4)),
    TEXT,
    st.builds("".join, st.tuples(st.sampled_from("=+-@'\t\r\n_ "), TEXT)),
)


def there_and_back(kind: str, rows: list[list[str]]) -> list[list[str]]:
    header = [f"c{place}" for place, _ in enumerate(rows[0])]
    table = rule_files.read(rule_files.write(kind, rule_files.Sheet("rules", header), rows))
    assert table.header == header
    return [cells[: len(header)] for _, cells in table.rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_file_gives_back_what_was_written(kind: str, rows: list[list[str]]) -> None:
    rows = [["key", *row] for row in rows]
    assert there_and_back(kind, rows) == rows


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    sheet = rule_files.Sheet("rules", ["name", "why"])
    plain = next(csv.reader(io.StringIO(rule_files.write("csv", sheet, [["k", text]]).decode("utf-8-sig").partition(
        "\r\n")[2], newline="")))  # fmt: skip
    assert not plain[1].lstrip(" \u00a0\u3000").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    page = load_workbook(io.BytesIO(rule_files.write("xlsx", sheet, [["k", text]]))).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}


def test_the_naive_twin_makes_formulas() -> None:
    """Handing texts to the library as they are is what the writer must not do."""
    from openpyxl import Workbook

    book = Workbook()
    book.worksheets[0].append(["=1+1"])
    assert book.worksheets[0]["A1"].data_type == "f"


# -- Rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", rule_tables.KINDS.values())
def test_every_field_an_admin_edits_has_a_column(model: type[Model]) -> None:
    edited = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many) if field.editable}
    assert {column.field.name for column in rule_tables.columns(model)} == edited - {"id"}
    assert set(rule_tables.KEYS[model]) <= {column.name for column in rule_tables.columns(model)}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", rule_tables.KINDS.values())
def test_the_shipped_rules_come_back_unchanged(model: type[Model], kind: str) -> None:
    plan = plan_of(model, rule_files.read(file_of(model, kind)))
    assert plan.lines or model is Route  # none is shipped
    assert [line for line in plan.lines if line.status != "same"] == []
    assert plan.unnamed == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(name=CELLS, why=CELLS, words=CELLS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_rules_come_back_unchanged(kind: str, name: str, why: str, words: str) -> None:
    """Rules as no form lets them in: stored by hand, so that nothing has been made plain before."""
    row, _ = EvidenceRule.objects.update_or_create(
        pk=4711, defaults={"name": name[:100], "words": words, "points": 7.5, "reason": why[:300]}
    )
    owned, _ = Policy.objects.update_or_create(
        pk=4712, defaults={"name": name[:100], "condition": words, "effect": "deny", "reason": why[:300]}
    )
    for model, stored in ((EvidenceRule, row), (Policy, owned)):
        plan = plan_of(model, rule_files.read(file_of(model, kind)))
        line = next(line for line in plan.lines if line.row.pk == stored.pk)
        assert (line.status, line.problems, line.differences) == ("same", [], [])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_kind_of_value_comes_back(kind: str, admin_person: Person) -> None:
    policy = new_policy(
        owner=admin_person,
        valid_from=datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC),
        valid_until=datetime(2027, 1, 31, 8, tzinfo=UTC),
        is_enabled=False,
    )
    made(change(policy, links={"controls": Control.objects.filter(control_id__in=["AC-3", "AC-6"])}))
    change(new_type(extra_points=2.5), links={"techniques": Technique.objects.all()[:3]})
    cells = next(row for row in rule_tables.table_of(Policy) if row["name"] == policy.name)
    assert cells | {"severity": "", "mode": "", "priority": ""} == {
        "name": "No night work",
        "condition": "risk.score > 90",
        "effect": "deny",
        "mode": "",
        "reason": "Too risky.",
        "severity": "",
        "owner": "adam",
        "controls": "AC-3 AC-6",
        "valid_from": "2026-01-31T08:00:00.123456Z",
        "valid_until": "2027-01-31T08:00:00Z",
        "priority": "",
        "enabled": "no",
    }
    for model in (Policy, ActionTypeRule):
        plan = plan_of(model, rule_files.read(file_of(model, kind)))
        assert {line.status for line in plan.lines} == {"same"}


@pytest.mark.django_db
@pytest.mark.parametrize("model", rule_tables.KINDS.values())
def test_many_fingerprints_are_the_same_as_one(model: type[Model]) -> None:
    for row in rule_tables.stored(model):
        assert fingerprint_as_read(row) == fingerprint(row)


@pytest.mark.django_db
def test_reading_rules_costs_the_same_for_any_number(django_assert_num_queries: object) -> None:
    for number in range(5):
        change(new_type(pattern=f"ship.{number}"), links={"controls": Control.objects.all()[:number]})
    with django_assert_num_queries(3):  # type: ignore[operator]
        list(rule_tables.table_of(ActionTypeRule))


# -- Cells -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("points", "7,5", 7.5),
        ("points", " 7.5 ", 7.5),
        ("enabled", "No", False),
        ("enabled", "TRUE", True),
        ("enabled", "1", True),
    ],
)
def test_cells_as_people_write_them(column: str, text: str, value: object) -> None:
    (found,) = [item for item in rule_tables.columns(EvidenceRule) if item.name == column]
    assert found.value(text.strip(), rule_tables.Named(), new=False) == value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "column", "text", "says"),
    [
        (EvidenceRule, "points", "many", "“many” is not a number."),
        (EvidenceRule, "points", "1_0", "“1_0” is not a number."),
        (EvidenceRule, "points", "inf", "“inf” is not a number."),
        (EvidenceRule, "points", "1,000.5", "“1,000.5” is not a number."),
        (EvidenceRule, "enabled", "perhaps", "“perhaps” is neither yes nor no."),
        (EvidenceRule, "reason", "a\x00b", "It holds a NUL character, which cannot be stored."),
        (Policy, "priority", "1.5", "“1.5” is not a whole number."),
        (Policy, "effect", "forbid", "“forbid” is not one of deny, require_approval, allow."),
        (Policy, "owner", "nobody", "There is no person “nobody” here."),
        (Policy, "controls", "AC-3 ZZ-9", "There is no control “ZZ-9” here."),
        (Policy, "valid_from", "31.1.2026", "“31.1.2026” is no moment. Write it in UTC, like 2026-01-31T08:00:00Z."),
        (Policy, "valid_from", "0001-01-01T00:00:00+14:00", "is no moment"),
        (ActionTypeRule, "techniques", "T9999", "There is no technique “T9999” here."),
        (Threshold, "team", "Ghosts", "There is no team “Ghosts” here."),
    ],
)
def test_cells_that_make_no_sense(model: type[Model], column: str, text: str, says: str) -> None:
    (found,) = [item for item in rule_tables.columns(model) if item.name == column]
    with pytest.raises(ValueError) as refused:
        found.value(text, rule_tables.Named(), new=False)
    assert says in str(refused.value)


@pytest.mark.django_db
def test_a_date_of_a_spreadsheet_is_a_moment_in_utc() -> None:
    (found,) = [item for item in rule_tables.columns(Policy) if item.name == "valid_from"]
    assert found.value("2026-01-31", rule_tables.Named(), new=False) == datetime(2026, 1, 31, tzinfo=UTC)

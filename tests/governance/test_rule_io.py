"""Rules out to a file and in from one, over HTTP: look first, then all of it with a reason, or none of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from governance import rule_content, rule_files, rule_tables, rulebook
from governance.errors import InvalidRule
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    LevelScore,
    Person,
    Policy,
    RulebookVersion,
    Technique,
    Threshold,
)
from governance.rule_imports import drafts_of, import_rules, plan_of
from tests.governance.changes import ADAM, change, edited, last_entry
from tests.governance.files import (
    confirm,
    csv_of,
    exported,
    page,
    problems,
    take_over,
    upload,
    xlsx_of,
)

pytestmark = pytest.mark.django_db

KINDS = list(rule_tables.KINDS.values())


# -- Out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", KINDS)
def test_every_list_offers_files(browser: Client, reader: Client, model: type[Model]) -> None:
    for who, may_import in ((browser, True), (reader, False)):
        shown = who.get(page(model, "")).text
        assert page(model, "export/csv/") in shown
        assert page(model, "export/xlsx/") in shown
        assert (page(model, "import/") in shown) == may_import


@pytest.mark.parametrize("model", KINDS)
def test_what_goes_out_comes_back_unchanged(browser: Client, model: type[Model], nothing_written: Any) -> None:
    with nothing_written():
        for kind in ("csv", "xlsx"):
            answer = browser.get(page(model, f"export/{kind}/"))
            assert answer.status_code == 200
            assert f"-version-1.{kind}" in answer.headers["Content-Disposition"]
            assert "no-store" in answer.headers["Cache-Control"]
            shown = upload(browser, model, answer.content, f"rules.{kind}")
            assert "Nothing in the file is different" in shown.text
            assert len(shown.context["plan"].same) == model._default_manager.count()


def test_disabled_rules_go_out_too(reader: Client) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, is_enabled=False))
    assert "Production" in reader.get(page(EvidenceRule, "export/csv/")).text


def test_exports_are_for_readers_of_the_rules(sign_in: Callable[[Person], Client], reviewer: Person) -> None:
    for stranger in (sign_in(reviewer), Client()):
        assert stranger.get("/admin/governance/policy/export/csv/").status_code == 302
        assert stranger.get("/admin/governance/policy/import/").status_code == 302


def test_there_are_two_formats(reader: Client) -> None:
    assert reader.get(page(Policy, "export/pdf/")).status_code == 404


# -- In ----------------------------------------------------------------------------------------------------


def test_looking_writes_nothing_and_confirming_writes_it_all(
    browser: Client, admin_person: Person, nothing_written: Any
) -> None:
    rows = exported(EvidenceRule, Production={"points": "7.5", "words": "live system\nprod\nshop floor"})
    rows.append({"name": "Names", "words": "acme", "points": "5", "up_to": "85", "reason": "A client.", "enabled": ""})
    with nothing_written():
        shown = upload(browser, EvidenceRule, csv_of(rows))
    assert shown.status_code == 200
    plan = shown.context["plan"]
    assert ([line.name for line in plan.changed], [line.name for line in plan.new]) == (["Production"], ["Names"])
    assert "points: <del>5</del> <ins>7.5</ins>" in shown.text
    assert "words: <del>production</del> <del>live database</del> <ins>shop floor</ins>" in shown.text
    answer = confirm(browser, EvidenceRule, shown)
    assert answer.redirect_chain
    assert "1 changed, 1 new: rulebook version 2 is in force." in answer.text
    assert RulebookVersion.objects.count() == 2
    assert EvidenceRule.objects.get(name="Names").is_enabled
    entries = [json.loads(row.body) for row in LedgerEntry.objects.filter(stream="rules").order_by("-seq")[:3]]
    assert [entry["type"] for entry in entries] == ["rules.imported", "rule.created", "rule.changed"]
    assert {entry["actor"]["id"] for entry in entries} == {str(admin_person.pk)}
    assert {entry["data"]["reason"] for entry in entries} == {"Agreed on Monday."}
    told = entries[0]["data"]
    assert (told["created"], told["changed"], told["rows"], told["file"]) == (1, 1, len(rows), "rules.csv")
    assert (told["version"], len(told["file_digest"])) == (2, 64)
    assert entries[2]["data"]["before"]["points"] == "5"
    assert {text.reason for text in rulebook.current().mapping.texts} >= {"A client."}


@pytest.mark.parametrize(
    ("model", "name", "cells"),
    [
        (ActionTypeRule, "query", {"techniques": "T1005 T1485", "controls": "", "why": "Reads."}),
        (IndicatorRule, "Health data", {"raises_to": "high", "forces_review": "yes"}),
        (LevelScore, "low", {"score": "40"}),
        (Policy, "Payments over 10,000", {"mode": "enforce", "valid_until": "2030-01-01T00:00:00Z", "owner": "adam"}),
        (Threshold, "autonomous", {"review_from": "55", "deny_from": "90"}),
        (Technique, "T1485", {"name": "Destroying data"}),
        (Control, "AC-3", {"title": "Who may"}),
    ],
)
def test_every_kind_is_taken_over(browser: Client, model: type[Model], name: str, cells: dict[str, str]) -> None:
    answer = take_over(browser, model, xlsx_of(exported(model, **{name: cells})), "rules.xlsx")
    assert "1 changed, 0 new" in answer.text
    kept = {row[rule_tables.KEYS[model][0]]: row for row in rule_tables.table_of(model)}
    assert kept[name] | cells == kept[name]
    assert RulebookVersion.objects.count() == 2


def test_rules_that_are_not_in_the_file_stay(browser: Client) -> None:
    rows = exported(EvidenceRule, Production={"points": "7.5"})
    shown = upload(browser, EvidenceRule, csv_of([row for row in rows if row["name"] == "Production"]))
    assert f"{len(rows) - 1} evidence rules are not in the file and stay as they are." in shown.text
    confirm(browser, EvidenceRule, shown)
    assert EvidenceRule.objects.filter(is_enabled=True).count() == len(rows)


def test_a_rule_is_switched_off_by_its_column(browser: Client) -> None:
    take_over(browser, EvidenceRule, csv_of([{"name": "Production", "enabled": "no"}]))
    assert not EvidenceRule.objects.get(name="Production").is_enabled
    assert last_entry()["data"]["changed"] == 1


def test_columns_that_are_left_out_stay(browser: Client) -> None:
    before = EvidenceRule.objects.get(name="Production")
    take_over(browser, EvidenceRule, csv_of([{"NAME": " Production ", "Up To": "90"}], delimiter=";"))
    after = EvidenceRule.objects.get(name="Production")
    assert (after.up_to, after.words, after.points) == (90, before.words, before.points)


def test_the_drafts_are_there_for_a_replay() -> None:
    rows = exported(ActionTypeRule, query={"level": "high", "techniques": "T1485"})
    plan = plan_of(ActionTypeRule, rule_files.read(csv_of(rows)))
    (draft,) = drafts_of(plan)
    content = rule_content.content_of_rows([draft])
    (drafted,) = [rule for rule in content["action_types"] if rule["pattern"] == "query"]
    assert (drafted["level"], [link["id"] for link in drafted["techniques"]]) == ("high", ["T1485"])
    assert ActionTypeRule.objects.get(pattern="query").level == "low"


# -- Wrong rows --------------------------------------------------------------------------------------------


def test_every_wrong_row_is_named_with_its_column(browser: Client, nothing_written: Any) -> None:
    good = {"pattern": "ship.parcel", "level": "medium", "why": "It leaves the house.", "techniques": "",
            "cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", "enabled": "yes"}  # fmt: skip
    rows = [
        good,
        good | {"pattern": "a.1", "level": "huge"},
        good | {"pattern": "a.2", "techniques": "T1485 T9999"},
        good | {"pattern": "a_*"},
        good | {"pattern": "a.3", "cvss_vector": "CVSS:3.1/AV:N"},
        good | {"pattern": "*", "enabled": "no"},
        good | {"pattern": "a.4", "why": ""},
        good | {"pattern": "SHIP.parcel"},
    ]
    with nothing_written():
        shown = upload(browser, ActionTypeRule, csv_of(rows))
    found = problems(shown)
    assert [(row, column) for row, column, _ in found] == [
        (3, "level"), (4, "techniques"), (5, "pattern"), (6, "cvss_vector"), (7, "enabled"), (8, "why"), (9, ""),
    ]  # fmt: skip
    for sentence, (_, _, said) in zip(
        ("one of low, medium, high, critical", "no technique “T9999”", "dotted family", "CVSS vector is not valid",
         "must stay enabled", "cannot be blank", "Row 2 of the file is about the same one."), found, strict=True,
    ):  # fmt: skip
        assert sentence in said
        assert said.replace("'", "&#x27;").replace('"', "&quot;") in shown.text
    assert 'name="change_reason"' not in shown.text


def test_rows_of_one_file_may_not_collide(browser: Client) -> None:
    new = {"name": "One", "key": "abroad", "value": "true", "points": "5", "reason": "Abroad."}
    shown = upload(browser, IndicatorRule, csv_of([new, new | {"name": "Two"}]))
    assert problems(shown) == [(3, "key", "Row 2 of the file has the same key and value.")]


def test_a_wrong_row_cannot_be_confirmed(browser: Client, nothing_written: Any) -> None:
    """Also not by sending what the page of a wrong file would have sent."""
    rows = exported(EvidenceRule, Production={"points": "7.5"}, Credentials={"points": "200"})
    shown = upload(browser, EvidenceRule, csv_of(rows))
    with nothing_written():
        answer = confirm(browser, EvidenceRule, shown)
    assert answer.status_code == 400
    assert "1 row is wrong, so nothing was changed." in answer.text


def seven_rows() -> list[dict[str, str]]:
    """The seventh row cannot be saved."""
    new = {"words": "acme", "points": "5", "reason": "A client."}
    return [{"name": f"Rule {number}", **new, "points": "5" if number < 7 else "0.3"} for number in range(1, 8)]


def test_half_an_import_never_happens(nothing_written: Any) -> None:
    plan = plan_of(EvidenceRule, rule_files.read(csv_of(seven_rows())))
    with nothing_written(), pytest.raises(InvalidRule):
        import_rules(plan, actor=ADAM, reason="x", file="x.csv", digest="0" * 64)
    # And when the rows look right and the verb disagrees at the seventh:
    for line in plan.lines:
        line.problems.clear()
    with nothing_written(), pytest.raises(InvalidRule):
        import_rules(plan, actor=ADAM, reason="x", file="x.csv", digest="0" * 64)


def test_the_naive_twin_leaves_half_an_import_behind() -> None:
    """Saving row by row is what the verb must not do."""
    plan = plan_of(EvidenceRule, rule_files.read(csv_of(seven_rows())))
    with pytest.raises(InvalidRule):
        for line in plan.lines:
            change(line.row)
    assert EvidenceRule.objects.filter(name__startswith="Rule ").count() == 6

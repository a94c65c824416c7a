"""A rule's history, field by field, and the way back to what it was: through the ordinary form, never by a click."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from governance import ledger, rule_tables
from governance.admin.rule_history import state_at
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    LedgerEntry,
    LevelScore,
    Person,
    Policy,
    RulebookVersion,
    Technique,
)
from governance.rule_changes import fingerprint
from tests.governance.changes import change, edited, new_policy, new_type
from tests.governance.files import csv_of, page, take_over

pytestmark = pytest.mark.django_db


def last_seq() -> int:
    return LedgerEntry.objects.filter(stream="rules").latest("seq").seq


def history(browser: Client, row: Model) -> str:
    return browser.get(page(type(row), f"{row.pk}/history/")).text


def restoring(browser: Client, row: Model, seq: int) -> Any:
    return browser.get(page(type(row), f"{row.pk}/change/?restore={seq}"))


def initial(shown: Any) -> dict[str, Any]:
    """What the form shows."""
    form = shown.context["adminform"].form
    return {name: form[name].value() for name in form.fields}


def sent(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser would send of a form as it is shown."""
    kept = {name: value for name, value in values.items() if value is not None and value is not False}
    for name in ("valid_from", "valid_until"):
        if moment := kept.pop(name, None):
            kept |= {f"{name}_0": moment.strftime("%Y-%m-%d"), f"{name}_1": moment.strftime("%H:%M:%S")}
    return {"without_replay": "on"} | kept | more


# -- What it was -------------------------------------------------------------------------------------------


def test_every_former_state_is_found_again(admin_person: Person) -> None:
    """Whatever was changed, the state after each entry is what the row said then."""
    row = new_policy(owner=admin_person, valid_from=datetime(2026, 1, 31, 8, 0, 0, 5, tzinfo=UTC))
    change(row, links={"controls": Control.objects.filter(control_id__in=["AC-3"])})
    told: list[tuple[int, dict[str, str]]] = [(last_seq(), rule_tables.cells_of(row))]
    for fields, links in (
        ({"condition": "risk.score > 80"}, {}),
        ({"is_enabled": False, "owner": None, "valid_from": None}, {}),
        ({"name": "No work"}, {"controls": Control.objects.filter(control_id__in=["AC-3", "AC-6"])}),
        ({"is_enabled": True, "valid_until": datetime(2030, 1, 1, tzinfo=UTC)}, {"controls": []}),
    ):
        row = edited(Policy, {"pk": row.pk}, **fields)
        change(row, links=links)
        told.append((last_seq(), rule_tables.cells_of(Policy.objects.get(pk=row.pk))))
        change(new_type(pattern=f"ship.{last_seq()}"))  # somebody else's
    for seq, cells in told:
        former = state_at(Policy.objects.get(pk=row.pk), seq)
        assert former is not None
        assert (former.cells, former.unrecorded) == (cells, [])
    assert state_at(row, told[0][0] - 1) is None


def test_a_shipped_rule_has_a_state_before_the_first_change() -> None:
    row = EvidenceRule.objects.get(name="Production")
    before = rule_tables.cells_of(row)
    change(edited(EvidenceRule, {"pk": row.pk}, points=7.5, words="prod"))
    former = state_at(EvidenceRule.objects.get(pk=row.pk), 0)
    assert former is not None
    assert former.cells == before


def test_a_change_without_an_entry_is_pointed_out(browser: Client) -> None:
    row = Technique.objects.get(external_id="T1485")
    change(edited(Technique, {"pk": row.pk}, name="Mine"))
    Technique.objects.filter(pk=row.pk).update(name="The publisher's", tactic="Other")
    former = state_at(Technique.objects.get(pk=row.pk), 0)
    assert former is not None
    assert former.unrecorded == ["name"]
    shown = restoring(browser, row, 0)
    assert "such as a load of a catalogue: name." in shown.text


# -- The page ----------------------------------------------------------------------------------------------


def test_changes_are_shown_word_by_word_and_member_by_member(browser: Client) -> None:
    row = ActionTypeRule.objects.get(pattern="query")
    long = "It only reads one row at a time, and changes nothing at all anywhere."
    change(edited(ActionTypeRule, {"pk": row.pk}, why=long), links={"techniques": [], "controls": []})
    change(
        edited(ActionTypeRule, {"pk": row.pk}, why=long.replace("one row", "many rows"), extra_points=2.5),
        links={"controls": Control.objects.filter(control_id__in=["AC-3", "AC-6"])},
    )
    shown = history(browser, row)
    assert "why: It only reads <del>one row</del><ins>many rows</ins> at a time, and changes" in shown
    assert "controls: <ins>AC-3</ins> <ins>AC-6</ins>" in shown
    assert "extra_points: <del>0</del> <ins>2.5</ins>" in shown
    assert "/admin/governance/rulebookversion/3/change/" in shown


def test_texts_are_shown_as_texts(browser: Client) -> None:
    row = EvidenceRule.objects.get(name="Production")
    change(edited(EvidenceRule, {"pk": row.pk}, reason="<b>\u202eB</b>"), reason="<i>x</i>")
    shown = history(browser, row)
    assert "<ins>&lt;b&gt;⟨U+202E⟩B&lt;/b&gt;</ins>" in shown
    assert "&lt;i&gt;x&lt;/i&gt;" in shown


def test_an_import_is_in_the_history_of_each_rule(browser: Client) -> None:
    take_over(browser, EvidenceRule, csv_of([{"name": "Production", "points": "7.5"}]))
    shown = history(browser, EvidenceRule.objects.get(name="Production"))
    assert "changed evidence rule Production: Agreed on Monday." in shown
    assert "points: <del>5</del> <ins>7.5</ins>" in shown


def test_the_way_back_is_offered_to_those_who_may_change(
    browser: Client, sign_in: Callable[[Person], Client], auditor: Person
) -> None:
    row = EvidenceRule.objects.get(name="Production")
    for points in (7.5, 9.0):
        change(edited(EvidenceRule, {"pk": row.pk}, points=points))
    shown = history(browser, row)
    assert f"?restore={last_seq() - 1}" in shown
    assert "?restore=0" in shown
    assert f"?restore={last_seq()}" not in shown  # that is what it is now
    reading = history(sign_in(auditor), row)
    assert "points: <del>7.5</del> <ins>9</ins>" in reading
    assert "?restore=" not in reading


def test_a_rule_that_was_made_here_has_no_before(browser: Client) -> None:
    row = new_type()
    change(row)
    change(edited(ActionTypeRule, {"pk": row.pk}, level="high"))
    shown = history(browser, row)
    assert "?restore=0" not in shown
    assert f"?restore={last_seq() - 1}" in shown
    assert "may not exist" not in shown


# -- The way back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "lookup", "fields", "links"),
    [
        (EvidenceRule, {"name": "Production"}, {"points": 7.5, "words": "prod", "is_enabled": False}, {}),
        (ActionTypeRule, {"pattern": "database.delete"}, {"why": "Other.", "level": "low"},
         {"techniques": [], "controls": []}),
        (LevelScore, {"level": "low"}, {"score": 40.0}, {}),
        (Policy, {"name": "Payments over 10,000"}, {"mode": "enforce", "priority": 5, "condition": "risk.score > 1",
                                                    "valid_until": datetime(2030, 1, 1, tzinfo=UTC)}, {}),
    ],
)  # fmt: skip
def test_restoring_goes_through_the_form(
    browser: Client, nothing_written: Any, model: type[Model], lookup: dict[str, str], fields: dict[str, Any],
    links: dict[str, Any],
) -> None:  # fmt: skip
    row = model._default_manager.get(**lookup)
    before = rule_tables.cells_of(row)
    change(edited(model, lookup, **fields), links=links)
    assert rule_tables.cells_of(model._default_manager.get(pk=row.pk)) != before
    with nothing_written():
        shown = restoring(browser, row, 0)
    assert "Nothing is changed until you give a reason and save it." in shown.text
    values = initial(shown)
    assert values["change_reason"] is None
    assert values["seen"] == fingerprint(row)  # of the rule as it is now
    with nothing_written():
        refused = browser.post(page(model, f"{row.pk}/change/?restore=0"), sent(values, change_reason=" "))
    assert refused.status_code == 200
    answer = browser.post(page(model, f"{row.pk}/change/?restore=0"), sent(values, change_reason="Back."), follow=True)
    assert "Rulebook version 3 is in force." in answer.text
    assert rule_tables.cells_of(model._default_manager.get(pk=row.pk)) == before


def test_a_restored_form_is_checked_like_any_other(browser: Client, nothing_written: Any) -> None:
    """A level that was right by another release's rules is refused today."""
    row = EvidenceRule.objects.get(name="Production")
    change(edited(EvidenceRule, {"pk": row.pk}, points=7.5))
    values = initial(restoring(browser, row, 0)) | {"points": "0.3"}
    with nothing_written():
        answer = browser.post(page(EvidenceRule, f"{row.pk}/change/?restore=0"), sent(values, change_reason="x"))
    assert "step size 0.5" in answer.text


def test_a_change_meanwhile_is_not_overwritten_by_a_restore(browser: Client, nothing_written: Any) -> None:
    row = EvidenceRule.objects.get(name="Production")
    change(edited(EvidenceRule, {"pk": row.pk}, points=7.5))
    values = initial(restoring(browser, row, 0))
    change(edited(EvidenceRule, {"pk": row.pk}, points=9.0))
    with nothing_written():
        answer = browser.post(
            page(EvidenceRule, f"{row.pk}/change/?restore=0"), sent(values, change_reason="x"), follow=True
        )
    assert "Somebody else changed this rule meanwhile." in answer.text


def test_what_is_gone_is_said(browser: Client, admin_person: Person) -> None:
    """Rows are never deleted, but a database can be put together from another one's backup."""
    gone = Technique.objects.create(external_id="T9998", name="Gone")
    row = ActionTypeRule.objects.get(pattern="query")
    change(edited(ActionTypeRule, {"pk": row.pk}), links={"techniques": [gone]})
    seq = last_seq()
    change(edited(ActionTypeRule, {"pk": row.pk}), links={"techniques": []})
    gone.delete()
    shown = restoring(browser, row, seq)
    assert "Left out of techniques: There is no technique “T9998” here." in shown.text
    assert initial(shown)["techniques"] == []


def test_an_owner_is_remembered_by_the_username(browser: Client, admin_person: Person) -> None:
    row = Policy.objects.get()
    change(edited(Policy, {"pk": row.pk}, owner=admin_person))
    entry = json.loads(LedgerEntry.objects.filter(stream="rules").latest("seq").body)
    assert entry["data"]["after"]["owner"] == "adam"
    seq = last_seq()
    change(edited(Policy, {"pk": row.pk}, owner=None))
    assert initial(restoring(browser, row, seq))["owner"] == admin_person.pk


@pytest.mark.parametrize("seq", ["x", "-1", "", "9" * 30, "²"])
def test_nonsense_shows_the_rule_as_it_is(browser: Client, seq: str) -> None:
    row = EvidenceRule.objects.get(name="Production")
    shown = browser.get(page(EvidenceRule, f"{row.pk}/change/"), {"restore": seq})
    assert shown.status_code == 200
    assert initial(shown)["points"] == 5


def test_a_time_before_the_rule_shows_it_as_it_is(browser: Client) -> None:
    row = new_type()
    change(row)
    shown = restoring(browser, row, 0)
    assert "This rule did not exist then." in shown.text
    assert initial(shown)["pattern"] == "ship.parcel"


def test_an_auditor_sees_no_restored_form(
    sign_in: Callable[[Person], Client], auditor: Person, nothing_written: Any
) -> None:
    row = EvidenceRule.objects.get(name="Production")
    change(edited(EvidenceRule, {"pk": row.pk}, points=7.5))
    browser = sign_in(auditor)
    with nothing_written():
        shown = restoring(browser, row, 0)
        assert browser.post(page(EvidenceRule, f"{row.pk}/change/?restore=0"), {"points": "5"}).status_code == 403
    assert 'name="points"' not in shown.text
    assert "The form shows the rule as it was." not in shown.text


def test_the_history_knows_only_its_own_entries() -> None:
    """An import's summary names a version, whose number may be a rule's too."""
    assert "rules.imported" in ledger.entries.KINDS
    row = EvidenceRule.objects.order_by("pk").first()
    assert row is not None
    assert RulebookVersion.objects.count() == 1
    former = state_at(row, 0)
    assert former is not None
    assert former.cells == rule_tables.cells_of(row)

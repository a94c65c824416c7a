"""Who has the last word on a row: the publisher, unless an admin changed what it had said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.default_catalogue import OWASP, TECHNIQUES
from governance.errors import InvalidCatalogue
from governance.models import Control, Technique
from governance.rule_changes import change_rule
from tests.governance.catalogue_files import OURS, atlas, attack, controls, every_row, load, numbers, only, technique
from tests.governance.changes import ADAM, edited

pytestmark = pytest.mark.django_db


def change(model: Any, lookup: dict[str, Any], **fields: Any) -> None:
    change_rule(edited(model, lookup, **fields), actor=ADAM, reason="Our own word for it.")


# -- An admin's words --------------------------------------------------------------------------------------


def test_what_an_admin_changed_stays(tmp_path: Path) -> None:
    """Naive twin: writing what the file says would lose the edit."""
    change(Technique, {"external_id": "T1485"}, name="Loss of our data")
    change(Control, {"control_id": "AC-3"}, title="Who may do what")
    for version, name in (("18.1", "Data Destruction"), ("18.2", "Data Demolition")):
        report = load(tmp_path, attack=attack(version, T1485=name), controls=controls(version, AC_3="Enforcement"))
        assert [outcome.counts.kept for outcome in report.outcomes] == [1, 1]
        assert technique().name == "Loss of our data"
        assert technique().published["name"] == name
    control = Control.objects.get(control_id="AC-3")
    assert (control.title, control.published["title"]) == ("Who may do what", "Enforcement")


def test_what_an_admin_left_alone_follows_the_publisher(tmp_path: Path) -> None:
    change(Technique, {"external_id": "T1485"}, tactic="Our impact")
    load(tmp_path, attack=attack(T1485="Data Demolition"))
    assert (technique().name, technique().tactic) == ("Data Demolition", "Our impact")


def test_an_admin_who_agrees_again_follows_again(tmp_path: Path) -> None:
    change(Technique, {"external_id": "T1485"}, name="Loss of our data")
    load(tmp_path, attack=attack())
    change(Technique, {"external_id": "T1485"}, name="Data Destruction")
    report = load(tmp_path, attack=attack("18.2", T1485="Data Demolition"))
    assert technique().name == "Data Demolition"
    assert only(report).counts.kept == 0


def test_any_of_the_publishers_tactics_may_be_chosen(tmp_path: Path) -> None:
    both = {"name": "Data Destruction", "tactics": ["Execution", "Impact"]}
    report = load(tmp_path, attack=attack(T1485=both))
    assert (technique().tactic, only(report).counts.kept) == ("Impact", 0)
    load(tmp_path, attack=attack("18.2", T1485=both | {"tactics": ["Execution"]}))
    assert (technique().tactic_id, technique().tactic) == ("TA0002", "Execution")


def test_a_row_an_admin_made_is_filled_and_not_overwritten(tmp_path: Path) -> None:
    row = Technique(external_id="T1999", name="Found by us")
    change_rule(row, actor=ADAM, reason="Seen in the wild.")
    report = load(tmp_path, attack=attack(T1999={"name": "Theirs", "tactics": ["Impact"]}))
    row.refresh_from_db()
    assert (row.name, row.tactic, row.published["name"]) == ("Found by us", "Impact", "Theirs")
    assert only(report).counts.kept == 1


def test_a_row_its_publisher_never_spoke_of_is_not_withdrawn(tmp_path: Path) -> None:
    change_rule(Technique(external_id="T0800", name="Of plants"), actor=ADAM, reason="ICS.")
    load(tmp_path, attack=attack())
    assert not technique("T0800").is_withdrawn


# -- Withdrawn ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "gone",
    [
        lambda version: attack(version, without="T1485"),
        lambda version: attack(version, T1485={"revoked": True, "tactics": []}),
        lambda version: attack(version, T1485={"x_mitre_deprecated": True, "name": "Another name"}),
    ],
    ids=["left out", "revoked", "deprecated"],
)
def test_what_its_publisher_gave_up_is_withdrawn_and_comes_back(tmp_path: Path, gone: Any) -> None:
    pk = technique().pk
    users = technique().action_types.count()
    assert users
    assert numbers(load(tmp_path, attack=gone("18.1"))) == {"withdrawn": 1, "unchanged": OURS - 1}
    row = technique()
    assert (row.pk, row.is_withdrawn, row.name, row.tactic) == (pk, True, "Data Destruction", "Impact")
    assert row.action_types.count() == users
    assert numbers(load(tmp_path, attack=gone("18.2"))) == {"unchanged": OURS}
    assert numbers(load(tmp_path, attack=attack("18.3"))) == {"updated": 1, "unchanged": OURS - 1}
    assert not technique().is_withdrawn


def test_a_withdrawn_technique_nobody_had_is_not_taken_in(tmp_path: Path) -> None:
    load(tmp_path, attack=attack(T1064={"name": "Scripting", "revoked": True}))
    assert not Technique.objects.filter(external_id="T1064").exists()


def test_withdrawn_controls_are_rows_that_say_so(tmp_path: Path) -> None:
    load(tmp_path, controls=controls(withdrawn="AC-2(10)", AC_2_10="Gone"))
    assert Control.objects.get(control_id="AC-2(10)").is_withdrawn


def test_an_admin_may_hold_on_to_a_withdrawn_one(tmp_path: Path) -> None:
    load(tmp_path, attack=attack(without="T1485"))
    change(Technique, {"external_id": "T1485"}, is_withdrawn=False)
    report = load(tmp_path, attack=attack("18.2", without="T1485"))
    assert (technique().is_withdrawn, only(report).counts.kept) == (False, 1)


def test_frameworks_do_not_withdraw_each_other(tmp_path: Path) -> None:
    load(tmp_path, attack=attack(), atlas=atlas())
    assert not Technique.objects.filter(is_withdrawn=True).exists()
    assert Technique.objects.filter(framework="owasp").count() == len(OWASP)


def test_a_part_of_the_controls_withdraws_nothing(tmp_path: Path) -> None:
    part = controls(without="AC-3", links=[{"rel": "source-profile", "href": "x"}])
    load(tmp_path, controls=part)
    assert not Control.objects.filter(is_withdrawn=True).exists()
    load(tmp_path, controls=controls(without="AC-3"))
    assert list(Control.objects.filter(is_withdrawn=True).values_list("control_id", flat=True)) == ["AC-3"]


def test_a_file_that_would_empty_a_catalogue_is_refused(tmp_path: Path, nothing_written: Any) -> None:
    few = attack(without=" ".join(set(TECHNIQUES) - {"T1005", "T1485"}))
    before = every_row()
    with nothing_written(), pytest.raises(InvalidCatalogue, match=r"hardly the whole.*Nothing was changed"):
        load(tmp_path, attack=few, controls=controls(AC_2_1="New"))
    assert every_row() == before
    report = load(tmp_path, {"allow_withdrawing": True}, attack=few)
    assert only(report).counts.withdrawn == OURS - 2

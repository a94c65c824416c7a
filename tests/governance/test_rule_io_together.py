"""Imports and restores beside other changes, and without a ledger to write to: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from governance import rule_files, rulebook
from governance.errors import Conflict
from governance.models import EvidenceRule, LedgerEntry, RulebookVersion
from governance.rule_imports import Plan, import_rules, plan_of
from governance.rule_restores import plans_of, restore_version
from tests.governance.changes import ADAM, change, edited
from tests.governance.files import csv_of, exported
from tests.support.threads import failures, together


def plan(points: str) -> Plan:
    """Every evidence rule with these points."""
    rows = [row | {"points": points} for row in exported(EvidenceRule)]
    return plan_of(EvidenceRule, rule_files.read(csv_of(rows)))


def importing(planned: Plan) -> Callable[[], Any]:
    seen = planned.seen
    return lambda: import_rules(planned, actor=ADAM, reason="x", file="x.csv", digest="0" * 64, seen=seen)


def restoring(version: int) -> Callable[[], Any]:
    row = RulebookVersion.objects.get(version=version)
    plans, seen = plans_of(row), rulebook.latest_version()
    return lambda: restore_version(row, plans, seen=seen, actor=ADAM, reason="x")


@pytest.mark.django_db(transaction=True)
def test_of_several_imports_looked_at_together_one_is_made() -> None:
    results = together(*[importing(plan(points)) for points in ("7", "8", "9")])
    assert [type(failure) for failure in failures(results)] == [Conflict, Conflict]
    assert EvidenceRule.objects.values("points").distinct().count() == 1
    assert RulebookVersion.objects.count() == 2
    assert LedgerEntry.objects.filter(type="rules.imported").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_and_a_restore_do_not_mix() -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=9.5))
    results = together(importing(plan("7")), restoring(1))
    (failure,) = failures(results)
    assert isinstance(failure, Conflict)
    points = set(EvidenceRule.objects.values_list("points", flat=True))
    assert points == {7.0} or EvidenceRule.objects.get(name="Production").points == 5
    assert RulebookVersion.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["import", "restore"])
def test_no_entry_no_change(monkeypatch: pytest.MonkeyPatch, nothing_written: Any, what: str) -> None:
    """Also when only the last entry, the summary, cannot be written."""
    change(edited(EvidenceRule, {"name": "Production"}, points=9.5))
    verb = importing(plan("7")) if what == "import" else restoring(1)
    from governance.ledger import entries

    written = entries.leaf_hash

    def full(body: str) -> str:
        if '"type":"rules.' in body:
            raise OSError("The disk is full.")
        return written(body)

    monkeypatch.setattr(entries, "leaf_hash", full)
    with nothing_written(), pytest.raises(OSError, match="disk is full"):
        verb()
    assert EvidenceRule.objects.get(name="Production").points == 9.5

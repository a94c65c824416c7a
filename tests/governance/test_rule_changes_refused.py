"""What changes nothing: each refusal, at its field, with nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from governance import ledger, rulebook
from governance.actors import Actor
from governance.errors import Conflict, Forbidden, InvalidRule, ReasonRequired
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    LevelScore,
    RulebookVersion,
    Technique,
)
from governance.rule_changes import change_rule, fingerprint
from tests.governance.changes import (
    change,
    edited,
    made,
    new_indicator,
    new_policy,
    new_type,
    new_words,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields", [{}, {"points": 5}, {"words": "PROD\nproduction\nlive-system\nlive database"}], ids=str
)
def test_a_change_of_nothing_writes_nothing(fields: dict[str, Any], nothing_written: Any) -> None:
    row = edited(EvidenceRule, {"name": "Production"}, **fields)
    with nothing_written():
        assert change(row) is None


def test_the_same_links_are_no_change(nothing_written: Any) -> None:
    row = ActionTypeRule.objects.get(pattern="query")
    with nothing_written():
        assert change(row, links={"techniques": Technique.objects.filter(external_id="T1213")}) is None


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_without_a_reason_nothing_changes(reason: str, nothing_written: Any) -> None:
    with nothing_written(), pytest.raises(ReasonRequired):
        change(new_type(), reason=reason)


def test_an_agent_changes_no_rules(nothing_written: Any) -> None:
    agent = Actor(kind="agent", id="a", name="a")
    with nothing_written(), pytest.raises(Forbidden):
        change_rule(new_type(), actor=agent, reason="I would like to.")


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        (lambda: new_type(pattern=""), "pattern", "cannot be blank"),
        (lambda: new_type(pattern="a b"), "pattern", "dotted family"),
        (lambda: new_type(pattern="data*"), "pattern", "dotted family"),
        (lambda: new_type(pattern="*.read"), "pattern", "dotted family"),
        (lambda: new_type(pattern="a..b"), "pattern", "dotted family"),
        (lambda: new_type(pattern="QUERY"), "pattern", "already exists"),
        (lambda: new_type(level="minimal"), "level", "not a valid choice"),
        (lambda: new_type(extra_points=0.3), "extra_points", "step size 0.5"),
        (lambda: new_type(extra_points=-1), "extra_points", "greater than or equal to 0"),
        (lambda: new_type(extra_points=float("nan")), "extra_points", ""),
        (lambda: new_type(extra_points="many"), "extra_points", "must be a float"),
        (lambda: new_type(why=""), "why", "cannot be blank"),
        (lambda: new_type(cvss_vector="CVSS:3.1/AV:N"), "cvss_vector", "Missing mandatory metrics"),
        (lambda: edited(ActionTypeRule, {"pattern": "*"}, is_enabled=False), "is_enabled", "must stay enabled"),
        (lambda: edited(ActionTypeRule, {"pattern": "*"}, pattern="rest.*"), "pattern", "must stay *"),
        (lambda: new_words(words=" \n-"), "words", "at least one word"),
        (lambda: new_words(points=101), "points", "less than or equal to 100"),
        (lambda: new_words(name="Production"), "name", "already exists"),
        (lambda: new_indicator(points=0), "points", "Say what it does"),
        (lambda: new_indicator(key="External_Transfer"), "__all__", "already exists"),
        (lambda: edited(LevelScore, {"level": "high"}, score=60), "score", "would be called medium, not high"),
        (lambda: edited(LevelScore, {"level": "low"}, score=50), "score", "would be called medium, not low"),
        (lambda: edited(LevelScore, {"level": "low"}, level="medium"), "level", ""),
        (lambda: LevelScore(level="low", score=10), "level", "already exists"),
        (lambda: new_policy(condition="risk.scor > 1"), "condition", "Line 1, column 5"),
        (lambda: new_policy(condition="1"), "condition", "true or false"),
        (lambda: new_policy(effect="maybe"), "effect", "not a valid choice"),
        (lambda: new_policy(reason=""), "reason", "cannot be blank"),
        (lambda: Technique(external_id="T15", name="x", tactic="y"), "external_id", "ATT&CK, ATLAS or OWASP"),
        (lambda: Technique(external_id="T0001", name="x", tactic="y", tactic_id="Impact"), "tactic_id", "tactic's id"),
        (lambda: Control(control_id="AC3", title="x"), "control_id", "SP 800-53"),
    ],
)
def test_a_wrong_rule_is_refused_at_its_field(
    row: Callable[[], Model], field: str, says: str, nothing_written: Any
) -> None:
    rule = row()
    with nothing_written(), pytest.raises(InvalidRule) as refusal:
        change(rule)
    assert says in refusal.value.errors[field]
    assert "Nothing was changed." in refusal.value.sentence


def test_a_change_made_from_an_old_form_is_refused(nothing_written: Any) -> None:
    mine = ActionTypeRule.objects.get(pattern="query")
    seen = fingerprint(mine)
    change(edited(ActionTypeRule, {"pattern": "query"}, why="Somebody was faster."), seen=seen)
    mine.why = "I know better."
    with nothing_written(), pytest.raises(Conflict):
        change(mine, seen=seen)
    assert ActionTypeRule.objects.get(pattern="query").why == "Somebody was faster."


def test_links_changed_meanwhile_count_too(nothing_written: Any) -> None:
    row = ActionTypeRule.objects.get(pattern="query")
    seen = fingerprint(row)
    change(row, links={"controls": []})
    with nothing_written(), pytest.raises(Conflict):
        change(edited(ActionTypeRule, {"pattern": "query"}, why="Mine."), seen=seen)


@pytest.mark.parametrize("broken", ["ledger", "version"])
def test_all_or_nothing(broken: str, nothing_written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("the disk is full")

    if broken == "ledger":
        monkeypatch.setattr(ledger, "append", fail)
    else:
        monkeypatch.setattr(RulebookVersion.objects, "create", fail)
    row = edited(ActionTypeRule, {"pattern": "query"}, why="Changed.")
    with nothing_written(), pytest.raises(RuntimeError, match="disk"):
        change(row, links={"controls": []})
    stored = ActionTypeRule.objects.get(pattern="query")
    assert (stored.why, stored.controls.count()) == ("Reads data and changes nothing.", 2)


def test_rules_that_could_not_be_applied_together_are_refused(nothing_written: Any) -> None:
    LevelScore.objects.filter(level="low").delete()
    with nothing_written(), pytest.raises(InvalidRule, match="the levels are"):
        change(new_type())


def test_it_works_inside_a_transaction_and_goes_down_with_it(nothing_written: Any) -> None:
    with nothing_written(), transaction.atomic():
        assert made(change(new_type())).version == 2
        assert made(change(new_policy())).version == 3
        transaction.set_rollback(True)
    assert rulebook.current().version == 1

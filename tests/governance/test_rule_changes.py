"""A change of a rule: the row, the next version and the ledger entry, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db.models import Model

from governance import rule_content, rulebook
from governance.errors import Conflict, InvalidRule
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    LedgerEntry,
    LevelScore,
    Policy,
    RulebookVersion,
    Technique,
)
from governance.rule_changes import fingerprint
from tests.governance.changes import (
    VECTOR,
    change,
    edited,
    last_entry,
    made,
    new_indicator,
    new_policy,
    new_type,
    new_words,
)
from tests.support.threads import failures, together

pytestmark = pytest.mark.django_db


# -- What a change writes ----------------------------------------------------------------------------------


def test_a_new_rule_is_a_row_a_version_and_an_entry() -> None:
    version = made(change(new_type(pattern=" Ship.Parcel ")))
    assert (version.version, version.reason, version.changed_by) == (2, "Agreed on Monday.", "Adam")
    assert rulebook.current().mapping.rule_for("ship.parcel").why == "It leaves the house."
    assert rulebook.current(1).mapping.rule_for("ship.parcel").pattern == "*"
    entry = last_entry()
    row = ActionTypeRule.objects.get(pattern="ship.parcel")
    assert (entry["type"], entry["stream"], entry["req"]) == ("rule.created", "rules", "req_1")
    assert entry["actor"]["name"] == "Adam"
    assert entry["subject"] == {"kind": "actiontyperule", "id": str(row.pk)}
    assert entry["data"] == {
        "rule_kind": "action type",
        "rule": "ship.parcel",
        "reason": "Agreed on Monday.",
        "version": 2,
        "digest": version.digest,
        "before": None,
        "after": {
            "pattern": "ship.parcel",
            "level": "medium",
            "extra_points": "0",
            "why": "It leaves the house.",
            "cvss_vector": VECTOR,
            "reversibility": "unknown",
            "blast_radius": "unknown",
            "is_enabled": True,
            "techniques": [],
            "controls": [],
        },
        "replay": None,
    }


def test_a_change_tells_before_and_after_of_what_changed() -> None:
    version = made(change(edited(EvidenceRule, {"name": "Production"}, points=7.5, reason="It is the real one.")))
    assert last_entry()["type"] == "rule.changed"
    assert last_entry()["data"] == {
        "rule_kind": "evidence rule",
        "rule": "Production",
        "reason": "Agreed on Monday.",
        "version": 2,
        "digest": version.digest,
        "before": {"points": "5", "reason": "It is about the real system."},
        "after": {"points": "7.5", "reason": "It is the real one."},
        "replay": None,
    }
    assert EvidenceRule.objects.get(name="Production").points == 7.5


@pytest.mark.parametrize(
    "row",
    [
        new_type,
        new_policy,
        new_words,
        new_indicator,
        lambda: edited(LevelScore, {"level": "low"}, score=30),
        lambda: Technique(external_id="AML.T0080.000", name="Memory", tactic="Persistence", tactic_id="AML.TA0006"),
        lambda: Control(control_id="AC-2(1)", title="Automated System Account Management"),
    ],
)
def test_every_kind_of_rule_can_be_changed(row: Callable[[], Model]) -> None:
    version = made(change(row()))
    assert (version.version, RulebookVersion.objects.count()) == (2, 2)
    assert rulebook.current().version == 2
    assert json.loads(version.content) == json.loads(json.dumps(rule_content.content_of_rows()))


def test_links_are_part_of_the_same_change() -> None:
    row = ActionTypeRule.objects.get(pattern="query")
    links = {"techniques": Technique.objects.filter(external_id__in=["T1485", "T1005"])}
    change(row, links=links)
    assert last_entry()["data"]["before"] == {"techniques": ["T1213"]}
    assert last_entry()["data"]["after"] == {"techniques": ["T1005", "T1485"]}
    assert [item["id"] for item in rulebook.current().mapping.rule_for("query").techniques] == ["T1005", "T1485"]
    assert [item["id"] for item in rulebook.current().mapping.rule_for("query").controls] == ["AC-3", "AU-2"]
    assert RulebookVersion.objects.count() == 2


def test_a_new_rule_may_bring_its_links() -> None:
    change(new_type(), links={"techniques": [], "controls": Control.objects.filter(control_id="AC-3")})
    assert last_entry()["data"]["after"]["controls"] == ["AC-3"]
    assert rulebook.current().mapping.rule_for("ship.parcel").controls == [
        {"id": "AC-3", "title": "Access Enforcement"}
    ]


def test_a_technique_is_renamed_everywhere_at_once() -> None:
    change(edited(Technique, {"external_id": "T1485"}, name="Destruction of data"))
    assert rulebook.current().mapping.rule_for("database.delete").techniques[0]["name"] == "Destruction of data"
    assert rulebook.current(1).mapping.rule_for("database.delete").techniques[0]["name"] == "Data Destruction"


def test_a_disabled_rule_is_out_of_the_next_version() -> None:
    change(edited(ActionTypeRule, {"pattern": "query"}, is_enabled=False))
    assert rulebook.current().mapping.rule_for("query").pattern == "*"
    change(edited(Policy, {"name": "Payments over 10,000"}, is_enabled=False))
    assert rulebook.current().policies.observed == ()


def test_a_policy_works_as_soon_as_it_is_saved_in_the_order_of_priority() -> None:
    change(new_policy(name="second", priority=20))
    change(new_policy(name="first", priority=10))
    assert [policy.name for policy in rulebook.current().policies.enforced] == ["first", "second"]


@pytest.mark.parametrize(
    ("row", "field", "stored"),
    [
        (lambda: new_type(cvss_vector=f" {VECTOR} "), "cvss_vector", VECTOR),
        (lambda: new_words(words="ACME\n\n acme \nBig-Corp"), "words", "acme\nbig corp"),
        (lambda: new_indicator(key=" Abroad ", value="TRUE"), "value", "true"),
        (lambda: new_policy(condition=" risk.score > 90\r\n"), "condition", "risk.score > 90"),
    ],
)
def test_rules_are_stored_in_their_normal_form(row: Callable[[], Model], field: str, stored: str) -> None:
    rule = row()
    change(rule)
    rule.refresh_from_db()
    assert getattr(rule, field) == stored


# -- At the same time --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_changes_take_turns() -> None:
    results = together(*(lambda n=n: change(new_type(pattern=f"ship.{n}")) for n in range(4)))
    assert not failures(results)
    assert sorted(version.version for version in results) == [2, 3, 4, 5]
    entries = LedgerEntry.objects.filter(stream="rules").order_by("seq")
    assert [json.loads(entry.body)["data"]["version"] for entry in entries] == [1, 2, 3, 4, 5]
    # Each version holds what all before it changed: nobody froze an old picture.
    for number, entry in enumerate(entries):
        patterns = {
            rule["pattern"] for rule in json.loads(RulebookVersion.objects.get(pk=number + 1).content)["action_types"]
        }
        assert len([pattern for pattern in patterns if pattern.startswith("ship.")]) == number
        assert number == 0 or json.loads(entry.body)["data"]["rule"] in patterns


@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_rule_one_wins() -> None:
    def attempt(why: str) -> RulebookVersion | None:
        return change(edited(ActionTypeRule, {"pattern": "query"}, why=why), seen=seen)

    seen = fingerprint(ActionTypeRule.objects.get(pattern="query"))
    results = together(lambda: attempt("first"), lambda: attempt("second"))
    assert [type(failure) for failure in failures(results)] == [Conflict]
    assert RulebookVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_new_rules_with_one_name_one_wins() -> None:
    results = together(*[lambda: change(new_type())] * 2)
    assert [type(failure) for failure in failures(results)] == [InvalidRule]
    assert ActionTypeRule.objects.filter(pattern="ship.parcel").count() == 1

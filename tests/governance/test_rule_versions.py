"""Versions of the rulebook: compared with each other, and brought back as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from governance import rule_content, rulebook, version_diffs
from governance.ledger.canonical import canonical
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
from governance.rule_restores import plans_of
from tests.governance.changes import (
    change,
    edited,
    last_entry,
    new_indicator,
    new_policy,
    new_type,
    new_words,
)

pytestmark = pytest.mark.django_db


def place(version: int, what: str) -> str:
    return f"/admin/governance/rulebookversion/{version}/{what}"


def content(version: int | None = None) -> dict[str, Any]:
    rows = RulebookVersion.objects.filter(version=version) if version else RulebookVersion.objects.all()
    return json.loads(rows.latest("version").content)


def restore(browser: Client, version: int, because: str = "Back to Monday.", seen: int | None = None) -> Any:
    shown = browser.get(place(version, "restore/"))
    assert shown.status_code == 200
    seen = seen or shown.context["form"].initial["seen"]
    sent = {"change_reason": because, "seen": seen, "without_replay": "on"}
    return browser.post(place(version, "restore/"), sent, follow=True)


def upset(team: Group, person: Person) -> None:
    """Change about everything there is."""
    change(edited(LevelScore, {"level": "low"}, score=40.0))
    change(edited(ActionTypeRule, {"pattern": "query"}, level="high", why="Other."), links={"controls": []})
    change(edited(ActionTypeRule, {"pattern": "transaction"}, pattern="pay.now"))
    change(new_type(), links={"techniques": Technique.objects.all()[:2]})
    change(edited(EvidenceRule, {"name": "Production"}, name="The real thing", words="prod"))
    change(edited(EvidenceRule, {"name": "The real thing"}, name="The real, real thing"))
    change(edited(EvidenceRule, {"name": "Credentials"}, is_enabled=False))
    change(new_words())
    change(edited(IndicatorRule, {"name": "Health data"}, key="health", raises_to="high", cvss_environment="CR:H"))
    change(new_indicator())
    payments = {"priority": 200, "mode": "enforce", "owner": person, "valid_until": datetime(2030, 1, 1, tzinfo=UTC)}
    change(edited(Policy, {"name": "Payments over 10,000"}, **payments), links={"controls": Control.objects.all()[:2]})
    change(new_policy(priority=5))
    change(edited(Threshold, {"agent_type": "autonomous"}, review_from=50.0, deny_from=95.0))
    change(Threshold(agent_id="a-1", team=team, review_from=30.0, reason="New here."))


# -- Bringing back -----------------------------------------------------------------------------------------


def test_everything_comes_back(browser: Client, team: Group, admin_person: Person) -> None:
    upset(team, admin_person)
    upset_content, latest = content(), rulebook.latest_version()
    rows = {model: model._default_manager.count() for model in rule_content.KINDS}
    answer = restore(browser, 1)
    assert f"The rules are those of version 1 again: version {latest + 1} is in force." in answer.text
    assert content() == content(1)
    assert canonical(rule_content.content_of_rows()) == RulebookVersion.objects.get(version=1).content
    # Switched off, not deleted; and renamed back, not made again.
    assert {model: model._default_manager.count() for model in rule_content.KINDS} == rows
    assert not EvidenceRule.objects.get(name="Names").is_enabled
    # And forth again.
    restore(browser, latest)
    assert content() == upset_content


def test_it_is_one_version_with_an_entry_each_and_a_summary(
    browser: Client, admin_person: Person, nothing_written: Any
) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5))
    change(new_policy())
    with nothing_written():
        shown = browser.get(place(1, "restore/"))
    assert "points: <del>7.5</del> <ins>5</ins>" in shown.text
    assert "enabled: <del>yes</del> <ins>no</ins>" in shown.text
    assert "switched off, never deleted" in shown.text
    restore(browser, 1)
    assert RulebookVersion.objects.count() == 4
    entries = [json.loads(row.body) for row in LedgerEntry.objects.filter(stream="rules").order_by("-seq")[:3]]
    assert [entry["type"] for entry in entries] == ["rules.restored", "rule.changed", "rule.changed"]
    assert {entry["data"]["reason"] for entry in entries} == {"Back to Monday."}
    told = last_entry()["data"]
    assert (told["restored"], told["version"], told["changed"]) == (1, 4, 2)
    assert told["digest"] == told["restored_digest"]
    assert last_entry()["actor"]["id"] == str(admin_person.pk)


def test_the_order_of_the_reasons_comes_back_with_as_few_priorities_as_it_takes(browser: Client) -> None:
    for name, priority in (("A", 10), ("B", 10), ("C", 20), ("D", 30)):
        change(new_policy(name=name, priority=priority))
    version = rulebook.latest_version()
    change(edited(Policy, {"name": "B"}, priority=40))
    restore(browser, version)
    assert [item["name"] for item in content()["policies"]] == ["A", "B", "C", "D", "Payments over 10,000"]
    kept = dict(Policy.objects.values_list("name", "priority"))
    assert (kept["A"], kept["B"]) == (10, 40)
    assert content() == content(version)


def test_format_1_had_no_thresholds_and_leaves_them(browser: Client) -> None:
    old = content(1)
    del old["thresholds"]
    old["format"] = 1
    for rule in old["action_types"]:
        del rule["blast_radius"]
    for rule in old["policies"]:
        for name in ("severity", "owner", "controls", "valid_from", "valid_until"):
            del rule[name]
    text = canonical(old)
    RulebookVersion.objects.create(
        version=2, content=text, digest=rulebook.digest_of(text), reason="The first release.", changed_by="Adam"
    )
    change(edited(Threshold, {"agent_type": "autonomous"}, review_from=50.0))
    change(edited(Policy, {}, severity="critical", mode="enforce"))
    assert "The rules are those of version 2 again" in restore(browser, 2).text
    assert Threshold.objects.get(agent_type="autonomous").review_from == 50
    assert (Policy.objects.get().severity, Policy.objects.get().mode) == ("critical", "observe")
    assert browser.get(place(2, "change/")).status_code == 200
    assert browser.get(place(2, "compare/?other=1")).status_code == 200


def test_catalogue_names_stay_what_the_catalogue_says(browser: Client) -> None:
    change(edited(Technique, {"external_id": "T1485"}, name="Destroying data"))
    shown = browser.get(place(1, "restore/"))
    assert "There is nothing to bring back." in shown.text
    assert Technique.objects.get(external_id="T1485").name == "Destroying data"


def test_what_is_in_the_way_is_said(browser: Client, nothing_written: Any) -> None:
    """A rule that was renamed, and another one that has its name now."""
    change(edited(EvidenceRule, {"name": "Production"}, name="The real thing"))
    change(new_words(name="Production"))
    with nothing_written():
        shown = browser.get(place(1, "restore/"))
        assert "Evidence rule with this Name already exists." in shown.text
        assert 'name="change_reason"' not in shown.text
        answer = browser.post(place(1, "restore/"), {"change_reason": "x", "seen": 3})
    assert answer.status_code == 400
    assert "1 row is wrong, so nothing was changed." in answer.text


def test_a_person_or_a_team_that_is_called_otherwise_now(browser: Client, other_team: Group) -> None:
    change(Threshold(agent_id="a-1", team=other_team, review_from=30.0, reason="New here."))
    version = rulebook.latest_version()
    change(edited(Threshold, {"agent_id": "a-1"}, review_from=40.0))
    other_team.name = "Parcels"
    other_team.save(update_fields=["name"])
    shown = browser.get(place(version, "restore/"))
    assert "There is no team “Logistics” here." in shown.text


# -- Refusing ----------------------------------------------------------------------------------------------


def test_a_change_meanwhile_stops_it(browser: Client, nothing_written: Any) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5))
    change(edited(EvidenceRule, {"name": "Credentials"}, points=7.5))
    with nothing_written():
        answer = restore(browser, 1, seen=2)
    assert answer.status_code == 409
    assert "Somebody changed the rules meanwhile. Nothing was changed." in answer.text
    assert "Back to Monday." in answer.text
    assert answer.context["form"].initial["seen"] == 3
    assert "again: version 4" in restore(browser, 1).text


def test_no_reason_no_restore(browser: Client, nothing_written: Any) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5))
    with nothing_written():
        answer = restore(browser, 1, because=" ")
    assert "This field is required." in answer.text


def test_the_version_in_force_needs_no_restore(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        assert "There is nothing to bring back." in browser.get(place(1, "restore/")).text
        answer = browser.post(place(1, "restore/"), {"change_reason": "x", "seen": 1}, follow=True)
    assert "Nothing was different" in answer.text


def test_auditors_read_and_do_not_restore(
    browser: Client, reader: Client, sign_in: Callable[[Person], Client], reviewer: Person, nothing_written: Any
) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5))
    with nothing_written():
        for what in ("change/", "compare/", "compare/?other=2"):
            assert reader.get(place(1, what)).status_code == 200
            assert (place(1, "restore/") in browser.get(place(1, what)).text) is True
            assert (place(1, "restore/") in reader.get(place(1, what)).text) is False
        assert reader.get(place(1, "restore/")).status_code == 403
        assert reader.post(place(1, "restore/"), {"change_reason": "x", "seen": 2}).status_code == 403
        outside = sign_in(reviewer)
        assert outside.get("/admin/governance/rulebookversion/1/compare/").status_code == 302
        assert outside.get("/admin/governance/rulebookversion/1/restore/").status_code == 302


@pytest.mark.parametrize("what", ["compare/", "restore/"])
def test_a_version_there_never_was(browser: Client, what: str) -> None:
    assert browser.get(place(99, what)).status_code == 404
    assert browser.get(place(10**30, what)).status_code == 404


# -- Comparing ---------------------------------------------------------------------------------------------


def test_two_versions_side_by_side(reader: Client, team: Group, admin_person: Person) -> None:
    upset(team, admin_person)
    latest = rulebook.latest_version()
    shown = reader.get(place(1, f"compare/?other={latest}"))
    text = shown.text
    assert f"From version 1 to version {latest}" in text
    sections = {section.title: section for section in shown.context["sections"]}
    assert {title: (s.added, s.removed, s.changed) for title, s in sections.items()} == {
        "Level scores": (0, 0, 1),
        "Action types": (2, 1, 1),
        "Evidence rules": (2, 2, 0),
        "Indicator rules": (1, 0, 1),
        "Policies": (1, 0, 1),
        "Thresholds": (1, 0, 1),
    }
    assert "level: <del>low</del> <ins>high</ins>" in text
    assert "owner: <ins>adam</ins>" in text
    assert "review_from: <del>60</del> <ins>50</ins>" in text
    assert "valid_until: <ins>2030-01-01T00:00:00+00:00</ins>" in text
    # The other way round says the same.
    assert reader.get(place(latest, "compare/?other=1")).context["sections"] == shown.context["sections"]


def test_without_another_one_it_is_the_version_before(reader: Client) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5), reason="<i>x</i>")
    change(edited(EvidenceRule, {"name": "Production"}, points=9.0))
    shown = reader.get(place(2, "compare/"))
    assert "From version 1 to version 2" in shown.text
    assert "points: <del>5</del> <ins>7.5</ins>" in shown.text
    assert "&lt;i&gt;x&lt;/i&gt;" in shown.text
    assert place(2, "compare/?other=3") in shown.text


def test_versions_that_say_the_same(reader: Client) -> None:
    change(edited(EvidenceRule, {"name": "Production"}, points=7.5))
    change(edited(EvidenceRule, {"name": "Production"}, points=5.0))
    assert "The rules of both versions are the same." in reader.get(place(1, "compare/?other=3")).text
    assert "This is the same version." in reader.get(place(1, "compare/")).text


@pytest.mark.parametrize("other", ["99", "0", "x", "-1", "9" * 30])
def test_a_version_to_compare_with_that_there_is_not(reader: Client, other: str) -> None:
    assert reader.get(place(1, "compare/"), {"other": other}).status_code == 200


def test_the_order_of_policies_is_a_difference() -> None:
    first = {"policies": [{"name": "A", "effect": "deny"}, {"name": "B", "effect": "deny"}]}
    second = {"policies": [*reversed(first["policies"])]}
    (section,) = version_diffs.compare(first, second)
    assert (section.title, section.reordered, section.rules) == (
        "Policies",
        "The policies give their reasons in another order.",
        [],
    )
    assert version_diffs.compare(first, first) == []
    assert version_diffs.compare(first, {"policies": [{"name": "B", "effect": "deny"}]})[0].reordered == ""


def test_a_plan_of_the_version_in_force_is_empty() -> None:
    plans = plans_of(RulebookVersion.objects.get(version=1))
    assert [plan.model for plan in plans] == list(rule_content.KINDS)
    assert {line.status for plan in plans for line in plan.lines} == {"same"}


def test_a_version_names_its_thresholds_and_where_to_go(browser: Client) -> None:
    change(edited(Threshold, {"agent_type": "autonomous"}, review_from=50.0))
    shown = browser.get(place(1, "change/")).text
    for words in ("Nobody watches an autonomous agent", "Compare with the one in force", "Bring this version back"):
        assert words in shown
    assert "Bring this version back" not in browser.get(place(2, "change/")).text

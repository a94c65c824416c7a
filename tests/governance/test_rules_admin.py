"""The rules in Django admin: every save has a reason and goes through the verb; nothing else changes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

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
)
from governance.rule_changes import fingerprint
from tests.governance.changes import VECTOR, last_entry

KINDS = (ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore, Policy, Technique, Control)

# The answer to the question that tests/governance/test_replay_first.py is about.
UNSEEN = {"without_replay": "on"}


def page(model: type[Model], place: str) -> str:
    return f"/admin/governance/{model._meta.model_name}/{place}"


def fields_of(row: Model) -> dict[str, Any]:
    """What the browser would send for a stored rule as it stands."""
    sent: dict[str, Any] = {}
    for field in (*row._meta.concrete_fields, *row._meta.many_to_many):
        value = field.value_from_object(row)
        if isinstance(value, list):
            sent[field.name] = [link.pk for link in value]
        elif value is not False:
            sent[field.name] = value
    return sent | {"seen": fingerprint(row)}


def save(browser: Client, row: Model, because: str = "Agreed on Monday.", **fields: Any) -> HttpResponse:
    """Send a stored rule's form with other values."""
    sent = {name: value for name, value in (fields_of(row) | fields).items() if value is not None}
    sent |= {"change_reason": because} | UNSEEN
    return browser.post(page(type(row), f"{row.pk}/change/"), sent, follow=True)


def add(browser: Client, model: type[Model], because: str = "A new thing.", **fields: Any) -> HttpResponse:
    sent = {"change_reason": because, "is_enabled": "on"} | UNSEEN | fields
    return browser.post(page(model, "add/"), sent, follow=True)


def errors(response: HttpResponse) -> dict[str, list[str]]:
    """The complaints of a form that came back."""
    return dict(response.context["adminform"].form.errors)


def rule(model: type[Model], **lookup: Any) -> Any:
    return model._default_manager.get(**lookup)


# -- Reading -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [*KINDS, RulebookVersion])
@pytest.mark.parametrize("who", ["admin_person", "auditor"])
def test_admins_and_auditors_read_everything(
    model: type[Model], who: str, sign_in: Callable[[Person], Client], request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    row = model._default_manager.first()
    assert row is not None
    assert browser.get(page(model, "")).status_code == 200
    shown = browser.get(page(model, f"{row.pk}/change/"))
    assert shown.status_code == 200
    may_change = who == "admin_person" and model is not RulebookVersion
    assert ('name="change_reason"' in shown.text) == may_change
    assert ('name="_save"' in shown.text) == may_change


def test_reviewers_do_not_get_in(sign_in: Callable[[Person], Client], reviewer: Person) -> None:
    assert sign_in(reviewer).get(page(Policy, "")).status_code == 302


def test_the_reason_is_never_filled_in(browser: Client) -> None:
    shown = browser.get(page(Policy, f"{rule(Policy).pk}/change/"))
    assert shown.context["adminform"].form["change_reason"].value() is None


def test_a_version_is_shown_in_words(browser: Client) -> None:
    shown = browser.get(page(RulebookVersion, "1/change/")).text
    for words in (
        "T1485 Data Destruction",
        "AC-3 Access Enforcement",
        "Removes rows; only a backup brings them back.",
        "Payments over 10,000",
        "has(action.details.amount) &amp;&amp; action.details.amount &gt; 10000",
        "external_transfer",
        "drop table",
    ):
        assert words in shown, words


# -- Saving ------------------------------------------------------------------------------------------------


def test_a_change_is_saved_with_its_reason(browser: Client, admin_person: Person) -> None:
    row = rule(EvidenceRule, name="Production")
    response = save(browser, row, points="7.5")
    assert response.redirect_chain
    assert "Rulebook version 2 is in force." in response.text
    row.refresh_from_db()
    assert row.points == 7.5
    entry = last_entry()
    assert (entry["type"], entry["data"]["reason"]) == ("rule.changed", "Agreed on Monday.")
    assert entry["actor"]["id"] == str(admin_person.pk)
    assert entry["actor"]["ip"] == "127.0.0.1"
    assert entry["req"]
    assert rule(RulebookVersion, version=2).changed_by == admin_person.shown_name


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (ActionTypeRule, {"pattern": "ship.parcel", "level": "high", "extra_points": "0", "why": "Gone.",
                          "blast_radius": "outside", "reversibility": "no", "cvss_vector": VECTOR}),
        (EvidenceRule, {"name": "Names", "words": "acme\nbig corp", "points": "5", "up_to": "85", "reason": "A name."}),
        (IndicatorRule, {"name": "Abroad", "key": "abroad", "value": "true", "points": "5", "up_to": "100",
                         "reason": "It goes abroad."}),
        (Policy, {"name": "No", "condition": "risk.score > 90", "effect": "deny", "mode": "enforce",
                  "severity": "high", "reason": "Too risky.", "priority": "100"}),
        (Technique, {"external_id": "AML.T0061", "name": "LLM Prompt Self-Replication", "tactic": "Persistence",
                     "tactic_id": "AML.TA0006"}),
        (Control, {"control_id": "AC-2(1)", "title": "Automated System Account Management"}),
    ],
)  # fmt: skip
def test_a_new_rule_is_saved_with_its_reason(browser: Client, model: type[Model], fields: dict[str, str]) -> None:
    response = add(browser, model, **fields)
    assert "Rulebook version 2 is in force." in response.text
    assert last_entry()["type"] == "rule.created"
    assert RulebookVersion.objects.count() == 2


def test_links_are_saved_in_the_same_change(browser: Client) -> None:
    row = rule(ActionTypeRule, pattern="query")
    save(browser, row, techniques=[rule(Technique, external_id="T1485").pk], why="Reads.")
    assert last_entry()["data"]["after"] == {"why": "Reads.", "techniques": ["T1485"]}
    assert RulebookVersion.objects.count() == 2


def test_a_rule_is_disabled_not_deleted(browser: Client) -> None:
    row = rule(Policy)
    save(browser, row, is_enabled=None)
    assert last_entry()["data"]["after"] == {"is_enabled": False}
    for model in (*KINDS, RulebookVersion):
        row = model._default_manager.first()
        assert row is not None
        assert browser.post(page(model, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403
        listed = browser.get(page(model, ""))
        assert 'name="action"' not in listed.text
        assert 'name="form-TOTAL_FORMS"' not in listed.text


def test_a_level_keeps_its_name(browser: Client) -> None:
    save(browser, rule(LevelScore, level="low"), score="40", level="high")
    assert {row.level: row.score for row in LevelScore.objects.all()}["low"] == 40
    assert browser.get(page(LevelScore, "add/")).status_code == 403


# -- Refusing ----------------------------------------------------------------------------------------------


def test_no_reason_no_change(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        response = save(browser, rule(EvidenceRule, name="Production"), because="  ", points="7")
    assert errors(response) == {"change_reason": ["This field is required."]}


def test_no_difference_no_change(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        response = save(browser, rule(EvidenceRule, name="Production"))
    assert "Nothing is different" in errors(response)["__all__"][0]


@pytest.mark.parametrize(
    ("model", "lookup", "fields", "field", "says"),
    [
        (ActionTypeRule, {"pattern": "query"}, {"cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:MEDIUM/I:N/A:N"},
         "cvss_vector", 'Unknown value "MEDIUM" in field "C:MEDIUM"'),
        (ActionTypeRule, {"pattern": "query"}, {"pattern": "data_*"}, "pattern", "dotted family"),
        (ActionTypeRule, {"pattern": "query"}, {"pattern": "Transaction"}, "pattern", "already exists"),
        (ActionTypeRule, {"pattern": "query"}, {"extra_points": "0.3"}, "extra_points", "step size 0.5"),
        (ActionTypeRule, {"pattern": "*"}, {"is_enabled": None}, "is_enabled", "must stay enabled"),
        (EvidenceRule, {"name": "Production"}, {"words": "x"}, "words", "at least two letters"),
        (IndicatorRule, {"name": "Leaves the organisation"}, {"points": "0"}, "points", "Say what it does"),
        (LevelScore, {"level": "high"}, {"score": "60"}, "score", "would be called medium"),
        (Policy, {}, {"condition": 'action.typ == "query"'}, "condition", "Line 1, column 7: undeclared reference"),
        (Technique, {"external_id": "T1485"}, {"external_id": "1485"}, "external_id", "ATT&CK, ATLAS or OWASP"),
        (Control, {"control_id": "AC-3"}, {"control_id": "AC3"}, "control_id", "SP 800-53"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_explained_at_its_field(
    browser: Client, nothing_written: Any, model: type[Model], lookup: dict[str, str], fields: dict[str, Any],
    field: str, says: str,
) -> None:  # fmt: skip
    with nothing_written():
        response = save(browser, rule(model, **lookup), **fields)
    assert response.status_code == 200
    assert list(errors(response)) == [field]
    assert says.replace('"', "&quot;") in errors(response)[field][0].replace('"', "&quot;")


def test_the_caret_stands_under_its_place(browser: Client) -> None:
    shown = save(browser, rule(Policy), condition='action.typ == "<b>"').text
    assert (
        '<pre class="errornote">Line 1, column 7: undeclared reference to &#x27;action.typ&#x27;'
        "\n | action.typ == &quot;&lt;b&gt;&quot;\n"
        " | ......^\n"
    ) in shown


def test_a_form_that_has_been_overtaken_is_refused(browser: Client, nothing_written: Any) -> None:
    row = rule(ActionTypeRule, pattern="query")
    old = fingerprint(row)
    save(browser, row, why="Somebody was faster.")
    with nothing_written():
        response = save(browser, row, why="Mine.", seen=old)
    assert "Somebody else changed this rule meanwhile." in response.text
    assert rule(ActionTypeRule, pattern="query").why == "Somebody was faster."


@pytest.mark.parametrize("model", KINDS)
def test_an_auditor_changes_nothing(
    model: type[Model], sign_in: Callable[[Person], Client], auditor: Person, nothing_written: Any
) -> None:
    browser = sign_in(auditor)
    row = model._default_manager.first()
    assert row is not None
    with nothing_written():
        assert save(browser, row).status_code == 403
        assert add(browser, model).status_code == 403


def test_versions_are_read_only(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        assert browser.post(page(RulebookVersion, "1/change/"), {"reason": "x"}).status_code == 403
        assert browser.post(page(RulebookVersion, "add/"), {}).status_code == 403


# -- Hints and history -------------------------------------------------------------------------------------


def test_a_fallback_below_the_review_line_is_pointed_out(browser: Client) -> None:
    response = save(browser, rule(ActionTypeRule, pattern="*"), extra_points="0")
    assert "starts at 60, below the review line of 70" in response.text


@pytest.mark.parametrize(("condition", "hinted"), [("action.details.amount > 5", True), ("risk.score > 5", False)])
def test_a_condition_that_needs_what_may_be_missing_is_pointed_out(
    browser: Client, condition: str, hinted: bool
) -> None:
    response = save(browser, rule(Policy), condition=condition)
    assert ("gets no answer from this policy" in response.text) == hinted


def test_the_history_is_the_ledgers(browser: Client) -> None:
    row = rule(EvidenceRule, name="Production")
    empty = browser.get(f"/admin/governance/evidencerule/{row.pk}/history/")
    assert "Unchanged since the default rules were loaded." in empty.text
    save(browser, row, because="<i>Because</i>", points="7.5")
    shown = browser.get(f"/admin/governance/evidencerule/{row.pk}/history/").text
    assert "changed evidence rule Production: &lt;i&gt;Because&lt;/i&gt;" in shown
    assert "points: <del>5</del> <ins>7.5</ins>" in shown
    assert "Adam" in shown or "adam" in shown


def test_every_kind_has_a_history(browser: Client) -> None:
    for address in (
        f"/admin/governance/actiontyperule/{rule(ActionTypeRule, pattern='query').pk}/history/",
        f"/admin/governance/indicatorrule/{rule(IndicatorRule, name='Health data').pk}/history/",
        f"/admin/governance/levelscore/{rule(LevelScore, level='low').pk}/history/",
        f"/admin/governance/policy/{rule(Policy).pk}/history/",
        f"/admin/governance/technique/{rule(Technique, external_id='T1485').pk}/history/",
        f"/admin/governance/control/{rule(Control, control_id='AC-3').pk}/history/",
    ):
        assert browser.get(address).status_code == 200
    assert browser.get("/admin/governance/policy/999999/history/").status_code == 302


def test_the_ledger_is_the_only_record_that_counts(browser: Client) -> None:
    """Django's own log is written by the form; the entry is written by the change."""
    before = LedgerEntry.objects.filter(stream="rules").count()
    save(browser, rule(Policy), mode="enforce")
    assert LedgerEntry.objects.filter(stream="rules").count() == before + 1
    assert json.loads(rule(RulebookVersion, version=2).content)["policies"][0]["mode"] == "enforce"

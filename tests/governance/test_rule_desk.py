"""The pages of the rules' desk: picking from the catalogues, the forms, the lists, and the front page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from governance.admin.risk_rules import ActionTypeRuleAdmin
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Mitigation,
    Person,
    Technique,
)
from tests.governance.changes import change, edited, last_entry, new_type
from tests.governance.desk import ACTION_TYPE, PICK, SUGGEST, asked, plain, rule, sent
from tests.habits.tree import ROOT

Browse = Callable[[Person], Client]


@pytest.fixture
def ask(browser: Client, nothing_written: Any) -> Callable[..., str]:
    """`ask(address, field=value, ...)` gives the words of the answer, and nothing was written."""
    return partial(asked, browser, nothing_written)


# -- Picking ---------------------------------------------------------------------------------------------------


def picks(browser: Client, kind: str, text: str) -> dict[str, Any]:
    return browser.post(PICK, {"kind": kind, "q": text}).json()


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("techniques", "t1485", "T1485"),
        ("techniques", "destruct", "AML.T0101"),
        ("techniques", "stored manip", "T1565.001"),
        ("controls", "ac-02", "AC-2"),
        ("controls", "ac-6", "AC-6"),
        ("controls", "least privilege", "AC-6"),
    ],
)
def test_rows_are_found_by_id_and_by_words(browser: Client, kind: str, text: str, first: str) -> None:
    assert picks(browser, kind, text)["items"][0]["id"] == first


def test_what_is_not_found_is_said(browser: Client) -> None:
    assert picks(browser, "controls", "no such thing") == {"items": [], "total": 0, "is_empty": False}
    many = picks(browser, "techniques", "t1")
    assert len(many["items"]) == 12 < many["total"]
    answer = browser.post(PICK, {"kind": "people", "q": "a"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Say what to search: kind is techniques or controls."},
    )
    assert picks(browser, "controls", "\0")["total"] == Control.objects.count()


def test_a_withdrawn_row_is_marked(browser: Client) -> None:
    Technique.objects.filter(external_id="T1485").update(is_withdrawn=True)
    assert picks(browser, "techniques", "T1485")["items"][0]["withdrawn"] is True
    row = rule(ActionTypeRule, pattern="database.delete")
    assert "T1485 Data Destruction Impact withdrawn" in plain(browser.get(f"{ACTION_TYPE}{row.pk}/change/"))


def test_ids_may_be_typed_where_there_is_no_script(browser: Client) -> None:
    row = rule(ActionTypeRule, pattern="query")
    fields = sent(row, **{"techniques-typed": "t1485, AML.T0053", "controls-typed": "ac-02"})
    assert browser.post(f"{ACTION_TYPE}{row.pk}/change/", fields).status_code == 302
    after = last_entry()["data"]["after"]
    assert after == {"techniques": ["AML.T0053", "T1213", "T1485"], "controls": ["AC-2", "AC-3", "AU-2"]}


def test_an_unknown_id_is_refused_and_stays_in_its_field(browser: Client, nothing_written: Any) -> None:
    row = rule(ActionTypeRule, pattern="query")
    with nothing_written():
        answer = browser.post(f"{ACTION_TYPE}{row.pk}/change/", sent(row, **{"techniques-typed": "T9999"}))
    assert "T9999: not in the catalogue. Check the id, or load the catalogue that has it" in plain(answer)
    assert 'value="T9999"' in answer.text


def test_a_box_that_is_not_ticked_takes_the_row_away(browser: Client) -> None:
    row = rule(ActionTypeRule, pattern="query")
    browser.post(f"{ACTION_TYPE}{row.pk}/change/", sent(row, techniques=[]))
    assert last_entry()["data"]["after"] == {"techniques": []}


def test_controls_are_suggested_by_the_published_mapping(ask: Callable[..., str]) -> None:
    delete, exfiltration = rule(Technique, external_id="T1485"), rule(Technique, external_id="T1020")
    assert "No mapping of techniques to controls is loaded yet" in ask(SUGGEST, techniques=[delete.pk])
    backup, flow, gone = (rule(Control, control_id=name) for name in ("CP-9", "AC-4", "SI-7"))
    Control.objects.filter(pk=gone.pk).update(is_withdrawn=True)
    for technique, control in ((delete, backup), (delete, flow), (exfiltration, flow), (delete, gone)):
        Mitigation.objects.create(technique=technique, control=control)
    assert "Choose a technique" in ask(SUGGEST)
    assert "Choose a technique" in ask(SUGGEST, techniques=["²", "9" * 40, "T1485"])
    both = ask(SUGGEST, techniques=[delete.pk, exfiltration.pk])
    assert both.index("AC-4") < both.index("CP-9")
    assert "AC-4 Information Flow Enforcement against T1020, T1485" in both or "against T1485, T1020" in both
    assert "SI-7" not in both
    assert "CP-9" not in ask(SUGGEST, techniques=[delete.pk], controls=[backup.pk])
    other = rule(Technique, external_id="T1046")
    assert "names no further control" in ask(SUGGEST, techniques=[other.pk])


# -- The pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore])
def test_a_form_shows_its_preview_without_a_script(browser: Client, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    shown = browser.get(f"/admin/governance/{model._meta.model_name}/{row.pk}/change/")
    for words in ('class="draft"', "data-preview=", 'name="change_reason"'):
        assert words in shown.text, words


def test_an_auditor_reads_the_preview_and_asks_nothing(sign_in: Browse, auditor: Person) -> None:
    row = rule(ActionTypeRule, pattern="transaction")
    shown = sign_in(auditor).get(f"{ACTION_TYPE}{row.pk}/change/")
    assert "85 base = High 85" in plain(shown)
    assert "data-preview" not in shown.text


def test_the_unclassified_row_comes_first_and_is_explained(browser: Client) -> None:
    listed = browser.get(ACTION_TYPE).text
    assert "everything unclassified" in listed
    assert listed.index("everything unclassified") < listed.index(">analysis<")
    row = rule(ActionTypeRule, pattern="*")
    assert "It must stay" in plain(browser.get(f"{ACTION_TYPE}{row.pk}/change/"))
    ordering = ActionTypeRule.objects.order_by("-pattern").first()
    assert ordering is not None and ordering.pattern != "*"  # the twin: by name alone it would not lead from both ends


def test_a_disabled_rule_is_visibly_off(browser: Client) -> None:
    assert 'class="state off"' not in browser.get(ACTION_TYPE).text
    change(edited(ActionTypeRule, {"pattern": "analysis"}, is_enabled=False))
    assert browser.get(ACTION_TYPE).text.count('class="state off"') == 1


@pytest.mark.parametrize("words", ["T1485", "Data Destruction", "SI-12", "only a backup"])
def test_a_list_is_searched_by_what_a_rule_maps_to(browser: Client, words: str) -> None:
    assert "database.delete" in browser.get(ACTION_TYPE, {"q": words}).text


@pytest.mark.parametrize("address", ["/admin/", ACTION_TYPE])
def test_more_rules_cost_no_more_queries(
    browser: Client, address: str, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(26) as counted:
        browser.get(address)
    some = len(counted)
    ActionTypeRule.objects.bulk_create(new_type(pattern=f"ship.{number}") for number in range(25))
    with django_assert_num_queries(some):
        browser.get(address)


def test_the_front_page_is_grouped_by_job(browser: Client) -> None:
    change(edited(ActionTypeRule, {"pattern": "query"}, is_enabled=False), reason="Read <b>only</b>.")
    shown = browser.get("/admin/")
    text = plain(shown)
    total = ActionTypeRule.objects.count()
    for words in ("Rulebook version 2 in force since", "by Adam because: Read", f"{total - 1} enabled of {total}"):
        assert words in text, words
    assert "<b>only</b>" not in shown.text
    places = [shown.text.index(f'id="job-{job}"') for job in ("rules", "catalogues", "agents", "people", "operations")]
    assert places == sorted(places)
    assert 'id="job-more"' not in shown.text
    assert 'href="/"' in shown.text
    assert 'href="/history/"' in shown.text


def test_an_auditors_front_page_offers_nothing_to_add(sign_in: Browse, auditor: Person) -> None:
    shown = sign_in(auditor).get("/admin/").text
    assert 'class="add"' not in shown
    assert "Policies" in shown


def test_an_apps_own_page_still_works(browser: Client) -> None:
    assert browser.get("/admin/governance/").status_code == 200


@pytest.mark.parametrize("name", ["admin.css", "foureyes.css", "policies.css"])
def test_every_rule_of_a_sheet_is_closed(name: str) -> None:
    """Sheets are written by many hands: one brace lost puts all that follows into a rule for phones."""
    depth = 0
    for number, line in enumerate((ROOT / "reviews/static/foureyes" / name).read_text().splitlines(), 1):
        if line.startswith("@media"):
            assert depth == 0, f"{name}:{number}: a rule before it is not closed"
        depth += line.count("{") - line.count("}")
    assert depth == 0, name


def test_every_field_of_the_form_has_its_group() -> None:
    """The twin: a field that no group names would be saved as nobody saw it."""
    grouped = [field for _, fields in ActionTypeRuleAdmin.rule_groups for field in fields]
    own = {field.name for field in (*ActionTypeRule._meta.concrete_fields, *ActionTypeRule._meta.many_to_many)}
    assert set(grouped) == own - {"id"}
    assert len(grouped) == len(set(grouped))

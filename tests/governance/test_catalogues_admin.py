"""Techniques, controls, mitigations and releases in Django admin: found fast, explained, and changed with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from governance.catalogues.about import in_order
from governance.default_catalogue import MITRE_NOTICE, TECHNIQUES
from governance.models import ActionTypeRule, CatalogueRelease, Control, Mitigation, Person, Policy, Technique
from governance.rule_changes import change_rule
from tests.governance.catalogue_files import attack, baseline, controls, load, mapping, technique
from tests.governance.changes import ADAM, edited
from tests.governance.test_rules_admin import errors, page, save

pytestmark = pytest.mark.django_db


def shown(browser: Client, model: type[Model], query: str = "") -> list[str]:
    """The ids in a list, in its order."""
    response = browser.get(page(model, f"?{query}"))
    assert response.status_code == 200
    name = "external_id" if model is Technique else "control_id"
    return [getattr(row, name) for row in response.context["cl"].result_list]


def form(browser: Client, row: Model) -> str:
    return browser.get(page(type(row), f"{row.pk}/change/")).text


def control(number: str) -> Control:
    return Control.objects.get(control_id=number)


def change(model: type[Model], lookup: dict[str, Any], **fields: Any) -> None:
    change_rule(edited(model, lookup, **fields), actor=ADAM, reason="So we say.")


# -- Lists -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "term", "found"),
    [
        (Technique, "T1485", ["T1485"]),
        (Technique, "t1213", ["T1213", "T1213.006"]),
        (Technique, "asi0", [f"ASI0{n}" for n in range(1, 10)]),
        (Technique, "aml.t0053", ["AML.T0053"]),
        (Technique, "stored data", ["T1565.001"]),
        (Technique, "TA0006", sorted(number for number, words in TECHNIQUES.items() if "TA0006" in words[2])),
        (Technique, "nothing like it", []),
        (Control, "AC-06(09)", ["AC-6(9)"]),
        (Control, "ac-6", ["AC-6", "AC-6(9)"]),
        (Control, "least privilege", ["AC-6"]),
    ],
)
def test_search_knows_ids_and_names(browser: Client, model: type[Model], term: str, found: list[str]) -> None:
    assert shown(browser, model, f"q={term}") == found


def test_an_id_is_looked_for_in_ids_only(browser: Client) -> None:
    """The index of ids finds it; names are only read for words."""

    def looks_into_names(term: str) -> bool:
        with CaptureQueriesContext(connection) as captured:
            shown(browser, Technique, f"q={term}")
        searched = [query["sql"].rpartition(" WHERE ")[2] for query in captured if term in query["sql"]]
        assert searched
        return any('"name"' in condition for condition in searched)

    assert not looks_into_names("T1485")
    assert looks_into_names("Data")


def test_controls_are_in_the_order_of_their_numbers(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, controls=controls(AC_2_1="x", AC_2_10="x", AC_2_2="x", AC_10="x"))
    found = shown(browser, Control, "q=ac-")
    numbers = ["AC-2", "AC-2(1)", "AC-2(2)", "AC-2(10)", "AC-3", "AC-10", "AC-20"]
    assert [number for number in found if number in numbers] == numbers
    assert [row.control_id for row in Control.objects.order_by(in_order())][:2] == ["AC-2", "AC-2(1)"]


def test_filters(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, attack=attack(without="T1485"), baseline=baseline(ids="AC-2 AC-6(9)"))
    assert shown(browser, Technique, "framework__exact=owasp") == [f"ASI{n:02}" for n in range(1, 11)]
    assert shown(browser, Technique, "state=withdrawn") == ["T1485"]
    assert "T1485" not in shown(browser, Technique, "state=in_force")
    assert "T1565.001" in shown(browser, Technique, "tactic=Impact&used=yes")
    assert "T1565.001" not in shown(browser, Technique, "used=no")
    assert shown(browser, Control, "baseline=low") == ["AC-2", "AC-6(9)"]
    assert shown(browser, Control, "baseline=high") == []


def test_a_list_says_how_often_each_is_used(browser: Client) -> None:
    row = technique()
    used = row.action_types.filter(is_enabled=True).count()
    assert used > 1
    policy = Policy.objects.get()
    change_rule(policy, actor=ADAM, reason="It serves it.", links={"controls": [control("AC-3")]})
    change(ActionTypeRule, {"pattern": "file.delete"}, is_enabled=False)
    listed = {one.external_id: one for one in browser.get(page(Technique, "?q=T1485")).context["cl"].result_list}
    assert listed["T1485"].used == used - 1
    listed_controls = browser.get(page(Control, "?q=AC-3"))
    assert listed_controls.context["cl"].result_list[0].policy_count == 1
    assert "1 policy</td>" in listed_controls.text


@pytest.mark.parametrize("model", [Technique, Control, Mitigation, CatalogueRelease])
def test_a_list_costs_the_same_for_one_row_and_for_many(browser: Client, tmp_path: Path, model: type[Model]) -> None:
    load(tmp_path, mapping=mapping("T1485:AC-2"), baseline=baseline())
    queries = []
    for more in (False, True):
        if more:
            new = {f"T9{n:03}": "New" for n in range(30)}
            load(tmp_path, attack=attack("18.2", **new), controls=controls(AC_2_1="x", AC_2_2="x"))
            load(tmp_path, mapping=mapping(" ".join(f"T9{n:03}:AC-2" for n in range(30)), version="17.0"))
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page(model, "?o=1")).status_code == 200
        queries.append(len(captured))
    assert queries[0] == queries[1]


@pytest.mark.parametrize("model", [Technique, Control, Mitigation])
def test_the_notice_and_the_releases_are_there(browser: Client, model: type[Model], tmp_path: Path) -> None:
    load(tmp_path, mapping=mapping())
    listed = browser.get(page(model, "")).text
    assert MITRE_NOTICE in listed
    assert "(starter set)" in listed or model is Mitigation
    row = model._default_manager.all()[0]
    if model is not Mitigation:
        assert MITRE_NOTICE in form(browser, row)


def test_a_picker_offers_what_is_in_force(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, attack=attack(without="T1213.006"))
    response = browser.get(
        "/admin/autocomplete/",
        {"app_label": "governance", "model_name": "actiontyperule", "field_name": "techniques", "term": "T1213"},
    )
    assert [found["text"] for found in response.json()["results"]] == ["T1213 Data from Information Repositories"]


# -- Pages -------------------------------------------------------------------------------------------------


def test_a_technique_shows_publisher_rules_and_controls(browser: Client, tmp_path: Path) -> None:
    both = {"name": "Data Destruction", "tactics": ["Execution", "Impact"]}
    load(tmp_path, attack=attack(T1485=both), mapping=mapping("T1485:CP-9 T1485:CP-10 T1005:AC-3"))
    text = form(browser, technique())
    for words in (
        "The same as here.",
        "It serves Execution (TA0002), Impact (TA0040); any of them may stand here.",
        "Last read from MITRE ATT&amp;CK Enterprise 18.1.",
        'href="https://attack.mitre.org/techniques/T1485/" target="_blank" rel="noreferrer noopener"',
        ">database.delete</a> (high)",
        ">CP-9 System Backup</a>",
    ):
        assert words in text, words
    assert "AC-3 Access Enforcement" not in text
    assert text.index(">CP-9 ") < text.index(">CP-10 ")


def test_a_control_shows_baselines_policies_and_techniques(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, baseline=baseline(ids="CP-9"), mapping=mapping("T1485:CP-9"))
    change_rule(Policy.objects.get(), actor=ADAM, reason="x", links={"controls": [control("CP-9")]})
    text = form(browser, control("CP-9"))
    for words in ("Baselines: low.", "Payments over 10,000</a>", ">T1485 Data Destruction</a>", "number=CP-9"):
        assert words in text, words


def test_many_mitigations_are_on_a_list_of_their_own(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, attack=attack(**{f"T9{n:03}": "New" for n in range(30)}))
    load(tmp_path, mapping=mapping(" ".join(f"T9{n:03}:AC-2" for n in range(30))))
    row = control("AC-2")
    link = f"/admin/governance/mitigation/?control={row.pk}"
    assert f'href="{link}">18 more</a>' in form(browser, row)
    assert browser.get(link).context["cl"].result_count == 30
    assert browser.get("/admin/governance/mitigation/?q=ac-02").context["cl"].result_count == 30
    assert browser.get("/admin/governance/mitigation/?q=T9001").context["cl"].result_count == 1


def test_what_differs_from_the_publisher_is_shown(browser: Client) -> None:
    assert "says</th>" not in form(browser, technique())
    response = save(browser, technique(), name="Loss of <our> data", tactic="Ruin")
    assert "Rulebook version 2 is in force." in response.text
    text = form(browser, technique())
    assert "MITRE ATT&amp;CK says</th>" in text
    assert '<th scope="row">Name</th><td>Data Destruction</td>' in text
    assert '<th scope="row">Tactic</th><td>Impact (TA0040)</td>' in text
    assert "Yours stands" in text


def test_a_withdrawn_one_says_so(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, attack=attack(without="T1485"))
    assert "Its publisher revoked or deprecated it." in form(browser, technique())


def test_what_was_made_here_says_so_and_the_new_form_is_plain(browser: Client) -> None:
    row = Technique(external_id="T0800", name="Of <plants>")
    change_rule(row, actor=ADAM, reason="ICS.")
    text = form(browser, row)
    assert "it was made here" in text
    assert escape("Of <plants>") in text
    assert "What its publisher says" not in browser.get(page(Technique, "add/")).text


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [(lambda: technique(), "external_id", "T1999"), (lambda: control("AC-3"), "control_id", "AC-30")],
)
def test_a_published_id_stays(browser: Client, nothing_written: Any, row: Any, field: str, value: str) -> None:
    with nothing_written():
        response = save(browser, row(), **{field: value})
    assert "A published id stays what it is." in errors(response)[field][0]


def test_an_id_made_here_may_be_corrected(browser: Client) -> None:
    row = Technique(external_id="T9998", name="Ours")
    change_rule(row, actor=ADAM, reason="New.")
    assert "Rulebook version 3" in save(browser, row, external_id="T9999").text


# -- To read only ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Mitigation, CatalogueRelease])
@pytest.mark.parametrize("who", ["admin_person", "auditor"])
def test_what_publishers_state_is_read_only(
    model: type[Model], who: str, sign_in: Callable[[Person], Client], request: pytest.FixtureRequest, tmp_path: Path,
    nothing_written: Any,
) -> None:  # fmt: skip
    load(tmp_path, mapping=mapping())
    browser = sign_in(request.getfixturevalue(who))
    row = model._default_manager.all()[0]
    assert browser.get(page(model, "")).status_code == 200
    assert browser.get(page(model, f"{row.pk}/change/")).status_code == 200
    with nothing_written():
        for place in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
            answer: HttpResponse = browser.post(page(model, place), {"post": "yes", "title": "x"})
            assert answer.status_code == 403


def test_a_release_says_what_came_of_it(browser: Client, tmp_path: Path) -> None:
    load(tmp_path, mapping=mapping())
    assert "3 new" in browser.get(page(CatalogueRelease, "")).text
    release = CatalogueRelease.objects.all()[0]
    assert release.digest in form(browser, release)


# -- The check ---------------------------------------------------------------------------------------------


def complaints() -> list[str]:
    return [message.msg for message in run_checks(databases=["default"]) if message.id == "foureyes.W002"]


def test_a_rule_that_names_what_is_withdrawn_is_warned_of(tmp_path: Path) -> None:
    assert complaints() == []
    load(tmp_path, attack=attack(without="T1213.006"), controls=controls(withdrawn="IA-5"))
    users = ActionTypeRule.objects.filter(techniques__external_id="T1213.006").values_list("pattern", flat=True)
    for pattern in users:
        assert f"The action type {pattern} names T1213.006, which its publisher has withdrawn." in complaints()
    assert any("names IA-5," in words for words in complaints())
    for pattern in users:
        change(ActionTypeRule, {"pattern": pattern}, is_enabled=False)
    assert not any("T1213.006" in words for words in complaints())

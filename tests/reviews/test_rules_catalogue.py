"""The catalogues, to read: techniques and controls, which rules use them, which actions carried them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from governance.default_catalogue import MITRE_NOTICE
from governance.models import ActionTypeRule, Control, Mitigation, Person, Technique
from tests.governance.changes import change, new_policy, new_type
from tests.reviews.pages import body_of, text_of
from tests.support import lifecycles
from tests.support.api import Api

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def reader(sign_in: SignIn, reviewer: Person) -> Client:
    """A reviewer's browser."""
    return sign_in(reviewer)


def technique(number: str, name: str = "Something new", **fields: object) -> Technique:
    """A technique of the catalogue that no shipped rule uses."""
    return Technique.objects.create(external_id=number, name=name, tactic="Impact", tactic_id="TA0040", **fields)


def test_a_technique(api: Api, reader: Client) -> None:
    technique("T1565", "Data Manipulation")
    row = Technique.objects.get(external_id="T1565.001")
    control = Control.objects.get(control_id="SI-7")
    Mitigation.objects.create(technique=row, control=control)
    change(new_policy(name="Serves it", mode="observe"), links={"controls": [control]})
    change(new_policy(name="Names it", mode="observe", condition='"T1565.001" in risk.techniques'))
    change(new_policy(name="Names its parent", mode="observe", condition='"T1565" in risk.techniques'))
    number = lifecycles.pending(api, action_type="data_modification")
    other = lifecycles.auto_approved(api, resource="elsewhere")
    page = reader.get("/catalogue/techniques/T1565.001/")
    text = text_of(page)
    for words in (
        "T1565.001 Stored Data Manipulation",
        "Source MITRE ATT&CK Tactic Impact TA0040 Part of T1565 Data Manipulation",
        "Last read from MITRE ATT&CK Enterprise 18.1 (starter set).",
        "data_modification High",
        "Policies and routes whose condition names it Names it",
        "Policies that serve a control published as mitigating it Serves it",
        "Controls published as mitigating it SI-7 Software",
        f"#{number} data_modification",
        "Looked for in the latest 2 actions you may see.",
        MITRE_NOTICE,
    ):
        assert words in text, words
    assert "Names its parent" not in text
    assert f"#{other} " not in text
    body = body_of(page)
    assert 'href="/actions/?technique=T1565.001"' in body
    assert 'href="https://attack.mitre.org/techniques/T1565/001/" target="_blank" rel="noreferrer noopener"' in body
    assert "T1565.001 Stored Data Manipulation" in text_of(reader.get("/catalogue/techniques/T1565/"))


def test_a_control(api: Api, reader: Client) -> None:
    serving = new_policy(name="Serves it", condition="risk.score > 1", effect="require_approval")
    change(serving, links={"controls": [_control("AC-6(9)")]})
    Mitigation.objects.create(technique=Technique.objects.get(external_id="T1565.001"), control=_control("AC-6(9)"))
    number = lifecycles.pending(api)
    page = reader.get("/catalogue/controls/AC-6(9)/")
    text = text_of(page)
    for words in (
        "AC-6(9) Log Use of Privileged Functions",
        "Family Access Control",
        "Enhancement of AC-6 Least Privilege",
        "Policies that serve it Serves it",
        "Techniques it is published to mitigate T1565.001",
        f"#{number} transaction",  # its type names other controls: the policy serves this one
    ):
        assert words in text, words
    assert 'href="/actions/?control=AC-6%289%29"' in body_of(page)
    assert "AC-6(9) Log Use" in text_of(reader.get("/catalogue/controls/AC-6/"))


def _control(number: str) -> Control:
    return Control.objects.get(control_id=number)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("controls/ac-06(09)", "controls/AC-6(9)"),
        ("controls/AC-6.9", "controls/AC-6(9)"),
        ("techniques/t1565.001", "techniques/T1565.001"),
    ],
)
def test_another_spelling_leads_to_ours(reader: Client, asked: str, address: str) -> None:
    page = reader.get(f"/catalogue/{asked}/", follow=True)
    assert page.redirect_chain[-1][0] == f"/catalogue/{address}/"
    assert page.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "techniques/T9999",
        "techniques/NONSENSE",
        "techniques/%22",
        "techniques/%00",
        "techniques/" + "T" * 200,
        "controls/ZZ-99",
        "controls/nonsense",
        "controls/%0A",
    ],
)
def test_what_no_catalogue_has_and_nothing_names(reader: Client, address: str) -> None:
    change(new_policy(name="Names another", condition='"T1565" in risk.techniques'))
    assert reader.get(f"/catalogue/{address}/", follow=True).status_code == 404


def test_an_entry_that_is_gone(api: Api, reader: Client, sign_in: SignIn, outsider: Person) -> None:
    """A row can go only behind the portal's back; what old actions carried is still explained."""
    row = technique("T1999", "Gone soon")
    control = Control.objects.create(control_id="ZZ-1", title="Gone as well")
    change(new_type(pattern="ship.parcel", level="high"), links={"techniques": [row], "controls": [control]})
    number = lifecycles.pending(api, action_type="ship.parcel")
    change(_edited("ship.parcel"), links={"techniques": [], "controls": []})
    row.delete()
    control.delete()
    for address in ("techniques/T1999", "controls/ZZ-1"):
        text = text_of(reader.get(f"/catalogue/{address}/"))
        assert "No catalogue that is loaded here has this entry." in text
        assert f"#{number} ship.parcel" in text
        assert sign_in(outsider).get(f"/catalogue/{address}/").status_code == 404  # nothing they may see names it
    change(new_policy(name="Still names it", condition='"T1999" in risk.techniques'))
    assert "Still names it" in text_of(sign_in(outsider).get("/catalogue/techniques/T1999/"))


def _edited(pattern: str) -> ActionTypeRule:
    row = ActionTypeRule.objects.get(pattern=pattern)
    row.why = "It leaves the house, still."
    return row


def test_withdrawn(reader: Client) -> None:
    technique("T1998", "Withdrawn one", is_withdrawn=True)
    assert "Its publisher revoked or deprecated it." in text_of(reader.get("/catalogue/techniques/T1998/"))
    assert "Withdrawn one withdrawn" in text_of(reader.get("/catalogue/?q=T1998"))


@pytest.mark.parametrize(
    ("asked", "found", "missing"),
    [
        ("q=t1997", {"T1997"}, {"T1565.001"}),
        ("q=stored data", {"T1565.001"}, {"T1997"}),
        ("source=owasp", {"ASI01"}, {"T1997", "T1565.001"}),
        ("tactic=Impact&q=T1", {"T1997", "T1565.001"}, {"ASI01"}),
        ("mapped=on&q=data", {"T1565.001"}, {"T1997"}),
    ],
)
def test_techniques_are_found(reader: Client, asked: str, found: set[str], missing: set[str]) -> None:
    technique("T1997", "Unmapped data")
    seen = {row.external_id for row, *_ in reader.get(f"/catalogue/?{asked}").context["rows"]}
    assert found <= seen
    assert not missing & seen


@pytest.mark.parametrize(
    ("asked", "found", "missing"),
    [
        ("q=ac-06", {"AC-6", "AC-6(9)"}, {"AU-2"}),
        ("q=least priv", {"AC-6"}, {"AU-2"}),
        ("family=AU", {"AU-2"}, {"AC-6", "ZZ-1"}),
        ("mapped=on", {"AC-6"}, {"ZZ-1"}),
        ("baseline=low", {"ZZ-1"}, {"AC-6"}),
    ],
)
def test_controls_are_found(reader: Client, asked: str, found: set[str], missing: set[str]) -> None:
    Control.objects.create(control_id="ZZ-1", title="In the low baseline", in_low=True)
    seen = {row.control_id for row, *_ in reader.get(f"/catalogue/controls/?{asked}").context["rows"]}
    assert found <= seen
    assert not missing & seen


def test_controls_stand_in_their_publishers_order(reader: Client) -> None:
    rows = [row.control_id for row, *_ in reader.get("/catalogue/controls/?family=AC").context["rows"]]
    assert rows.index("AC-6") < rows.index("AC-6(9)") < rows.index("AC-17")


def test_the_list_says_what_is_loaded_and_whose_it_is(reader: Client) -> None:
    text = text_of(reader.get("/catalogue/"))
    assert "MITRE ATT&CK Enterprise (starter set) 18.1, read" in text
    assert MITRE_NOTICE in text


def test_as_many_statements_for_one_row_and_for_25(reader: Client) -> None:
    address = reverse("technique", args=["T1996"])
    row = technique("T1996")

    def counted() -> int:
        reader.get(address)
        with CaptureQueriesContext(connection) as found:
            assert reader.get(address).status_code == 200
        return len(found)

    def add(number: int) -> None:
        control = Control.objects.create(control_id=f"ZZ-{number}", title=f"Control {number}")
        Mitigation.objects.create(technique=row, control=control)
        rule = new_type(pattern=f"ship.parcel{number}")
        rule.save()
        rule.techniques.add(row)
        technique(f"T1996.{number:03}")
        new_policy(name=f"Policy {number}", condition='"T1996" in risk.techniques').save()

    add(1)
    before = counted()
    for number in range(2, 26):
        add(number)
    assert counted() == before

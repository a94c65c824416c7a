"""The action page: the waterfall adds up on every page, and the classification says what there is to know."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from actions.models import Action
from governance.default_action_types import ACTION_TYPES
from governance.models import Person
from reviews.case import Case
from tests.reviews.pages import pay, row, text_of
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]


def page_of(client: Client, action: Action) -> Any:
    return client.get(f"/actions/{action.pk}/")


def shown_waterfall(body: str) -> tuple[list[float], float]:
    """The points of each factor on the page, and the score below them."""
    steps = body[body.index('<ol class="fall">') :]
    numbers = re.findall(r'<span class="num">([^<]+)</span>', steps[: steps.index("</ol>")])
    points = [float(number.replace("\N{MINUS SIGN}", "-").replace("±", "")) for number in numbers]
    return points[:-1], points[-1]


def assert_page_adds_up(client: Client, action: Action) -> None:
    body = page_of(client, action).content.decode()
    points, score = shown_waterfall(body)
    assert sum(points) == score == action.risk_score, action.action_type
    assert "do not add up" not in body


@pytest.mark.parametrize("state", lifecycles.ALL)
def test_every_page_adds_up_in_every_state(api: Api, auditor: Person, sign_in: SignIn, state: str) -> None:
    """Wire-contract 14, row 27: there, the documented example did not follow its own formula."""
    assert_page_adds_up(sign_in(auditor), row(lifecycles.ALL[state](api)))


# What raises a score in every way there is.
ALARMING = {
    "description": "Delete all customers in production with their passwords",
    "environment": "production",
    "risk_indicators": {
        "financial_data": True,
        "health_data": True,
        "external_transfer": True,
        "amount_threshold": "exceeded",
        "compliance_flags": ["HIPAA", "GDPR"],
        "verified": True,
    },
}


@pytest.mark.any_engine
def test_every_page_adds_up_for_every_type(api: Api, auditor: Person, sign_in: SignIn) -> None:
    """One type of each rating; the other names of the same thing differ in their name only."""
    client = sign_in(auditor)
    one_of_each = {row[1:]: row.pattern.replace("*", "x") for row in ACTION_TYPES}
    assert len(one_of_each) > 200
    for action_type in one_of_each.values():
        assert_page_adds_up(client, row(api.submit(action_type=action_type)["id"]))


@pytest.mark.any_engine
@pytest.mark.parametrize("fields", [ALARMING, {"risk_indicators": {"risk_level": "critical"}}])
@pytest.mark.parametrize("action_type", ["query", "data_access", "transaction", "system_operation", "frobnicate"])
def test_every_page_adds_up_whatever_is_declared(
    api: Api, auditor: Person, sign_in: SignIn, action_type: str, fields: dict[str, Any]
) -> None:
    action = row(lifecycles.pending(api, action_type=action_type, **fields))
    assert len(action.assessment["factors"]) > 1
    assert_page_adds_up(sign_in(auditor), action)


def test_a_page_that_does_not_add_up_says_so(api: Api, reviewer: Person) -> None:
    action = row(pay(api, 5).pk)
    action.assessment["factors"].append({"kind": "raise", "label": "Slipped in", "points": 5.0})
    body = render_to_string("_action_background.html", {"case": Case(action, reviewer), "action": action})
    points, score = shown_waterfall(body)
    assert sum(points) != score
    assert "the factors do not add up to it" in body


# -- Classification ----------------------------------------------------------------------------------------


def classification(client: Client, action: Action) -> str:
    text = text_of(page_of(client, action))
    return text[text.index("Can it be undone") : text.index("Timeline")]


def test_the_classification_says_how_far_it_reaches_and_names_what_it_is(
    api: Api, senior: Person, sign_in: SignIn
) -> None:
    text = classification(sign_in(senior), row(lifecycles.pending(api, action_type="user.grant")))
    for part in (
        "How far it reaches A whole system",
        "CVSS 3.1 9.1 Critical MITRE",
        "MITRE ATT&CK and ATLAS T1098 Account Manipulation Persistence",
        "OWASP Top 10 for agents ASI03 Identity and Privilege Abuse",
        "NIST SP 800-53 AC-2 Account Management AC-5 Separation of Duties AC-6 Least Privilege",
    ):
        assert part in text, part
    for absent in ("base score", "at stake"):
        assert absent not in text


def test_a_type_without_an_agentic_risk_has_no_such_line(api: Api, senior: Person, sign_in: SignIn) -> None:
    assert "OWASP" not in classification(sign_in(senior), pay(api, 5))


def test_cvss_shows_both_scores_and_why_the_context_counts(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5, environment="production", risk_indicators={"pii_involved": True})
    text = classification(sign_in(senior), action)
    for part in (
        "CVSS 3.1 9.8 Critical base score 7.7 High",
        "What is at stake here, as CVSS counts it pii_involved = true: Personal data is involved.",
        "environment = production: It happens where the work is done, and people rely on it.",
        "Need for confidentiality here high Need for integrity here high Need for availability here high",
        "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:N/I:H/A:N/CR:H/IR:H/AR:H",
    ):
        assert part in text, part


def test_a_context_that_changes_no_number_says_so(api: Api, senior: Person, sign_in: SignIn) -> None:
    text = classification(sign_in(senior), row(lifecycles.critical(api, environment="production")))
    assert "CVSS 3.1 9.1 Critical the same as its base score" in text
    assert "environment = production:" in text


@pytest.mark.parametrize(
    ("radius", "words"),
    [
        ("record", "One record"),
        ("records", "Many records"),
        ("system", "A whole system"),
        ("outside", "Beyond our systems"),
        ("unknown", "Unknown"),
        (None, "Unknown"),
    ],
)
def test_reach_in_words(api: Api, reviewer: Person, radius: str | None, words: str) -> None:
    """Actions of the first release have none."""
    action = row(lifecycles.auto_approved(api))
    action.assessment["blast_radius"] = radius
    assert Case(action, reviewer).blast_radius == words


@pytest.mark.parametrize(("who", "linked"), [("auditor", True), ("reviewer", False)])
def test_the_rulebook_is_a_link_for_those_who_may_read_it(
    api: Api, request: pytest.FixtureRequest, sign_in: SignIn, who: str, linked: bool
) -> None:
    action, client = pay(api, 5), sign_in(request.getfixturevalue(who))
    page = page_of(client, action)
    address = f"/admin/governance/rulebookversion/{action.rulebook_version}/change/"
    assert f"rulebook version {action.rulebook_version}" in text_of(page)
    assert (f'href="{address}"' in page.content.decode()) == linked
    assert client.get(address).status_code == (200 if linked else 302)


def test_an_assessment_that_failed_has_no_rulebook_to_link(api: Api, auditor: Person) -> None:
    action = row(pay(api, 5).pk)
    action.rulebook_version = 0
    assert not Case(action, auditor).reads_rulebook

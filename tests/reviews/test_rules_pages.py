"""The rules, to read for everybody who decides by them: listings, one policy, one route, one action type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.models import ActionTypeRule, Control, Person, Policy, Role, Route
from governance.people import create_person
from reviews.rules.condition_words import names_in, said
from reviews.rules.recent import Recent
from tests.governance.changes import change, new_policy, new_type
from tests.reviews.pages import DECEPTIVE, XSS, assert_only_ours, body_of, text_of
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]

LISTINGS = (
    "rules",
    "rules_routes",
    "rules_thresholds",
    "rules_action_types",
    "rules_words",
    "rules_indicators",
    "rules_levels",
    "catalogue",
    "catalogue_controls",
)


@pytest.fixture
def policy(admin_person: Person) -> Policy:
    """An enforced policy that calls a person for payments, changed once since it was made."""
    row = new_policy(
        name="Payments are looked at",
        condition='action.type == "transaction" && (risk.score >= 60 || action.details.?amount.orValue(0) > 100)',
        effect="require_approval",
        reason="Money leaves the house.",
        severity="high",
        owner=admin_person,
    )
    change(row, "Agreed with finance.", links={"controls": [Control.objects.get(control_id="AC-3")]})
    row.reason = "Money leaves the house for good."
    change(row, "Clearer words.")
    return row


def queries(client: Client, address: str) -> int:
    """How many statements a page takes, after it was opened once."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def addresses(policy: Policy) -> list[str]:
    """Every kind of page."""
    route = new_route(stages=[stage((1, "Compliance", 3))])
    rule = ActionTypeRule.objects.get(pattern="transaction")
    return [
        *map(reverse, LISTINGS),
        reverse("policy", args=[policy.pk]),
        reverse("route", args=[route.pk]),
        reverse("action_type_rule", args=[rule.pk]),
        reverse("technique", args=["T1565.001"]),
        reverse("control", args=["AC-3"]),
    ]


@pytest.mark.parametrize("who", ["reviewer", "senior", "auditor", "admin_person", "outsider"])
def test_everybody_with_a_role_may_read(
    request: pytest.FixtureRequest, sign_in: SignIn, policy: Policy, who: str
) -> None:
    client = sign_in(request.getfixturevalue(who))
    for address in addresses(policy):
        page = client.get(address)
        assert page.status_code == 200, address
        assert_only_ours(body_of(page))
        assert ("/admin/governance/policy/" in body_of(page)) == (
            who == "admin_person" and address == reverse("policy", args=[policy.pk])
        )


def test_nobody_else_may(client: Client, sign_in: SignIn, policy: Policy) -> None:
    nobody = sign_in(create_person(actor=SETUP, username="nobody", role=Role.NONE))
    for address in addresses(policy):
        assert client.get(address).status_code == 302
        page = nobody.get(address)
        assert page.status_code == 403
        assert "The rules are shown to people who have a role here" in text_of(page)
        assert policy.name not in text_of(page)
        assert sign_in(member("reader", "Payments")).post(address).status_code == 405


def test_the_rulebook_in_force(sign_in: SignIn, reviewer: Person, policy: Policy) -> None:
    text = text_of(sign_in(reviewer).get("/rules/"))
    assert "Rulebook version 3 is in force since" in text
    assert "by Adam because: Clearer words." in text
    assert "Policies" in text
    assert "calls a person enforced" in text
    assert "High adam always" in text


def test_a_policy(api: Api, sign_in: SignIn, reviewer: Person, policy: Policy) -> None:
    one = lifecycles.pending(api, resource="the till")
    lifecycles.auto_approved(api, resource="elsewhere")
    page = sign_in(reviewer).get(reverse("policy", args=[policy.pk]))
    text = text_of(page)
    for words in (
        "What it does calls a person",
        "sent to the agent Money leaves the house for good.",
        "AC-3 Access Enforcement",
        "all of these hold action type is transaction",
        "at least one of these holds risk score is at least 60",
        "action details amount (if it was not sent: 0) is above 100",
        "action.type What kind of action it is, always in lower case.",
        "Adam changed policy Payments are looked at: Clearer words.",
        "Adam created policy Payments are looked at: Agreed with finance.",
        f"#{one} transaction",
        "Looked for in the latest 2 actions you may see.",
    ):
        assert words in text, words
    assert "elsewhere" not in text
    assert 'href="/actions/?policy=Payments%20are%20looked%20at"' in body_of(page)
    assert f'href="{reverse("control", args=["AC-3"])}"' in body_of(page)


def test_what_a_stranger_did_is_in_no_number(api: Api, sign_in: SignIn, outsider: Person, policy: Policy) -> None:
    number = lifecycles.pending(api)
    page = text_of(sign_in(outsider).get(reverse("policy", args=[policy.pk])))
    assert f"#{number}" not in page
    assert "Looked for in the latest 0 actions you may see." in page


def test_an_action_whose_route_asks_for_a_group_is_recent_for_it(api: Api, outsider: Person) -> None:
    new_route(stages=[stage((1, "Compliance", 3))])
    number = lifecycles.pending(api)
    assert [action.pk for action in Recent(member("carla", "Compliance")).actions] == [number]
    assert Recent(outsider).actions == []


def test_observed_disabled_and_out_of_its_time(sign_in: SignIn, reviewer: Person, api: Api) -> None:
    now = timezone.now()
    change(new_policy(name="Watching", condition="risk.score > 1", mode="observe"))
    change(new_policy(name="Over", valid_until=now - timedelta(days=1), valid_from=now - timedelta(days=2)))
    change(new_policy(name="Early", valid_from=now + timedelta(days=1)))
    change(new_policy(name="Off", is_enabled=False))
    lifecycles.pending(api)
    rows = body_of(sign_in(reviewer).get("/rules/")).split("<tr")
    said_of = {name: next(row for row in rows if f">{name}<" in row) for name in ("Watching", "Over", "Early", "Off")}
    assert "observed only" in said_of["Watching"]
    assert '<td class="num count">1<' in said_of["Watching"]
    assert "no longer valid" in said_of["Over"]
    assert "not yet valid" in said_of["Early"]
    assert "disabled" in said_of["Off"]
    assert not any("disabled" in said_of[name] for name in ("Watching", "Over", "Early"))


def test_a_route(api: Api, sign_in: SignIn, reviewer: Person, senior: Person, team: Any) -> None:
    member("carla", "Compliance")
    route = new_route(
        "Payments in two steps",
        stages=[stage((1, None, 2), label="First"), stage((2, "Compliance", 3))],
        condition='action.type == "transaction"',
        score_from=60,
        score_below=90,
        deadline_minutes=240,
        team=team,
    )
    number = lifecycles.pending(api)
    text = text_of(sign_in(reviewer).get(reverse("route", args=[route.pk])))
    for words in (
        "score from 60 to below 90 · agents of Payments",
        "Deadline 240 minutes Reminder after never",
        "First: 1 of team level 2; 2 of Compliance level 3",
        "Stage 2 cannot be met: it wants 2 of Compliance, level 3 or above, and only carla could approve this.",
        "1 reviewer of level 2 or above: sina",
        "It holds when action type is transaction.",
        "Why these people decide So the board decided.",
        f"#{number} transaction",
    ):
        assert words in text, words
    listed = text_of(sign_in(reviewer).get("/rules/routes/"))
    wanted = "First: 1 reviewer of level 2 or above; 2 of Compliance, level 3 or above"
    assert f"{wanted} 240 minutes 1 lately" in listed


def test_an_action_type(api: Api, sign_in: SignIn, reviewer: Person) -> None:
    change(new_type(pattern="ship.*", why="Anything that leaves.", extra_points=5))
    change(new_type(pattern="ship.parcel", extra_points=5))
    number = lifecycles.auto_approved(api, action_type="Ship.Letter")
    family = ActionTypeRule.objects.get(pattern="ship.*")
    page = sign_in(reviewer).get(reverse("action_type_rule", args=[family.pk]))
    text = text_of(page)
    for words in (
        "ship.* Medium 65",
        "Rates every type of this family that has no rule of its own.",
        "65 = 60 for Medium + 5",
        "CVSS 3.1",
        "Attack vector network",
        "Others of its family ship.parcel Medium",
        "Rated alike: same level, points and vector ship.parcel Medium",
        f"#{number} Ship.Letter",
    ):
        assert words in text, words
    assert "/actions/?type=" not in body_of(page)  # the list knows types, no families
    exact = ActionTypeRule.objects.get(pattern="transaction")
    assert "/actions/?type=transaction" in body_of(sign_in(reviewer).get(f"/rules/action-types/{exact.pk}/"))


@pytest.mark.parametrize(
    ("address", "asked", "found", "not_found"),
    [
        ("/rules/", "q=finance", "Finance first", "Old freeze"),
        ("/rules/", "state=off", "Old freeze", "Finance first"),
        ("/rules/", "effect=allow", "Finance first", "Old freeze"),
        ("/rules/action-types/", "q=database.del", "database.delete", "transaction"),
        ("/rules/action-types/", "level=critical&q=database.", "database.alter", "database.update"),
        ("/rules/thresholds/", "q=autonomous", "Nobody watches", "until somebody registers"),
        ("/rules/words/", "q=passphrase", "Credentials", "Everything at once"),
        ("/rules/indicators/", "q=zzz", "Nothing matches these filters", "Sent as"),
        ("/rules/action-types/", "level=purple", "This filter was not understood", "transaction"),
    ],
)
def test_search(sign_in: SignIn, reviewer: Person, address: str, asked: str, found: str, not_found: str) -> None:
    change(new_policy(name="Finance first", effect="allow", condition="risk.score < 10"))
    change(new_policy(name="Old freeze", is_enabled=False))
    text = text_of(sign_in(reviewer).get(f"{address}?{asked}")).partition("Filter")[2] or "no filter"
    assert found in text
    assert not_found not in text


def test_long_lists_are_paged(sign_in: SignIn, reviewer: Person) -> None:
    client = sign_in(reviewer)
    patterns = list(ActionTypeRule.objects.values_list("pattern", flat=True))
    seen = []
    for number in range(1, len(patterns) // 50 + 2):
        page = client.get(f"/rules/action-types/?page={number}")
        seen += [one.row.pattern for one in page.context["rows"]]
    assert sorted(seen) == sorted(patterns)
    assert client.get("/rules/action-types/?page=nonsense").context["sheet"].number == 1
    part = client.get("/rules/action-types/", headers={"HX-Request": "true"})
    assert "<nav" not in body_of(part).partition("<table")[0]


@pytest.mark.parametrize("text", [XSS, DECEPTIVE])
def test_hostile_words_are_shown_as_words(api: Api, sign_in: SignIn, reviewer: Person, text: str) -> None:
    policy = new_policy(name=f"P{text}"[:100], reason=text, condition="risk.score > 1", effect="require_approval")
    change(policy, text)
    lifecycles.pending(api, action_type=f"transaction.{text}"[:100], resource=text)
    client = sign_in(reviewer)
    for address in ("/rules/", f"/rules/policies/{policy.pk}/"):
        body = body_of(client.get(address))
        assert_only_ours(body)
        if text is DECEPTIVE:
            assert "U+202E" in body
            assert "\u202e" not in body


def test_as_many_statements_for_many_rows(api: Api, sign_in: SignIn, reviewer: Person, policy: Policy) -> None:
    client = sign_in(reviewer)
    lifecycles.pending(api)
    every = addresses(policy)
    before = {address: queries(client, address) for address in every}
    for number in range(24):
        new_policy(name=f"More {number}", owner=reviewer).save()
        stages = [stage((1, f"Group {number % 3}", 3))]
        Route(name=f"Route {number}", stages=stages, order=200, team=group("Payments"), reason="More.").save()
    for _ in range(3):
        lifecycles.pending(api)
    for address in every:
        assert queries(client, address) == before[address], address


@pytest.mark.parametrize("address", ["policies/999999", "routes/999999", "action-types/999999", "policies/x"])
def test_what_is_not_there(sign_in: SignIn, reviewer: Person, address: str) -> None:
    assert sign_in(reviewer).get(f"/rules/{address}/").status_code == 404


def test_without_policies_it_says_what_decides(sign_in: SignIn, reviewer: Person) -> None:
    client = sign_in(reviewer)
    assert "There are no routes. Each pending action takes the default one" in text_of(client.get("/rules/routes/"))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('action.type == "transaction"', "action type is transaction"),
        ('!(agent.team in ["A", "B c"])', 'agent team is none of A, "B c"'),
        ('"T1485" in risk.techniques', "risk techniques include T1485"),
        ('!action.resource.contains("x")', "action resource does not contain x"),
        ("!has(action.details.amount)", "action details amount was not sent"),
        # What is not understood whole is not put into words at all.
        ("action.at.getHours() < 7", ""),
        ("risk.score > 5 - 3", ""),
        ('action.type == "a" + "b"', ""),
        ('!(agent.team in ["A"]', ""),
        ('"x" in risk.techniques == false', ""),
    ],
)
def test_a_part_in_words(condition: str, words: str) -> None:
    assert said(condition) == words


def test_names_in_quotes_are_no_names() -> None:
    assert [entry.name for entry in names_in('action.tool == "risk.score" // agent.id')] == ["action.tool"]

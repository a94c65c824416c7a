"""What the action page says besides: the agent's record, actions like this one, policies that nearly matched."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from actions.models import Action, Agent
from governance.models import Person, Policy
from governance.near_policies import MOST_POLICIES
from governance.rule_changes import change_rule
from reviews import record
from reviews.canaries import plant_canary
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, XSS, assert_only_ours, decide, pay, row, text_of, voted
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP

SignIn = Callable[..., Client]


def text(client: Client, action: Action) -> str:
    return text_of(client.get(f"/actions/{action.pk}/"))


def seen_before(client: Client, action: Action) -> str:
    """The panel of that name."""
    found = text(client, action)
    return found[found.index("Seen before") : found.index("Agent its page")]


def agent_panel(client: Client, action: Action) -> str:
    found = text(client, action)
    return found[found.index("Agent its page") : found.index("Why it scored")]


def test_it_works(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    voted(pay(api, 1, "Old GmbH"), senior, "reject", "No invoice.")
    lifecycles.executed(api, action_details={"amount": 2, "currency": "EUR", "recipient": "ACME"})
    lifecycles.failed(api, action_details={"amount": 3, "currency": "EUR", "recipient": "ACME"})
    waiting = pay(api, 4)
    pay(api, 5)
    said = seen_before(sign_in(reviewer), waiting)
    assert "same agent, type and resource, last 90 days" in said
    assert said.index("Transfer EUR 3.00 to ACME") < said.index("EUR 2.00") < said.index("EUR 1.00 to Old GmbH")
    assert "Approved and failed by sina, under 1 min ago" in said
    assert "Rejected by sina, under 1 min ago “No invoice.”" in said
    assert "EUR 4.00" not in said, "what waits was not decided"
    panel = agent_panel(sign_in(reviewer), waiting)
    assert "People approved 67 % 2 of 3 that people decided, 1 rejected" in panel
    assert "Open now 2 wait" in panel
    assert "Last 30 days 5 actions: 2 pending, " in panel
    assert re.search(r"Last outcomes #\d+ failed, #\d+ executed, #\d+ rejected", panel)
    body = sign_in(reviewer).get(f"/actions/{waiting.pk}/").content.decode()
    assert f"/actions/?agent={waiting.agent_id}&amp;state=waiting" in body
    assert f'href="/agents/{waiting.agent_id}/"' in body


def test_of_many_the_latest_are_shown_and_the_others_counted(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    for amount in range(1, 9):
        voted(pay(api, amount), senior, "reject" if amount == 1 else "approve", "Because.")
    said = seen_before(sign_in(reviewer), pay(api, 99))
    assert said.count("Transfer EUR") == record.SHOWN
    assert "3 others 2 approved, 1 rejected" in said


def test_without_the_same_resource_those_of_its_type_are_shown(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    voted(pay(api, 1, resource="elsewhere"), senior, "approve")
    voted(row(lifecycles.critical(api)), senior, "reject", "Another type.")
    said = seen_before(sign_in(reviewer), pay(api, 2))
    assert "same agent and type, last 90 days" in said
    assert "EUR 1.00" in said
    assert "Another type." not in said


def test_what_is_long_ago_is_left_out(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=91), tick=False):
        voted(pay(api, 1), senior, "approve")
    said = seen_before(sign_in(reviewer), pay(api, 2))
    assert "Nothing: no action of this type from this agent was decided in the last 90 days." in said


def test_what_a_person_may_not_see_is_neither_shown_nor_counted(
    api: Api, agent: Agent, team: Group, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    strangers = Group.objects.create(name="Strangers")
    Agent.objects.filter(pk=agent.pk).update(team=strangers)
    senior.groups.add(strangers)
    hidden = voted(pay(api, 1, "Secret Ltd"), senior, "reject", "Hush.")
    assert hidden.team == strangers
    Agent.objects.filter(pk=agent.pk).update(team=team)
    waiting = pay(api, 2)
    client = sign_in(reviewer)
    assert "Secret Ltd" not in text(client, waiting)
    assert "Hush." not in text(client, waiting)
    assert "nothing decided by people yet" in agent_panel(client, waiting)
    assert "Last 30 days 1 action: 1 pending" in agent_panel(client, waiting)


def test_a_test_of_vigilance_waits_like_any_other_and_counts_nowhere_once_it_is_known(
    api: Api, agent: Agent, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    waiting = pay(api, 2)
    planted = row(plant_canary(actor=SETUP, agent=agent, template="own-account").action_id)
    client = sign_in(reviewer)
    # As many wait as the listing of what waits would show.
    assert "Open now 2 wait" in agent_panel(client, waiting)
    assert "Open now 2 wait" in agent_panel(client, planted)
    voted(planted, senior, "reject", "To one's own account.")
    assert "Open now 1 wait" in agent_panel(client, waiting)
    assert "nothing decided by people yet" in agent_panel(client, waiting)
    assert "own account" not in seen_before(client, waiting)


def test_only_the_agents_latest_are_looked_at(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    voted(pay(api, 1), senior, "approve")
    waiting = pay(api, 2)
    pay(api, 3)
    assert "EUR 1.00" in seen_before(sign_in(reviewer), waiting)
    monkeypatch.setattr(record, "RECENT", 2)
    assert "EUR 1.00" not in seen_before(sign_in(reviewer), waiting)
    assert "2 or more actions" in agent_panel(sign_in(reviewer), waiting)


def test_hostile_words_of_the_past_are_text_and_deceptive_ones_are_named(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    for hostile in (XSS, DECEPTIVE):
        voted(pay(api, 1, hostile), senior, "reject", hostile)
    waiting, client = pay(api, 2), sign_in(reviewer)
    assert_only_ours(client.get(f"/actions/{waiting.pk}/").content.decode())
    said = seen_before(client, waiting)
    for name in DECEPTIVE_NAMES:
        assert said.count(name) >= 2, name


# -- Policies that nearly matched -----------------------------------------------------------------------------------


@pytest.fixture
def policies(db: None) -> Callable[[dict[str, str]], None]:
    """Policies by their names and conditions."""

    def add(conditions: dict[str, str]) -> None:
        for name, condition in conditions.items():
            policy = Policy(name=name, effect="require_approval", condition=condition, reason=f"Because of {name}.")
            change_rule(policy, actor=SETUP, reason="For a test.")

    return add


def nearly(client: Client, action: Action, **headers: Any) -> str:
    return text_of(client.get(f"/actions/{action.pk}/nearly/", headers=headers))


def test_the_part_that_was_missing_is_named(
    api: Api, reviewer: Person, sign_in: SignIn, policies: Callable[[dict[str, str]], None]
) -> None:
    policies(
        {
            "Large": 'action.type == "transaction" && action.details.amount > 10000',
            "Not even near": 'action.type == "query" && action.details.amount > 10000',
            "It matched": 'action.type == "transaction" && action.details.amount > 10',
            "Either": 'action.type == "query" || action.details.amount > 10000',
            "Nobody knows": 'action.type == "transaction" && action.details.who == "me"',
        }
    )
    client, waiting = sign_in(reviewer), pay(api, 500)
    for headers in ({}, {"HX-Request": "true"}):
        said = nearly(client, waiting, **headers)
        assert "Large 1 of 2 conditions true · would have meant: require approval" in said
        assert "Not so: action.details.amount > 10000" in said
        for other in ("Not even near", "It matched", "Either", "Nobody knows"):
            assert other not in said, other
        assert re.search(r"\d policies of rulebook version \d+ were asked", said)
    assert "Policies that matched" in text(client, waiting)
    assert "It matched" in text(client, waiting)


def test_the_rules_that_judged_it_are_asked_not_those_of_now(
    api: Api, reviewer: Person, sign_in: SignIn, policies: Callable[[dict[str, str]], None]
) -> None:
    waiting = pay(api, 500)
    policies({"Later": 'action.type == "transaction" && action.details.amount > 10000'})
    assert "Later" not in nearly(sign_in(reviewer), waiting)
    assert "Later" in nearly(sign_in(reviewer), pay(api, 501))


def test_only_so_many_policies_are_asked_and_the_page_says_so(
    api: Api,
    reviewer: Person,
    sign_in: SignIn,
    policies: Callable[[dict[str, str]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MOST_POLICIES >= 100
    monkeypatch.setattr("governance.near_policies.MOST_POLICIES", 1)
    near = 'action.type == "transaction" && action.details.amount > 10000'
    policies({"One": near, "Two": near})
    said = nearly(sign_in(reviewer), pay(api, 500))
    assert ("One 1 of 2" in said) != ("Two 1 of 2" in said)
    assert re.search(r"1 policy of .* was asked\. It has \d; only the first are asked here\.", said)


def test_a_strangers_action_has_none(api: Api, outsider: Person, client: Client, sign_in: SignIn) -> None:
    waiting = pay(api, 500)
    assert sign_in(outsider).get(f"/actions/{waiting.pk}/nearly/").status_code == 404
    assert Client().get(f"/actions/{waiting.pk}/nearly/").status_code == 302
    assert sign_in(outsider).post(f"/actions/{waiting.pk}/nearly/").status_code == 405


# -- The receipt ------------------------------------------------------------------------------------------------------


def test_the_receipt_takes_the_place_of_the_form_once(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    waiting, following, client = pay(api, 1), pay(api, 2), sign_in(reviewer)
    decide(client, waiting)
    body = client.get(f"/actions/{waiting.pk}/").content.decode()
    receipt = html.unescape(re.sub(r"<[^>]+>", "", body[body.index('id="receipt"') :].split("</p>")[0]))
    assert re.search(rf"rita approved action {waiting.pk} at .* UTC\. Ledger receipt [0-9a-f]{{64}}", receipt)
    assert body.count("Ledger receipt") == 1
    assert f'id="next" href="/actions/{following.pk}/" data-goes-on' in body
    again = client.get(f"/actions/{waiting.pk}/").content.decode()
    assert "Ledger receipt" not in again
    assert "data-goes-on" not in again


# -- The next one ---------------------------------------------------------------------------------------------------


def test_skipping_goes_on_in_the_order_of_the_queue_and_round(
    api: Api, reviewer: Person, outsider: Person, sign_in: SignIn
) -> None:
    first, second, third = (pay(api, amount) for amount in (1, 2, 3))
    client = sign_in(reviewer)
    for one, following in ((first, second), (second, third), (third, first)):
        assert client.get(f"/actions/{one.pk}/next/").headers["Location"] == f"/actions/{following.pk}/"
    # What was put off is not offered again at once.
    voted(second, reviewer, "approve")
    assert f'id="next" href="/actions/{third.pk}/"' in client.get(f"/actions/{second.pk}/").content.decode()
    voted(third, reviewer, "approve")
    alone = client.get(f"/actions/{first.pk}/next/", follow=True)
    assert alone.redirect_chain == [("/", 302)]
    assert "Nothing else waits for you." in text_of(alone)
    assert sign_in(outsider).get(f"/actions/{first.pk}/next/").status_code == 404


def test_seen_before_knows_nothing_that_came_after_the_decision(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    earlier, this, later = (pay(api, amount) for amount in (11, 12, 13))
    for one in (earlier, this, later):
        voted(one, senior, "reject", "Because.")
    body = sign_in(reviewer).get(f"/actions/{this.pk}/").content.decode()
    box = body[body.index('id="h-before"') :]
    box = box[: box.index("</section>")]
    assert f"/actions/{earlier.pk}/" in box
    assert f"/actions/{later.pk}/" not in box

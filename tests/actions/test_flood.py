"""Agents that ask too much: how many may wait, when one is stopped, and how soon a person may approve."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.agents import release_agent
from actions.models import Action, Agent
from governance.models import LedgerEntry, Person
from reviews.pace import opened_at, opened_mark
from tests.reviews.pages import critical, decide, pay, row, text_of
from tests.support import lifecycles
from tests.support.api import SUBMIT, Api
from tests.support.cast import AGENT_ID, TEAM
from tests.support.people import SETUP, key_for

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_one_too_many_is_told_to_wait(api: Api, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.MAX_PENDING_PER_AGENT = 2
    first = lifecycles.pending(api, resource="a")
    lifecycles.pending(api, resource="b")
    entries = LedgerEntry.objects.count()
    with caplog.at_level(logging.WARNING, logger="actions.submit"):
        refused = api.submit(action_type="transaction", resource="c")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"
    assert (refused["retry_after"], refused["error_code"]) == (1, "RATE_LIMIT_EXCEEDED")
    assert f"2 actions submitted with the keys of {AGENT_ID} wait for people" in refused["detail"]
    assert "one more was refused" in caplog.text
    assert (Action.objects.count(), LedgerEntry.objects.count()) == (2, entries)
    assert api.submit()["status"] == "approved"  # what asks nobody is answered
    lifecycles.decide(first, "reject")
    assert api.submit(action_type="transaction", resource="c")["status"] == "pending_approval"


def test_a_retry_is_answered_at_the_limit_too(api: Api, settings: Any) -> None:
    settings.MAX_PENDING_PER_AGENT = 1
    body = {"agent_id": AGENT_ID, "agent_name": "x", "action_type": "transaction", "description": "Pay"}
    body |= {"tool_name": "t", "resource": "r"}
    first = api.post(SUBMIT, body, X_Correlation_ID="one")
    again = api.post(SUBMIT, body, X_Correlation_ID="one")
    assert again.status == 200
    assert again.json == first.json
    assert api.post(SUBMIT, body, X_Correlation_ID="two").status == 429


def test_it_counts_the_keys_agent(api: Api, settings: Any) -> None:
    settings.MAX_PENDING_PER_AGENT = 1
    lifecycles.pending(api, agent_id="one-of-many")
    assert api.submit(action_type="transaction", agent_id="another-of-many").status == 429
    other = Api(key_for("another-agent", team=TEAM))
    lifecycles.pending(other, agent_id="another-agent")


def test_no_limit_asks_nothing(api: Api, settings: Any) -> None:
    lifecycles.pending(api, resource="warm")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            lifecycles.pending(api, resource=f"r{timezone.now()}")
        return len(captured)

    counted = statements()
    settings.MAX_PENDING_PER_AGENT = 0
    assert statements() == counted - 1


# -- Rejected again and again ---------------------------------------------------------------------------------------


def reject(api: Api, n: int = 1) -> None:
    for _ in range(n):
        lifecycles.rejected(api, resource=f"r{Action.objects.count()}")


def blocked() -> bool:
    return Agent.objects.get(agent_id=AGENT_ID).blocked_at is not None


def test_rejected_in_a_row_means_blocked(api: Api, settings: Any) -> None:
    settings.AUTO_BLOCK_REJECTIONS = 3
    reject(api, 2)
    lifecycles.approved(api)
    reject(api, 2)
    assert not blocked()
    reject(api)
    assert blocked()
    answer = api.submit()
    assert answer["status"] == "rejected"
    assert "People rejected 3 of its actions in a row" in answer["reason"]
    entry = LedgerEntry.objects.get(type="agent.blocked")
    assert (entry.actor_kind, entry.actor_id) == ("system", "rejections")


def test_a_release_starts_anew(api: Api, settings: Any) -> None:
    settings.AUTO_BLOCK_REJECTIONS = 2
    reject(api, 2)
    assert blocked()
    release_agent(Agent.objects.get(agent_id=AGENT_ID).pk, actor=SETUP, reason="Repaired.")
    reject(api)
    assert not blocked()
    reject(api)
    assert blocked()


def test_only_within_a_day_and_only_when_switched_on(api: Api, settings: Any) -> None:
    reject(api, 3)
    assert not blocked()
    settings.AUTO_BLOCK_REJECTIONS = 2
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        reject(api)
        assert not blocked()
        reject(api)
        assert blocked()


# -- How soon somebody may approve ----------------------------------------------------------------------------------


def mark_on(browser: Client, action: Action) -> str:
    return browser.get(f"/actions/{action.pk}/").context["case"].opened


def test_sooner_than_anybody_reads_is_refused(api: Api, reviewer: Person, sign_in: SignIn, settings: Any) -> None:
    settings.REVIEW_PACE_SECONDS = 10
    action, browser = pay(api, 1), sign_in(reviewer)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        mark = mark_on(browser, action)
        clock.shift(4)
        answer = decide(browser, action, opened=mark)
        assert answer.status_code == 409
        assert "takes at least 10 s of reading. Nothing was decided. Press again in 6 s." in text_of(answer)
        assert f'name="opened" value="{mark}"' in answer.content.decode()  # pressing again does not begin anew
        clock.shift(6)
        assert decide(browser, action, opened=mark).status_code == 302
    assert row(action.pk).state == "approved"


def test_without_an_honest_mark_it_is_refused(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn, settings: Any
) -> None:
    settings.REVIEW_PACE_SECONDS = 10
    action, other, browser = pay(api, 1), pay(api, 2), sign_in(reviewer)
    long_ago = timezone.now() - timedelta(hours=1)
    for mark in (
        "",
        "x:y",
        opened_mark(other, reviewer, long_ago),
        opened_mark(action, second_reviewer, long_ago),
        opened_mark(action, reviewer, long_ago)[:-1],
    ):
        assert decide(browser, action, opened=mark).status_code == 409
    assert opened_at(opened_mark(action, reviewer, long_ago), action, reviewer) == long_ago
    assert decide(browser, action, opened=opened_mark(action, reviewer, long_ago)).status_code == 302


def test_rejecting_and_harmless_ones_are_never_delayed(
    api: Api, senior: Person, sign_in: SignIn, settings: Any
) -> None:
    settings.REVIEW_PACE_SECONDS = 10
    browser, hot = sign_in(senior), critical(api)
    assert decide(browser, hot, "reject", reason="No.").status_code == 302
    harmless = row(lifecycles.pending(api, action_type="query", context={"require_human_approval": True}))
    assert decide(browser, harmless).status_code == 302


def test_it_is_off_by_default(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    assert decide(sign_in(reviewer), pay(api, 1)).status_code == 302

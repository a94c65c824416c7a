"""The listing of every action: how far it looks, its pages, its days, its CSV, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Agent
from governance.models import Person, Role
from reviews.listing import filters as listing
from tests.reviews.listings import ADDRESS, CSV, exported, listed
from tests.reviews.pages import XSS, assert_only_ours, hostile_fields, pay, row, text_of, voted
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

SignIn = Callable[..., Client]
DAY = timedelta(days=1)


def test_what_could_not_be_evaluated(
    api: Api, auditor: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = pay(api, 5)
    with monkeypatch.context() as broken:
        broken.setattr("governance.policies.evaluate", lambda *args, **kwargs: 1 / 0)
        uncertain = pay(api, 6)
    assert listed(sign_in(auditor), "degraded=1") == [uncertain.pk]
    assert fine.pk in listed(sign_in(auditor))


def test_what_is_not_understood_shows_nothing_and_says_so(
    api: Api, auditor: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    pay(api, 5)
    client = sign_in(auditor)
    for query in (
        *("level=huge", "state=open", "since=yesterday", "agent=999999", "agent=x", "reviewer=999999", "team=999999"),
        *("verdict=maybe", "overdue=2", "failed=yes", "q=%00", "via=luck", "canary=yes", "type=" + "x" * 201),
    ):
        page = client.get(f"{ADDRESS}?{query}")
        assert page.context["lines"] == [], query
        assert "This filter was not understood, so nothing is shown." in text_of(page), query
        with nothing_written():
            assert client.get(f"{CSV}?{query}").headers["Location"].startswith(ADDRESS)


def test_it_looks_back_so_far_and_says_so(
    api: Api, auditor: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "BY_TEXT", 2)
    monkeypatch.setattr(listing, "BY_COLUMN", 3)
    first, second, third, fourth, fifth = (pay(api, number).pk for number in range(5))
    client = sign_in(auditor)
    for query, found in (
        ("q=customer", [fifth, fourth]),
        ("technique=T1657", [fifth, fourth]),
        ("level=high", [fifth, fourth, third]),
        ("level=high&q=customer", [fifth, fourth]),
        (f"q=customer&agent={row(first).agent_id}", [fifth, fourth]),
    ):
        assert listed(client, query) == found, query
        assert f"look at the latest {len(found)} actions only, here those above #{found[-1] - 1}" in text_of(
            client.get(f"{ADDRESS}?{query}")
        )
    # What an index answers is looked for everywhere.
    for query in ("", "state=waiting", f"agent={row(first).agent_id}", "state=waiting&level=high", f"q={first}"):
        page = client.get(f"{ADDRESS}?{query}")
        assert first in [line.action.pk for line in page.context["lines"]], query
        assert "look at the latest" not in text_of(page)
    assert second


def test_days_are_those_of_the_persons_zone(api: Api, auditor: Person, sign_in: SignIn) -> None:
    # Half past midnight in Berlin is still the day before in UTC.
    with time_machine.travel(datetime(2026, 1, 15, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")), tick=False):
        action = pay(api, 5)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        here = listing.ActionsFilter({"since": "2026-01-15", "until": "2026-01-15"}, auditor)
        assert [found.pk for found in here.qs] == [action.pk]
    with timezone.override(ZoneInfo("UTC")):
        there = listing.ActionsFilter({"since": "2026-01-15"}, auditor)
        assert list(there.qs) == []
    client = sign_in(auditor)
    assert listed(client, "until=9999-12-31&since=0001-01-01") == [action.pk]


def test_pages_chips_and_the_number(
    api: Api, auditor: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.listing.views.PAGE_SIZE", 2)
    made = [pay(api, number).pk for number in range(5)]
    client = sign_in(auditor)
    page = client.get(f"{ADDRESS}?level=high&state=waiting")
    assert [line.action.pk for line in page.context["lines"]] == made[:2:-1]
    assert "5 actions" in text_of(page)
    body = page.content.decode()
    assert f'href="?level=high&amp;state=waiting&amp;after={made[3]}"' in body
    assert listed(client, f"level=high&state=waiting&after={made[3]}") == [made[2], made[1]]
    assert listed(client, f"level=high&state=waiting&before={made[2]}") == [made[4], made[3]]
    assert 'href="/actions/?level=high"' in body  # without the other chip
    assert 'href="/actions/?state=waiting"' in body
    assert "Remove: Risk: High" in text_of(page)
    assert f'href="{CSV}?level=high&amp;state=waiting"' in body
    monkeypatch.setattr("reviews.listing.rows.COUNTED", 3)
    monkeypatch.setattr("reviews.listing.views.COUNTED", 3)
    assert "3 or more actions" in text_of(client.get(ADDRESS))
    part = client.get(ADDRESS, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "3 or more actions" in text_of(part)


@pytest.mark.parametrize("query", ["", "technique=T1657&level=high", "reviewer={sina}&fast=1&agent={agent}"])
def test_as_many_queries_for_many_as_for_one(
    api: Api, agent: Agent, senior: Person, sign_in: SignIn, query: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"{ADDRESS}?{query.format(sina=senior.pk, agent=agent.pk)}")
        return len(queries)

    client = sign_in(senior)
    voted(pay(api, 1), senior, "approve")
    client.get(ADDRESS)
    one = asked()
    for number in range(24):
        voted(pay(api, number), senior, "approve" if number % 2 else "reject")
    assert asked() == one
    assert one <= 16


def test_the_export_is_for_those_who_may(api: Api, senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    client = sign_in(senior)
    with nothing_written():
        assert client.get(CSV, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert client.post(CSV).status_code == 405
        assert client.head(CSV).status_code == 200
    senior.role = Role.NONE
    senior.save(update_fields=["role"])
    with nothing_written():
        assert client.get(CSV).status_code == 403
    assert b"Export as CSV" not in client.get(ADDRESS).content
    assert Client().get(ADDRESS).headers["Location"] == f"/accounts/login/?next={ADDRESS}"


def test_hostile_texts_stay_texts(api: Api, senior: Person, sign_in: SignIn) -> None:
    action_id = lifecycles.pending(api, **hostile_fields(XSS))
    lifecycles.decide(action_id, "reject", by=senior, reason=XSS)
    client = sign_in(senior)
    for query in ("", "q=%22%27%3E%3Cscript%3Ealert(1)%3C/script%3E", "type=%3Cimg%20src=x%20onerror=1%3E"):
        assert_only_ours(client.get(f"{ADDRESS}?{query}").content.decode())
    armed = lifecycles.pending(api, **hostile_fields("\n=1+1"))
    for line in exported(client, f"q={armed}"):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in line.values())


def test_a_person_of_two_teams_and_none(api: Api, senior: Person, other_team: Any, sign_in: SignIn) -> None:
    pay(api, 5)
    senior.groups.add(other_team)
    client = sign_in(senior)
    assert len(listed(client)) == 1
    assert listed(client, f"team={other_team.pk}") == []
    senior.groups.clear()
    assert listed(client) == []
    assert person_called("sina") == senior

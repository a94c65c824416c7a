"""The dashboard over HTTP: its days, its empty state, what it refuses, and its tables as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.agents import block_agent
from actions.kill_switch import switch_all
from actions.models import Agent
from governance.models import LedgerEntry, Person, Role
from reviews.dashboard.case import ALERTS, TABLES
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, XSS, assert_only_ours, body_of, hostile_fields, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, key_for

pytestmark = pytest.mark.usefixtures("midday")
SignIn = Callable[..., Client]
ADDRESS = "/dashboard/"


def test_it_works(api: Api, senior: Person, sign_in: SignIn) -> None:
    lifecycles.auto_approved(api)
    lifecycles.approved(api)
    lifecycles.pending(api)
    client = sign_in(senior)
    answer = client.get(ADDRESS)
    text = text_of(answer)
    assert "Today 3 1 2 1 0 0 1" in text
    for title in ("Load", "Waiting now", "Decision time of people", "Too late", "By agent", "By type of action"):
        assert title in text
    page = body_of(answer)
    assert page.count("<svg class=") >= 4
    assert page.count("aria-label") >= 4
    today = timezone.localdate()
    assert f"/actions/?since={today}&amp;until={today}&amp;decision=approved" in page
    assert f"/actions/?since={today - timedelta(days=6)}&amp;until={today}&amp;decision=sent" in page


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    assert client.get(ADDRESS).status_code == client.get(f"{ADDRESS}load.csv").status_code == 302


def test_when_nothing_happened(senior: Person, sign_in: SignIn) -> None:
    text = text_of(sign_in(senior).get(ADDRESS))
    assert "Nothing was submitted in these days." in text
    assert "Alerts 0 None." in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-03-02&until=2026-03-01", "The first day is after the last one, or has yet to come."),
        ("since=9999-12-31", "The first day is after the last one, or has yet to come."),
        ("since=2001-01-01", "A dashboard covers a year at most. Choose fewer days."),
        ("until=0001-01-01", "A dashboard covers a year at most. Choose fewer days."),
        ("since=yesterday", "Enter a valid date."),
        ("days=8", "Select a valid choice. 8 is not one of the available choices."),
        ("agent=%00", "Null characters are not allowed."),
        ("team=99999999999999999999", "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_what_is_not_understood(
    senior: Person, sign_in: SignIn, query: str, sentence: str, nothing_written: Any
) -> None:
    client = sign_in(senior)
    with nothing_written():
        answer = client.get(f"{ADDRESS}?{query}")
        text = text_of(answer)
        assert answer.status_code == 200
        assert "This choice was not understood, so nothing is shown." in text
        assert sentence in text
        assert client.get(f"{ADDRESS}load.csv?{query}").headers["Location"] == f"{ADDRESS}?{query}"


def test_days_team_and_agent_are_kept(api: Api, senior: Person, agent: Agent, team: Group, sign_in: SignIn) -> None:
    lifecycles.pending(api)
    page = body_of(sign_in(senior).get(f"{ADDRESS}?days=30&agent={agent.pk}&team={team.pk}"))
    assert f'href="/dashboard/?days=90&amp;team={team.pk}&amp;agent={agent.pk}"' in page
    assert f'<option value="{agent.pk}" selected>' in page
    assert f"team={team.pk}&amp;agent={agent.pk}&amp;since=" in page
    assert '<input type="hidden" name="days" value="30">' in page


def test_nobody_elses_team_or_agent_can_be_asked_for(
    agent: Agent, team: Group, outsider: Person, sign_in: SignIn
) -> None:
    client = sign_in(outsider)
    for query in (f"agent={agent.pk}", f"team={team.pk}"):
        assert "This choice was not understood" in text_of(client.get(f"{ADDRESS}?{query}"))
    assert agent.agent_id not in body_of(client.get(ADDRESS))


@pytest.mark.parametrize("text", [XSS, DECEPTIVE])
def test_hostile_names(api: Api, senior: Person, sign_in: SignIn, text: str) -> None:
    hostile = Api(key_for(f"agent{text}", team=Agent.objects.get().team.name))
    lifecycles.pending(hostile, **hostile_fields(text) | {"agent_id": f"agent{text}"})
    block_agent(Agent.objects.get(agent_id=f"agent{text}").pk, actor=SETUP, reason="Drill.")
    client = sign_in(senior)
    page = body_of(client.get(ADDRESS))
    assert_only_ours(page)
    if text == DECEPTIVE:
        assert all(name in page for name in DECEPTIVE_NAMES[:3])
        assert "\u202e" not in page
    for slug in ("agents", "types", "alerts"):
        assert "\u202e" not in body_of(client.get(f"{ADDRESS}{slug}.csv"))


def test_alerts_about_what_stands_still(
    api: Api, agent: Agent, senior: Person, admin_person: Person, sign_in: SignIn
) -> None:
    rejected = lifecycles.rejected(api)
    assert api.post(f"/api/agent-action/{rejected}/complete", {"status": "completed"}).status == 409
    switch_all(blocked=True, actor=SETUP, reason="Drill.")
    answer = sign_in(senior).get(ADDRESS)
    text, page = text_of(answer), body_of(answer)
    assert "The kill switch is on: every agent is blocked." in text
    assert "1 report of an outcome was refused." in text
    assert "/history/?kind=report.refused&amp;since=" in page


def test_as_many_statements_for_25_rows_as_for_one(
    api: Api, senior: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twenty-five at once are a burst; then one is, too, and its usual is asked for as well.
    monkeypatch.setattr("reviews.dashboard.alerts.LEAST_BURST", 1)
    client, counts = sign_in(senior), []
    for number in range(25):
        lifecycles.approved(api, action_type=f"transaction.{number}")
        if number in (0, 24):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(ADDRESS).status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1] <= 28


@pytest.mark.parametrize("slug", [*TABLES, ALERTS])
def test_every_table_as_csv(api: Api, senior: Person, sign_in: SignIn, slug: str) -> None:
    lifecycles.approved(api)
    switch_all(blocked=True, actor=SETUP, reason="Drill.")
    client = sign_in(senior)
    answer = client.get(f"{ADDRESS}{slug}.csv?days=1")
    rows = list(csv.reader(io.StringIO(body_of(answer))))
    today = timezone.localdate()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith(f'foureyes-{slug}-{today:%Y%m%d}-{today:%Y%m%d}.csv"')
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    body = json.loads(LedgerEntry.objects.get(type="dashboard.exported").body)
    asked = {"since": str(today), "until": str(today)}
    assert body["data"] == {"table": slug, "rows": len(rows) - 1, "filters": asked}
    assert f'href="/dashboard/{slug}.csv?days=1"' in body_of(client.get(f"{ADDRESS}?days=1"))
    if slug == "load":
        assert rows[1] == ["Today", "1", "0", "1", "1", "0", "0", "0"]


def test_what_no_csv_is_given_for(senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    client = sign_in(senior)
    with nothing_written():
        assert client.get(f"{ADDRESS}nothing.csv").status_code == 404
        assert client.head(f"{ADDRESS}load.csv").status_code == 200
        assert client.post(f"{ADDRESS}load.csv").status_code == 405
        assert client.get(f"{ADDRESS}load.csv", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    senior.role = Role.NONE
    senior.save(update_fields=["role"])
    client = sign_in(senior)
    with nothing_written():
        assert client.get(f"{ADDRESS}load.csv").status_code == 403
        assert "load.csv" not in body_of(client.get(ADDRESS))

"""Every number of the dashboard is the number of rows its link shows, and each is what its definition says."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from actions.agent_keys import issue_key
from actions.models import Action, Agent
from governance.models import Person
from reviews.canaries import plant_canary
from reviews.canary_texts import TEMPLATES
from reviews.dashboard import numbers as counting
from reviews.dashboard.alerts import Elsewhere, alerts, bursts, is_high
from reviews.dashboard.case import TABLES, Dashboard
from reviews.dashboard.cells import Table
from reviews.dashboard.numbers import Numbers, Scope, nearest_rank
from reviews.dashboard.rows_behind import DECISIONS, REAL
from reviews.dashboard.span import Span, latest
from reviews.eligibility import Reviewer
from reviews.listing.filters import ActionsFilter
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, key_for

# A moment of the afternoon, so that an hour more or less is the same day.
NOON = datetime(2026, 3, 11, 14, 20, tzinfo=UTC)
# The columns that are counts of rows, by table; the others are shares, times and words.
COUNTS = {"load": 7, "waiting": 5, "times": 1, "outcomes": 8, "breaches": 1, "agents": 8, "types": 8}


def scope_of(person: Person, days: int = 7, **more: Any) -> Scope:
    now = timezone.now()
    return Scope(person, latest(days, now, UTC), now, **more)


def rows_of(href: str, person: Person) -> int:
    """How many rows the listing shows at an address; that the address was understood is part of the answer."""
    parts = urlsplit(href)
    assert parts.path == "/actions/"
    listing = ActionsFilter(QueryDict(parts.query), person)
    assert listing.is_valid_or_unused, listing.form.errors
    return listing.qs.count()


def cells_of(table: Table) -> list[tuple[str, Any]]:
    return [
        (f"{table.slug}/{line.label}/{index}", cell) for line in table.lines for index, cell in enumerate(line.cells)
    ]


@pytest.fixture
def history(api: Api, senior: Person) -> Person:
    """Actions in every state, on three days, and the time is now the last of them."""
    ways = list(lifecycles.ALL.values())
    with time_machine.travel(NOON - timedelta(days=2), tick=False):
        for way in ways:
            way(api)
    with time_machine.travel(NOON - timedelta(hours=5), tick=False):
        late, slow = lifecycles.escalating(api), lifecycles.pending(api)
        lifecycles.pending(api, action_type="data_modification")
    with time_machine.travel(NOON - timedelta(hours=2), tick=False):
        lifecycles.decide(late, "approve")
        lifecycles.decide(slow, "reject")
        lifecycles.escalating(api)
    return senior


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [1, 7, 90])
def test_every_number_is_the_number_of_its_rows(history: Person, days: int) -> None:
    board = Dashboard(scope_of(history, days), Reviewer(history))
    seen = 0
    for slug, table in board.tables.items():
        for index, (where, cell) in enumerate(cells_of(table)):
            width = len(table.head) - 1
            if index % width < COUNTS[slug]:
                assert bool(cell.href) == bool(cell.value), where
                assert not cell.href or rows_of(cell.href, history) == cell.value, (where, cell.href)
                seen += bool(cell.value)
    assert seen > 30
    for picture in board.charts:
        assert picture.svg


@time_machine.travel(NOON, tick=False)
def test_the_load_adds_up_and_is_what_was_done(history: Person) -> None:
    total = Numbers(scope_of(history)).total
    assert total["submitted"] == Action.objects.count() == total["at_once"] + total["sent"]
    assert total["sent"] == total["settled"] + total["waiting"]
    assert total["settled"] == sum(total[name] for name in ("approved", "rejected", "expired", "other"))
    states = {name: Action.objects.filter(REAL, DECISIONS[name]).count() for name in total if name in DECISIONS}
    assert {name: total[name] for name in states} == states
    assert (total["approved"], total["rejected"], total["expired"]) == (4, 2, 1)
    assert total["decided"] == 7


@time_machine.travel(NOON, tick=False)
def test_what_was_too_late(history: Person) -> None:
    found = Numbers(scope_of(history))
    by_label = {line.label: line.cells[0].value for line in TABLES["breaches"](found).lines}
    assert by_label == {"Expired undecided": 1, "Decided after escalation": 1, "Waiting past its reminder": 2}


@time_machine.travel(NOON, tick=False)
def test_waiting_by_age(history: Person) -> None:
    ages = {"under-1h": 0, "1h-4h": 0, "4h-24h": 0, "over-24h": 0}
    for created in Action.objects.pending().values_list("created_at", flat=True):
        hours = (NOON - created) / timedelta(hours=1)
        ages["under-1h" if hours < 1 else "1h-4h" if hours < 4 else "4h-24h" if hours < 24 else "over-24h"] += 1
    waiting = Numbers(scope_of(history)).waiting.values()
    assert {name: sum(row[name] for row in waiting) for name in ages} == ages
    assert ages["1h-4h"] == ages["4h-24h"] == 1
    assert ages["over-24h"] == 2


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.sampled_from([1, 50, 95, 100]))
def test_nearest_rank(values: list[int], percent: int) -> None:
    ranked = sorted(timedelta(seconds=value) for value in values)
    # By the definition: the least value that at least so many in a hundred do not exceed.
    oracle = next(one for one in ranked if 100 * sum(other <= one for other in ranked) >= percent * len(ranked))
    assert nearest_rank(ranked, percent) == oracle
    assert nearest_rank([], percent) is None


@time_machine.travel(NOON, tick=False)
def test_decision_times_are_those_of_people(history: Person) -> None:
    """Against the same, counted in plain Python from every action."""
    taken: dict[tuple[str, Any], list[timedelta]] = {}
    for one in Action.objects.filter(decided_via="person").exclude(state="cancelled"):
        assert one.decided_at is not None
        for key in (("all", None), ("level", one.risk_level), ("agent", one.agent_id), ("type", one.action_type)):
            taken.setdefault(key, []).append(one.decided_at - one.created_at)
    found = Numbers(scope_of(history)).times
    for (group, key), values in taken.items():
        times, ranked = found[group][key], sorted(values)
        assert times.count == len(values)
        assert times.p50 == ranked[math.ceil(0.50 * len(values)) - 1]
        assert times.p95 == ranked[math.ceil(0.95 * len(values)) - 1]
    assert found["all"][None].p95 == timedelta(hours=3)
    assert sum(len(by) for name, by in found.items() if name != "column") == len(taken)


@time_machine.travel(NOON, tick=False)
def test_beyond_the_top_the_rest_is_summed(history: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "TOP", 1)
    monkeypatch.setattr(counting, "TIMED", 3)
    found = Numbers(scope_of(history))
    assert len(found.by_type) == 2
    for name, number in found.total.items():
        assert sum(row[name] for row in found.by_type.values()) == number
    assert sum(times.count for times in found.times["type"].values()) == 3
    assert found.is_timed_in_part
    assert any(note.startswith("Of the latest") for note in TABLES["times"](found).notes)
    assert not any(cell.href for cell in TABLES["types"](found).lines[-1].cells)


def test_a_settled_test_is_no_number_and_a_waiting_one_is_any(api: Api, agent: Agent, senior: Person) -> None:
    lifecycles.pending(api)
    before = Numbers(scope_of(senior)).total
    canary = plant_canary(template=next(iter(TEMPLATES)), agent=agent, actor=SETUP).action_id
    waiting = Numbers(scope_of(senior)).total
    assert waiting["waiting"] == before["waiting"] + 1 == rows_of("/actions/?state=waiting", senior)
    lifecycles.decide(canary, "reject", by=senior)
    assert Numbers(scope_of(senior)).total == before
    naive = Action.objects.filter(DECISIONS["rejected"]).count()
    assert naive == before["rejected"] + 1


def test_days_are_those_of_the_zone(api: Api, senior: Person) -> None:
    """Half past midnight in Auckland is the day before in UTC."""
    zone = ZoneInfo("Pacific/Auckland")
    with time_machine.travel(datetime(2026, 3, 10, 11, 30, tzinfo=UTC), tick=False), timezone.override(zone):
        lifecycles.pending(api)
        now = timezone.now()
        here = Scope(senior, latest(1, now, zone), now)
        link = TABLES["load"](Numbers(here)).lines[0].cells[0]
        assert (link.value, "since=2026-03-11" in link.href) == (1, True)
        assert rows_of(link.href, senior) == 1
        assert Numbers(Scope(senior, Span(date(2026, 3, 10), date(2026, 3, 10), zone), now)).total["submitted"] == 0


@pytest.mark.parametrize(("days", "columns"), [(1, 1), (7, 7), (31, 31), (32, 5), (90, 13), (366, 53)])
def test_the_columns_cover_every_day_once(days: int, columns: int) -> None:
    span = latest(days, NOON, ZoneInfo("Europe/Berlin"))
    assert len(span.columns) == len(span.edges) == columns
    assert span.columns[0][0] == span.first
    assert span.columns[-1][1] == span.last
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(span.columns))
    assert span.edges[-1] == span.until


@pytest.mark.parametrize(
    ("rejected", "submitted", "high"), [(1, 1, False), (2, 9, False), (1, 10, False), (2, 10, True), (11, 100, True)]
)
def test_when_a_rejection_rate_is_an_alert(rejected: int, submitted: int, high: bool) -> None:
    assert is_high(rejected, submitted) is high


def test_alerts_lead_to_their_rows(api: Api, senior: Person, agent: Agent) -> None:
    for number in range(9):
        lifecycles.auto_approved(api, resource=f"table {number}")
    lifecycles.rejected(api)
    assert list(alerts(Numbers(scope_of(senior)), Elsewhere())) == []
    lifecycles.rejected(api, resource="another table")
    (alert,) = alerts(Numbers(scope_of(senior)), Elsewhere())
    assert alert.subject == agent.agent_id
    assert alert.sentence == "2 of 11 actions were rejected, 18.2 %."
    assert rows_of(alert.href, senior) == alert.count == 2


@time_machine.travel(NOON, tick=False)
def test_a_burst_is_far_above_the_usual(
    api: Api, senior: Person, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.dashboard.alerts.LEAST_BURST", 3)
    with time_machine.travel(NOON - timedelta(hours=3), tick=False):
        for number in range(3):
            lifecycles.auto_approved(api, resource=f"table {number}")
    (burst,) = bursts(scope_of(senior))
    assert (burst.count, burst.usual) == (3, 0.0)
    assert burst.hour == datetime(2026, 3, 11, 11, tzinfo=UTC)
    (alert,) = alerts(Numbers(scope_of(senior)), Elsewhere())
    assert rows_of(alert.href, senior) == alert.count == 3
    # The same hour is nothing special for an agent that is always as busy as that.
    monkeypatch.setattr("reviews.dashboard.alerts.USUAL_DAYS", 1 / 24)
    with time_machine.travel(NOON - timedelta(hours=24), tick=False):
        lifecycles.auto_approved(api)
    assert bursts(scope_of(senior)) == []


def test_other_teams_are_in_no_number(api: Api, outsider: Person, senior: Person, other_team: Group) -> None:
    lifecycles.rejected(api)
    theirs = Api(issue_key(actor=SETUP, agent_id="their-agent", team=other_team.name)[1])
    lifecycles.pending(theirs)
    assert Numbers(scope_of(senior)).total["submitted"] == Numbers(scope_of(outsider)).total["submitted"] == 1
    assert (len(Numbers(scope_of(outsider)).waiting), Numbers(scope_of(senior)).waiting) == (1, {})
    assert Numbers(scope_of(senior, team=other_team)).total["submitted"] == 0


def test_one_agent_alone(api: Api, senior: Person, team: Group) -> None:
    second = Api(key_for("second-agent", team=team.name))
    lifecycles.pending(api)
    lifecycles.pending(second, agent_id="second-agent")
    chosen = Agent.objects.get(agent_id="second-agent")
    found = Numbers(scope_of(senior, agent=chosen))
    assert list(found.by_agent) == [chosen.pk]
    assert sum(row["all"] for row in found.waiting.values()) == 1

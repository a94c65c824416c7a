"""The listing of every action: each filter against a look at every row, who sees what, and where it stops looking."""

from __future__ import annotations

import csv
import io
import json
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

from actions.models import Action, Agent
from governance.models import LedgerEntry, Person, Policy, Role
from governance.rule_changes import change_rule
from reviews.break_glass import break_glass
from reviews.canaries import plant_canary
from reviews.listing import filters as listing
from reviews.listing.rows import COLUMNS
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.reviews.pages import XSS, assert_only_ours, body_of, hostile_fields, pay, row, text_of, voted
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, key_for, person_called

SignIn = Callable[..., Client]
ADDRESS, CSV = "/actions/", "/actions/export.csv"
DAY = timedelta(days=1)


def listed(client: Client, query: str = "") -> list[int]:
    """The numbers on the page, as they stand there."""
    page = client.get(f"{ADDRESS}?{query}")
    assert page.status_code == 200
    return [line.action.pk for line in page.context["lines"]]


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body_of(client.get(f"{CSV}?{query}")))))


@pytest.fixture
def world(api: Api, agent: Agent, senior: Person, reviewer: Person) -> dict[str, Any]:
    """Actions in every state, of two agents, over some days; votes with and without a known opening; tests."""
    now, made = timezone.now(), {}
    policy = Policy(name="Ask about salaries", condition='action.resource == "salaries"', effect="require_approval")
    policy.reason = "Salaries are looked at."
    change_rule(policy, actor=SETUP, reason="For the tests.")
    with time_machine.travel(now - 5 * DAY, tick=False):
        made["old"] = pay(api, 7, resource="attic").pk
    with time_machine.travel(now - 5 * DAY + timedelta(hours=2), tick=False):
        lifecycles.decide(made["old"], "approve", by=senior)
    for name, reach in lifecycles.ALL.items():
        made[name] = reach(api)
    made["asked"] = lifecycles.pending(api, resource="salaries")
    other = Api(key_for("ledger-agent-002", team=agent.team.name))
    made["other"] = lifecycles.critical(other, agent_id="ledger-agent-002", agent_name="Ledger AI")
    late = lifecycles.escalating(api)
    due = row(late).escalate_at
    assert due is not None
    with time_machine.travel(due + timedelta(minutes=5), tick=False):
        lifecycles.decide(late, "approve", by=senior)
    made["late"] = late
    fast, slow = pay(api, 8), pay(api, 9)
    for action, seconds in ((fast, 2), (slow, 600)):
        opened = timezone.now() - timedelta(seconds=seconds)
        actor = lifecycles.actor_of(reviewer)
        cast_vote(
            action.pk, actor=actor, person=reviewer, verdict="approve", digest=action.digest, reason="Read.",
            opened=opened,
        )  # fmt: skip
    made |= {"fast": fast.pk, "slow": slow.pk}
    made["glass"] = lifecycles.critical(api)
    break_glass(
        made["glass"], actor=lifecycles.actor_of(senior), person=senior, digest=row(made["glass"]).digest,
        reason="The door is on fire, nobody else here.",
    )  # fmt: skip
    for name, verdict in (("caught", "reject"), ("missed", "approve"), ("waits", "")):
        made[name] = plant_canary(actor=SETUP, agent=agent, template="own-account").action_id
        if verdict:
            lifecycles.decide(made[name], verdict, by=senior)
    return made | {"now": now, "agent": agent, "rita": reviewer, "sina": senior}


def votes_of(action: Action, **wanted: Any) -> list[Vote]:
    found = Vote.objects.filter(action=action, **wanted)
    return list(found)


def rushed(action: Action) -> bool:
    return any(
        vote.opened_at and (vote.created_at - vote.opened_at).total_seconds() < len(action.content) / 25
        for vote in votes_of(action)
    )


def named(action: Action, where: str, name: str) -> list[Any]:
    return [one["id"] for one in action.assessment[where]] if where != "policy" else [name]


# Each filter, and what it means said about one action. {agent} and the like are filled from the world.
MEANS: dict[str, Callable[[Action, dict[str, Any]], Any]] = {
    "": lambda a, w: True,
    "agent={agent.pk}": lambda a, w: a.agent_id == w["agent"].pk,
    "team={agent.team_id}": lambda a, w: a.team_id == w["agent"].team_id,
    "type=transaction": lambda a, w: a.action_type == "transaction",
    "level=high": lambda a, w: a.risk_level == "high",
    "state=waiting": lambda a, w: a.state == "pending",
    "state=pending": lambda a, w: a.state == "pending",
    "state=decided": lambda a, w: a.state != "pending",
    "state=executed": lambda a, w: a.state == "executed",
    "state=waiting&level=critical": lambda a, w: a.state == "pending" and a.risk_level == "critical",
    "via=person": lambda a, w: a.decided_via == "person",
    "via=glass": lambda a, w: a.decided_via == "glass",
    "via=rules": lambda a, w: a.decided_via == "rules",
    "overdue=1": lambda a, w: a.state == "expired",
    "overdue=unseen": lambda a, w: a.state == "expired" and not votes_of(a),
    "escalated=1": lambda a, w: a.escalated,
    "failed=1": lambda a, w: a.state == "failed",
    "late=1": lambda a, w: a.pk == w["late"],
    "fast=1": lambda a, w: rushed(a),
    "reviewer={rita.pk}": lambda a, w: votes_of(a, person=w["rita"]),
    "reviewer={sina.pk}&verdict=reject": lambda a, w: votes_of(a, person=w["sina"], verdict="reject"),
    "verdict=reject": lambda a, w: votes_of(a, verdict="reject"),
    "reviewer={sina.pk}&voted_until={before}": lambda a, w: a.pk == w["old"],
    "technique=T1657": lambda a, w: "T1657" in [one["id"] for one in a.assessment["techniques"]],
    "technique=t1657": lambda a, w: "T1657" in [one["id"] for one in a.assessment["techniques"]],
    "technique=T165": lambda a, w: False,
    "control=AC-3": lambda a, w: "AC-3" in [one["id"] for one in a.assessment["controls"]],
    "policy=Ask about salaries": lambda a, w: a.resource == "salaries",
    "policy=Ask": lambda a, w: False,
    "degraded=1": lambda a, w: a.verdict["degraded"],
    "since={today}": lambda a, w: a.pk != w["old"],
    "until={before}": lambda a, w: a.pk == w["old"],
    "decided_since={today}": lambda a, w: a.decided_at is not None and a.pk != w["old"],
    "decided_until={before}": lambda a, w: a.pk == w["old"],
    "decided_until={long_ago}": lambda a, w: False,
    "q=attic": lambda a, w: a.resource == "attic",
    "q=ATTIC": lambda a, w: a.resource == "attic",
    "q={old}": lambda a, w: a.pk == w["old"],
    "q=%23{old}": lambda a, w: a.pk == w["old"],
    "q=attic&level=low": lambda a, w: False,
    "canary=1": lambda a, w: a.pk in (w["caught"], w["missed"]),
    "canary=caught": lambda a, w: a.pk == w["caught"],
    "canary=missed": lambda a, w: a.pk == w["missed"],
}


def test_every_filter_means_what_it_says(world: dict[str, Any], auditor: Person, sign_in: SignIn) -> None:
    client = sign_in(auditor)
    days = {"today": world["now"].date(), "before": (world["now"] - 2 * DAY).date(), "long_ago": "2001-01-01"}
    everything = list(Action.objects.order_by("-pk"))
    empty = []
    for query, means in MEANS.items():
        address = query.format(**world, **days)
        wanted = [action.pk for action in everything if means(action, world)]
        assert listed(client, address) == wanted, address
        assert [int(line["action id"]) for line in exported(client, address)] == wanted[::-1], address
        empty += [query] if not wanted else []
    # What nothing matches is meant so, or the look at every row would prove nothing.
    assert empty == ["technique=T165", "policy=Ask", "degraded=1", "decided_until={long_ago}", "q=attic&level=low"]


def test_what_could_not_be_evaluated(
    api: Api, auditor: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = pay(api, 5)
    with monkeypatch.context() as broken:
        broken.setattr("governance.policies.evaluate", lambda *args, **kwargs: 1 / 0)
        uncertain = pay(api, 6)
    assert listed(sign_in(auditor), "degraded=1") == [uncertain.pk]
    assert fine.pk in listed(sign_in(auditor))


@pytest.mark.parametrize(
    "query",
    ["level=huge", "state=open", "since=yesterday", "agent=999999", "agent=x", "reviewer=999999", "team=999999",
     "verdict=maybe", "overdue=2", "failed=yes", "q=%00", "via=luck", "canary=yes", "type=" + "x" * 201],
)  # fmt: skip
def test_what_is_not_understood_shows_nothing_and_says_so(
    api: Api, auditor: Person, sign_in: SignIn, query: str, nothing_written: Any
) -> None:
    pay(api, 5)
    client = sign_in(auditor)
    assert listed(client, query) == []
    assert "This filter was not understood, so nothing is shown." in text_of(client.get(f"{ADDRESS}?{query}"))
    with nothing_written():
        assert client.get(f"{CSV}?{query}").headers["Location"].startswith(ADDRESS)


def test_another_team_sees_nothing(
    world: dict[str, Any], outsider: Person, senior: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    client = sign_in(outsider)
    agent, rita = world["agent"], world["rita"]
    for query in (
        "",
        "state=waiting",
        "q=attic",
        f"q={world['old']}",
        "technique=T1657",
        "via=person",
        "verdict=reject",
    ):
        assert listed(client, query) == []
        assert exported(client, query) == []
    # Neither an agent's number nor a person's tells a stranger that they exist.
    for query in (f"agent={agent.pk}", f"reviewer={rita.pk}", f"team={agent.team_id}"):
        page = client.get(f"{ADDRESS}?{query}")
        assert "was not understood" in text_of(page)
    body = client.get(ADDRESS).content.decode()
    assert agent.agent_id not in body
    assert "rita" not in body
    assert "No action yet." in text_of(client.get(ADDRESS))


def test_a_test_that_waits_is_like_any_other(
    world: dict[str, Any], reviewer: Person, auditor: Person, sign_in: SignIn
) -> None:
    client = sign_in(reviewer)
    assert world["waits"] in listed(client, "state=waiting")
    # Who decides may not even ask; who oversees learns of settled ones only.
    assert listed(client, "canary=missed") == []
    assert "was not understood" in text_of(client.get(f"{ADDRESS}?canary=missed"))
    assert "Tests approved" not in client.get(ADDRESS).content.decode()
    overseer = sign_in(auditor)
    assert world["waits"] not in {*listed(overseer, "canary=caught"), *listed(overseer, "canary=missed")}
    line = next(line for line in exported(client, "state=waiting") if line["action id"] == str(world["waits"]))
    assert "canary" not in json.dumps(line).lower()


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


def test_the_export_is_written_down_and_says_the_same(world: dict[str, Any], senior: Person, sign_in: SignIn) -> None:
    client = sign_in(senior)
    answer = client.get(f"{CSV}?via=person&verdict=reject", headers={"X-Correlation-ID": "export-1"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="foureyes-actions-')
    lines = list(csv.DictReader(io.StringIO(body_of(answer))))
    assert tuple(lines[0]) == COLUMNS
    action = row(world["rejected"])
    line = next(line for line in lines if line["action id"] == str(action.pk))
    assert (line["state"], line["decided via"], line["decided by"]) == ("rejected", "person", "sina")
    assert (line["reason"], line["score"], line["digest"]) == (lifecycles.REASON, "85", action.digest)
    body = json.loads(LedgerEntry.objects.get(type="history.actions_exported").body)
    assert body["data"] == {"rows": len(lines), "filters": {"via": "person", "verdict": "reject"}}
    assert body["req"] == "export-1"


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

"""The filters of the listing of every action: each against a look at every row; and who sees what."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from actions.models import Action, Agent
from governance.models import LedgerEntry, Person, Policy
from governance.rule_changes import change_rule
from reviews.break_glass import break_glass
from reviews.canaries import plant_canary
from reviews.listing.rows import COLUMNS
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.reviews.listings import ADDRESS, CSV, exported, listed
from tests.reviews.pages import body_of, pay, row, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, key_for

SignIn = Callable[..., Client]
DAY = timedelta(days=1)


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

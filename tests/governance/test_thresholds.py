"""At which score an agent meets a person: its own line, its kind's, the guide's; and what no line can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group

from actions.models import Action, Agent
from governance.default_rules import THRESHOLDS
from governance.errors import InvalidRule
from governance.models import Threshold
from governance.policies import evaluate, policy_set
from governance.risk import level_of
from governance.thresholds import GUIDE, Thresholds, make
from governance.thresholds import Threshold as Line
from tests.governance.changes import change, edited
from tests.governance.rules import facts, policy, scored, shipped
from tests.support.api import Answer

Submit = Callable[..., Answer]


def row(**fields: Any) -> dict[str, Any]:
    """A line as a rulebook holds it."""
    blank = {"agent_type": "", "agent_id": "", "team": "", "review_from": 70.0, "deny_from": None, "reason": "So."}
    return blank | fields


LINES = make(
    [
        row(agent_type="supervised", review_from=75.0),
        row(agent_type="autonomous", review_from=60.0),
        row(agent_id="robot", review_from=40.0),
        row(agent_id="robot", team="Payments", review_from=20.0, deny_from=80.0),
    ]
)


@pytest.mark.parametrize(
    ("agent_id", "team", "agent_type", "review_from"),
    [
        ("other", "Payments", "supervised", 75.0),
        ("other", "Payments", "autonomous", 60.0),
        ("other", "Payments", "unregistered", 70.0),  # no line of its own: the guide's
        ("robot", "Payments", "autonomous", 20.0),
        ("robot", "Logistics", "autonomous", 40.0),
        ("robot", "Logistics", "supervised", 40.0),
        ("Robot", "Payments", "autonomous", 60.0),  # another id
    ],
)
def test_whose_line_it_is(agent_id: str, team: str, agent_type: str, review_from: float) -> None:
    asked = facts(agent_id=agent_id, team=team, agent_type=agent_type)
    assert LINES.for_agent(asked).review_from == review_from


def test_without_lines_it_is_the_guides() -> None:
    assert Thresholds().for_agent(facts(agent_type="autonomous")) is GUIDE
    assert GUIDE.review_from == 70.0 and GUIDE.deny_from is None


@pytest.mark.parametrize("line", [70.0, 60.0, 0.0, 90.0])
@pytest.mark.parametrize("score", [0.0, 35.0, 59.5, 60.0, 69.5, 70.0, 89.5, 90.0, 100.0])
def test_the_line_belongs_to_the_person(line: float, score: float) -> None:
    """From the line on a person decides, without a gap at halves; critical always (wire-contract 14, rows 6 and 19)."""
    assessment = replace(scored(), score=score, level=level_of(score))
    verdict = evaluate(facts(), assessment, policy_set([]), Line(line))
    assert verdict.outcome == ("pending" if score >= line or score >= 90 else "approved")


@pytest.mark.parametrize(("score", "outcome"), [(79.5, "pending"), (80.0, "rejected"), (100.0, "rejected")])
def test_the_line_of_refusal(score: float, outcome: str) -> None:
    assessment = replace(scored(), score=score, level=level_of(score))
    verdict = evaluate(facts(), assessment, policy_set([policy("allow")]), Line(70.0, 80.0, "robots", "Too much."))
    assert verdict.outcome == ("approved" if outcome == "pending" else outcome)  # allow passes what is not refused
    plain = evaluate(facts(), assessment, policy_set([]), Line(70.0, 80.0, "robots", "Too much."))
    assert plain.outcome == outcome
    if outcome == "rejected":
        assert plain.reasons == (f"Risk {score:g} is not acceptable for robots: Too much.",)


def test_allow_never_passes_critical_whatever_the_line() -> None:
    assessment = replace(scored(), score=90.0, level="critical")
    verdict = evaluate(facts(), assessment, policy_set([policy("allow")]), Line(90.0))
    assert verdict.outcome == "pending"


@pytest.mark.parametrize("review_from", [-1, 90.5, 100, float("nan")])
def test_a_line_no_person_would_ever_see_cannot_be_read(review_from: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 90"):
        make([row(agent_type="autonomous", review_from=review_from)])


def test_the_shipped_lines() -> None:
    assert {one["agent_type"]: one["review_from"] for one in THRESHOLDS} == {
        "supervised": 70.0,
        "autonomous": 60.0,
        "unregistered": 70.0,
    }
    medium = facts("data_access", agent_type="autonomous")
    line = shipped().thresholds.for_agent(medium)
    assert evaluate(medium, scored("data_access"), policy_set([]), line).outcome == "pending"


# -- As rows, over HTTP ------------------------------------------------------------------------------------


def retype(agent: Agent, agent_type: str) -> None:
    Agent.objects.filter(pk=agent.pk).update(agent_type=agent_type)


def test_an_autonomous_agent_waits_at_sixty(submit: Submit, agent: Agent) -> None:
    assert submit(action_type="data_access")["status"] == "approved"
    retype(agent, "autonomous")
    answer = submit(action_type="data_access")
    assert (answer["risk_score"], answer["status"]) == (60.0, "pending_approval")
    verdict = Action.objects.get(pk=answer["id"]).verdict
    assert verdict["threshold"] == {
        "review_from": 60.0,
        "deny_from": None,
        "applies_to": "autonomous agents",
        "agent_type": "autonomous",
    }
    assert verdict["reasons"] == ["Human review required: risk 60 >= 60"]


def test_an_agents_own_line_beats_its_kinds(submit: Submit, agent: Agent) -> None:
    retype(agent, "autonomous")
    change(Threshold(agent_id=agent.agent_id, review_from=65, reason="It has earned it."))
    assert submit(action_type="data_access")["status"] == "approved"
    change(Threshold(agent_id=agent.agent_id, team=agent.team, review_from=30, reason="Not in this team."))
    assert submit()["status"] == "pending_approval"


def test_another_teams_line_is_not_ours(submit: Submit, agent: Agent, other_team: Group) -> None:
    change(Threshold(agent_id=agent.agent_id, team=other_team, review_from=0, reason="Theirs."))
    assert submit()["status"] == "approved"


def test_an_agent_refused_from_a_score(submit: Submit, agent: Agent) -> None:
    change(Threshold(agent_id=agent.agent_id, review_from=50, deny_from=80, reason="It is on probation."))
    answer = submit(action_type="transaction")
    assert answer["status"] == "rejected"
    reasons = Action.objects.get(pk=answer["id"]).verdict["reasons"]
    assert reasons == [f"Risk 85 is not acceptable for agent {agent.agent_id}: It is on probation."]
    assert submit(action_type="data_access")["status"] == "pending_approval"


def test_a_line_at_ninety_passes_no_critical_action(submit: Submit) -> None:
    change(edited(Threshold, {"agent_type": "supervised"}, review_from=90))
    assert submit(action_type="transaction")["status"] == "approved"
    assert submit(action_type="system_operation")["status"] == "pending_approval"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"agent_type": "autonomous", "agent_id": "robot"}, "not both"),
        ({}, "Choose a type of agents"),
        ({"agent_id": "robot", "review_from": 90.5}, "less than or equal to 90"),
        ({"agent_id": "robot", "review_from": 60, "deny_from": 60}, "above the score from which a person decides"),
        ({"agent_type": "autonomous"}, "There is a line for autonomous agents already"),
    ],
)
@pytest.mark.django_db
def test_a_line_that_makes_no_sense_is_refused(fields: dict[str, Any], says: str, nothing_written: Any) -> None:
    with nothing_written(), pytest.raises(InvalidRule) as refusal:
        change(Threshold(**{"review_from": 70, "reason": "So."} | fields))
    assert says in refusal.value.sentence

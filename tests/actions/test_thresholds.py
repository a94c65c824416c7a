"""The line an agent is held to, on the wire: it never contradicts the verdict (wire-contract section 14, row 7)."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from actions import wire
from actions.agents import change_agent
from actions.models import Action, Agent, State
from governance import past_actions, rulebook
from governance.actors import command
from governance.models import AgentType, Threshold
from governance.policies import evaluate, policy_set
from governance.risk import level_of
from governance.rule_changes import change_rule
from governance.thresholds import Threshold as Line
from governance.thresholds import stricter
from tests.governance.rules import facts, policy, scored
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.cast import AGENT_ID

ADAM = command("tests")


def contradictions(answer: dict[str, Any]) -> list[str]:
    """What a reader of the answer could hold against it."""
    score, lines, decision = answer["risk_score"], answer["thresholds"], answer["decision"]
    effects = {policy["effect"] for policy in answer["policies_evaluated"]}
    source, denied_from = answer["enforcement_decision_source"], lines["deny_from"]
    status = {"approved": "approved", "pending": "pending_approval", "denied": "rejected"}[decision]
    rules = {
        "status and decision differ": answer["status"] == status,
        "requires_approval is not pending": answer["requires_approval"] is (decision == "pending"),
        "approved is not approved": answer["approved"] is (decision == "approved"),
        "execution is allowed without approval": answer["execution_allowed"] is (decision == "approved"),
        "two names of one line differ": lines["auto_approve_below"] == lines["max_risk_threshold"],
        "passed above its line, and no policy allows it": not (
            decision == "approved" and score >= lines["auto_approve_below"] and "allow" not in effects
        ),
        "waits below its line, for no stated reason": not (
            decision == "pending" and score < lines["auto_approve_below"] and source == "threshold"
        ),
        "above the line of denial, and not denied": denied_from is None or score < denied_from or decision == "denied",
        "denied below the line of denial, for no stated reason": not (
            decision == "denied" and source == "threshold" and (denied_from is None or score < denied_from)
        ),
        "critical passed": not (decision == "approved" and answer["risk_level"] == "critical"),
    }
    return [sentence for sentence, holds in rules.items() if not holds]


def answer_of(score: float, line: Line, policies: Any = (), *, wish: bool = False) -> dict[str, Any]:
    """What a submission with this score, this line and these policies is told."""
    assessment = replace(scored(), score=score, level=level_of(score), review_reasons=("A wish.",) if wish else ())
    verdict = evaluate(facts(), assessment, policy_set(policies), line)
    action = Action(
        pk=7,
        agent=Agent(agent_id="a"),
        content="{}",
        risk_score=score,
        risk_level=level_of(score),
        assessment=assessment.as_snapshot(),
        verdict=verdict.as_snapshot(),
        route={},
        state=State(verdict.outcome),
    )
    return wire.submit_answer(action)


def test_for_random_scores_lines_and_policies() -> None:
    chance = random.Random(7)
    seen = set()
    for _ in range(3000):
        review = chance.choice([0, 30, 50, 70, 89.5, 90, chance.randrange(181) / 2])
        deny = chance.choice([None, None, min(100, review + 0.5), 100])
        score = chance.choice([review, max(0, review - 0.5), chance.randrange(201) / 2])
        chosen = [
            policy(effect, condition, mode=mode)
            for effect, condition, mode in chance.sample(
                list(product(("deny", "require_approval", "allow"), ("true", "false"), ("enforce", "observe"))), 2
            )
            if chance.random() < 0.5
        ]
        answer = answer_of(score, Line(review, deny), chosen, wish=chance.random() < 0.2)
        assert contradictions(answer) == [], answer
        seen.add((answer["decision"], answer["enforcement_decision_source"]))
    assert seen == {
        *(("approved", "threshold"), ("approved", "policy")),
        *(("pending", "threshold"), ("pending", "policy"), ("pending", "smart_rule")),
        *(("denied", "threshold"), ("denied", "policy")),
    }


@pytest.mark.parametrize(
    "lie",
    [
        {"requires_approval": True},
        {"status": "pending_approval"},
        {"risk_score": 85.0},
        {"risk_score": 95.0, "risk_level": "critical"},
        {"execution_allowed": False},
    ],
)
def test_a_contradiction_is_found(lie: dict[str, Any]) -> None:
    answer = answer_of(35.0, Line())
    assert contradictions(answer) == []
    assert contradictions(answer | lie)


def test_upstreams_contradiction_is_found() -> None:
    """It decides by the agent's own line, and tells of another (row 7)."""
    answer = answer_of(75.0, Line(80.0))
    assert contradictions(answer) == []
    naive = answer | {"thresholds": answer["thresholds"] | {"auto_approve_below": 70.0, "max_risk_threshold": 70.0}}
    assert contradictions(naive) == ["passed above its line, and no policy allows it"]


# -- Over HTTP -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_agent_of_the_guide_is_held_to_the_guides_line(submit):
    assert submit()["thresholds"] == {
        "auto_approve_below": 70.0,
        "max_risk_threshold": 70.0,
        "deny_from": None,
        "applies_to": "supervised agents",
        "agent_type": "supervised",
        "is_registered": True,
    }


@pytest.mark.django_db
def test_an_agent_first_seen_is_unregistered_until_an_admin_says_otherwise(submit):
    lines = submit(agent_id="brand-new")["thresholds"]
    assert (lines["agent_type"], lines["is_registered"]) == ("unregistered", False)
    lines = submit(agent_id="brand-new")["thresholds"]
    assert (lines["agent_type"], lines["is_registered"]) == ("unregistered", False)
    made = Agent.objects.get(agent_id="brand-new")
    made.agent_type = AgentType.AUTONOMOUS
    change_agent(made, actor=ADAM)
    answer = submit(agent_id="brand-new", action_type="data_access")
    assert (answer["thresholds"]["agent_type"], answer["thresholds"]["is_registered"]) == ("autonomous", True)
    assert (answer["risk_score"], answer["status"]) == (60.0, "pending_approval")
    assert contradictions(answer.json) == []


@pytest.mark.django_db
def test_an_agents_own_line_comes_first(api, submit):
    row = Threshold(agent_id=AGENT_ID, review_from=30.0, deny_from=80.0, reason="It is new.")
    change_rule(row, actor=ADAM, reason="For a test.")
    answers = [submit(action_type=kind) for kind in ("query", "transaction")]
    assert [answer["status"] for answer in answers] == ["pending_approval", "rejected"]
    for answer in answers:
        lines = answer["thresholds"]
        assert (lines["auto_approve_below"], lines["max_risk_threshold"], lines["deny_from"]) == (30.0, 30.0, 80.0)
        assert lines["applies_to"] == f"agent {AGENT_ID}"
        assert contradictions(answer.json) == []
        assert api.get(f"/api/v1/actions/{answer['id']}")["thresholds"] == lines


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["governance.risk.assess", "governance.policies.evaluate"])
def test_where_a_stage_fails_the_sender_is_still_called_what_it_is(submit, monkeypatch, place):
    monkeypatch.setattr(place, lambda *_, **__: 1 / 0)
    answer = submit(agent_id="brand-new")
    assert (answer["thresholds"]["auto_approve_below"], answer["thresholds"]["is_registered"]) == (70.0, False)
    assert contradictions(answer.json) == []


@pytest.mark.django_db
def test_a_replayed_answer_keeps_the_line_of_its_time(api, agent):
    first = api.post(SUBMIT, GUIDE_EXAMPLE, Idempotency_Key="once")
    agent.agent_type = AgentType.AUTONOMOUS
    change_agent(agent, actor=ADAM)
    assert api.post(SUBMIT, GUIDE_EXAMPLE, Idempotency_Key="once").json == first.json
    assert api.submit()["thresholds"]["agent_type"] == "autonomous"


@pytest.mark.django_db
def test_an_action_older_than_thresholds_was_held_to_the_guides_line(submit):
    action = Action.objects.get(pk=submit()["id"])
    del action.verdict["threshold"], action.verdict["observed"]
    lines = wire.submit_answer(action)["thresholds"]
    assert (lines["auto_approve_below"], lines["deny_from"], lines["is_registered"]) == (70.0, None, True)


# -- An agent's key changes neither its type nor its line ------------------------------------------------------------

_NAMES = (
    "agent_type thresholds threshold review_from deny_from auto_approve_below max_risk_threshold is_registered"
    " registered_by owner team preflight would_be"
).split()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [SUBMIT, "/api/v1/actions/preflight", "/api/agent-action"])
@pytest.mark.parametrize("name", _NAMES)
def test_a_body_that_sets_them_is_refused(api, nothing_written, path, name):
    with nothing_written():
        answer = api.post(path, GUIDE_EXAMPLE | {name: "autonomous"})
    assert (answer.status, answer["errors"]) == (400, {name: "Only the server sets this."})


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["context", "action_details", "risk_indicators"])
def test_inside_the_content_they_are_only_content(submit, place):
    lies = {"agent_type": "supervised", "is_registered": True, "thresholds": {"review_from": 100}, "review_from": 100}
    answer = submit(agent_id="brand-new", action_type="transaction", **{place: lies})
    assert (answer["status"], answer["thresholds"]["auto_approve_below"]) == ("pending_approval", 70.0)
    assert answer["thresholds"]["agent_type"] == "unregistered"
    assert Agent.objects.get(agent_id="brand-new").agent_type == AgentType.UNREGISTERED
    assert Action.objects.get(pk=answer["id"]).payload[place] == lies


# -- Nor does another name --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_name_does_not_lift_the_line_of_the_key(api, submit, agent):
    """An autonomous agent's 60 stays 60 under a name nobody knows, whose own line is the guide's 70."""
    agent.agent_type = AgentType.AUTONOMOUS
    change_agent(agent, actor=ADAM)
    for name in (AGENT_ID, "a-new-name", "a-new-name"):
        asked = api.post("/api/v1/actions/preflight", GUIDE_EXAMPLE | {"agent_id": name, "action_type": "data_access"})
        answer = submit(agent_id=name, action_type="data_access")
        assert (answer["status"], answer["risk_score"]) == ("pending_approval", 60.0)
        assert asked["thresholds"] == answer["thresholds"]
        assert answer["thresholds"]["applies_to"] == "autonomous agents"
        assert answer["thresholds"]["is_registered"] is (name == AGENT_ID)
        assert contradictions(answer.json) == []


@pytest.mark.django_db
def test_a_new_name_does_not_escape_the_line_of_denial(submit):
    row = Threshold(agent_id=AGENT_ID, review_from=80.0, deny_from=85.0, reason="It is new.")
    change_rule(row, actor=ADAM, reason="For a test.")
    answer = submit(agent_id="a-new-name", action_type="transaction")
    assert (answer["status"], answer["thresholds"]["deny_from"]) == ("rejected", 85.0)
    assert answer["thresholds"]["auto_approve_below"] == 70.0  # the lower half of each
    assert answer["thresholds"]["applies_to"] == f"unregistered agents and agent {AGENT_ID}"


@pytest.mark.django_db
def test_past_actions_remember_whose_key_it_was(submit, agent):
    agent.agent_type = AgentType.AUTONOMOUS
    change_agent(agent, actor=ADAM)
    own, other = submit()["id"], submit(agent_id="a-new-name")["id"]
    facts = {name: past_actions.source().one(action_id).facts for name, action_id in (("own", own), ("other", other))}
    assert (facts["own"].principal_id, facts["own"].principal_type) == ("", "")
    assert (facts["other"].principal_id, facts["other"].principal_type) == (AGENT_ID, "autonomous")
    assert rulebook.current().thresholds.for_agent(facts["other"]).review_from == 60.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Line(70), Line(60), (60, None)),
        (Line(70, 90), Line(60), (60, 90)),
        (Line(70, 90), Line(80, 85), (70, 85)),
        (Line(70, None), Line(70, None), (70, None)),
    ],
)
def test_the_stricter_of_two_lines(one, other, expected):
    for pair in ((one, other), (other, one)):
        line = stricter(*pair)
        assert (line.review_from, line.deny_from) == expected
        assert line.review_from <= min(one.review_from, other.review_from)

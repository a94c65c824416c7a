"""POST /api/governance/policies/evaluate-realtime: the published client's policy question."""

from __future__ import annotations

import json

import pytest

from actions.agents import block_agent
from actions.models import Agent
from governance.actors import command
from governance.models import LedgerEntry, Policy, RulebookVersion
from governance.rule_changes import change_rule
from tests.support.api import SUBMIT
from tests.support.cast import AGENT_ID
from tests.support.database import row_counts

pytestmark = pytest.mark.django_db

EVALUATE = "/api/governance/policies/evaluate-realtime"
ADAM = command("tests")


def ask(api, **fields):
    return api.post(EVALUATE, {"action_type": "query", "resource": "customer_profiles"} | fields)


def add_policy(effect, condition, mode="enforce"):
    row = Policy(name=f"{effect} {mode}", effect=effect, mode=mode, condition=condition, reason=f"Because of {effect}.")
    change_rule(row, actor=ADAM, reason="For a test.")


def test_it_works(api):
    answer = ask(api)
    assert answer.status == 200
    assert (answer["decision"], answer["risk_score"], answer["risk_level"]) == ("allow", 35.0, "low")
    assert (answer["matched_policies"], answer["violations"], answer["degraded"]) == ([], [], [])
    assert type(answer["evaluation_time_ms"]) is int
    assert (answer["preflight"], answer["execution_allowed"], answer["approved"]) == (True, False, False)
    assert sum(factor["points"] for factor in answer["risk_factors"]) == 35.0
    assert answer["agent_id"] == AGENT_ID
    assert answer["mapping_version"] == RulebookVersion.objects.latest("version").version


@pytest.mark.parametrize(
    ("action_type", "decision", "reason"),
    [
        ("query", "allow", "Risk 35 is below the review line of 70."),
        ("transaction", "require_approval", "Human review required: risk 85 >= 70"),
    ],
)
def test_the_decision_is_what_the_rules_say(api, action_type, decision, reason):
    answer = ask(api, action_type=action_type)
    assert (answer["decision"], answer["reason"], answer["reasons"]) == (decision, reason, [reason])


def test_policies_that_match_are_listed(api):
    add_policy("deny", 'action.resource == "payroll"')
    add_policy("deny", "risk.score > 1", mode="observe")
    answer = ask(api, resource="payroll")
    assert (answer["decision"], answer["violations"]) == ("deny", ["Because of deny."])
    assert [policy["name"] for policy in answer["matched_policies"]] == ["deny enforce"]
    assert [policy["name"] for policy in answer["observed_policies"]] == ["deny observe"]


def test_a_blocked_agent_is_denied_with_the_reason(api, agent):
    block_agent(agent.pk, actor=ADAM, reason="It loops.")
    answer = ask(api)
    assert answer["decision"] == "deny"
    assert "It loops." in answer["violations"][0]


def test_a_policy_nobody_can_answer_never_allows(api):
    add_policy("deny", "action.details.amount > 10")
    answer = ask(api)
    assert (answer["decision"], answer["degraded"]) == ("require_approval", ["policy:deny enforce"])


@pytest.mark.parametrize("hint", [0, 5, 35.5, 100])
def test_the_callers_score_replaces_nothing(api, hint):
    for action_type, decision, score in (("query", "allow", 35.0), ("transaction", "require_approval", 85.0)):
        answer = ask(api, action_type=action_type, risk_score=hint)
        assert (answer["decision"], answer["risk_score"]) == (decision, score)


def test_the_callers_score_is_noted_among_the_factors(api):
    labels = [factor["label"] for factor in ask(api, risk_score=5)["risk_factors"] if factor["points"] == 0]
    assert labels == ['"risk_score" comes from the agent and cannot lower a score']


def test_it_is_what_submitting_the_same_would_give(api):
    known = {"context": {"require_human_approval": True}, "risk_indicators": {"external_transfer": True}}
    answer = ask(api, **known)
    body = {"agent_id": AGENT_ID, "action_type": "query", "resource": "customer_profiles", **known}
    told = api.post(SUBMIT, body, X_SDK_Version="2.7.1")
    same = ("risk_score", "risk_level", "risk_factors", "reason", "degraded", "thresholds", "mapping_version")
    assert {name: answer[name] for name in same} == {name: told[name] for name in same}
    assert answer["decision"] == told["policy_decision"] == "require_approval"


def test_it_writes_one_entry_and_nothing_else(api, agent):
    before = row_counts()
    ask(api)
    after = row_counts()
    assert {t: after[t] - before[t] for t in after if after[t] != before[t]} == {LedgerEntry._meta.db_table: 1}
    entry = LedgerEntry.objects.latest("id")
    assert (entry.type, entry.stream) == ("rules.asked", f"agent:{agent.pk}")
    assert json.loads(entry.body)["data"]["outcome"] == "approved"


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, ["action_type", "resource"]),
        ({"action_type": "query"}, ["resource"]),
        ({"action_type": " ", "resource": "r"}, ["action_type"]),
        ({"action_type": "query", "resource": None}, ["resource"]),
    ],
)
def test_what_is_missing_is_named(api, nothing_written, body, missing):
    with nothing_written():
        answer = api.post(EVALUATE, body)
    assert (answer.status, answer["detail"]) == (422, f"Missing required fields: {', '.join(missing)}")
    assert sorted(answer["errors"]) == missing


@pytest.mark.parametrize("hint", ["5", True, -1, 100.5, [5], {}])
def test_a_score_that_is_none_is_refused(api, nothing_written, hint):
    with nothing_written():
        answer = ask(api, risk_score=hint)
    assert (answer.status, answer["errors"]) == (400, {"risk_score": "This must be a number from 0 to 100."})


@pytest.mark.parametrize("body", [[], "text", {"action_type": "query", "resource": "r", "context": []}])
def test_a_body_of_another_kind_is_refused(api, nothing_written, body):
    with nothing_written():
        assert api.post(EVALUATE, json.dumps(body)).status == 400


def test_server_owned_names_are_refused(api, nothing_written):
    with nothing_written():
        answer = ask(api, decision="allow", agent_type="supervised")
    assert (answer.status, sorted(answer["errors"])) == (400, ["agent_type", "decision"])


def test_without_a_key(anonymous, nothing_written):
    with nothing_written():
        assert ask(anonymous).status == 401


def test_nobody_is_registered(api):
    ask(api, agent_id="nobody-yet")
    assert not Agent.objects.filter(agent_id="nobody-yet").exists()

"""POST /api/v1/actions/preflight: what a submission would be told, and nothing written but that it was asked."""

from __future__ import annotations

import json

import pytest

from actions import wire_preflight
from actions.models import Action, Agent
from governance.ledger.kinds import sentence
from governance.models import LedgerEntry, RulebookVersion
from tests.support.api import GUIDE_EXAMPLE, SUBMIT, Api
from tests.support.database import row_counts
from tests.support.people import key_for
from tests.support.threads import together

pytestmark = pytest.mark.django_db

PREFLIGHT = "/api/v1/actions/preflight"
LENIENT = "/api/authorization/agent-action/preflight"
NOTHING = ("id", "action_id", "approval_request_id", "poll_url", "expires_at", "decision_at")


def ask(api, **overrides):
    return api.post(PREFLIGHT, GUIDE_EXAMPLE | overrides)


def test_it_works(api):
    answer = ask(api)
    assert answer.status == 200
    assert answer["preflight"] is True
    assert (answer["risk_score"], answer["risk_level"], answer["requires_approval"]) == (35.0, "low", False)
    assert answer["would_be"] == {
        "status": "approved",
        "decision": "approved",
        "state": "auto_approved",
        "policy_decision": "allow",
        "enforcement_decision": "auto_approved",
    }
    assert answer["message"].startswith("This is a preflight: nothing was submitted, and nothing may be executed.")


def test_one_that_would_wait_says_so_in_a_submissions_own_words(api):
    answer = ask(api, action_type="transaction")
    assert (answer["status"], answer["decision"], answer["requires_approval"]) == ("pending_approval", "pending", True)
    assert answer["required_approvers"] == ["level:3"]
    assert answer["route"]["stages"] == [{"label": "", "requirements": [{"needed": 1, "level": 3}]}]
    assert answer["reason"] == "Human review required: risk 85 >= 70"
    assert answer["thresholds"]["auto_approve_below"] == 70.0


@pytest.mark.parametrize("action_type", ["query", "transaction", "system_operation", "quantum_flux"])
def test_there_is_nothing_to_poll_and_nothing_to_act_on(api, action_type):
    answer = ask(api, action_type=action_type)
    assert {answer[name] for name in NOTHING} == {None}
    assert (answer["execution_allowed"], answer["approved"], answer["success"]) == (False, False, False)


def test_an_approval_is_never_said(api):
    """No client reads further than one of these (wire_preflight.py), so none of them may hold a word of permission."""
    answer = ask(api)
    heard = {answer[name] for name in ("status", "decision", "state", "policy_decision", "enforcement_decision")}
    assert heard | {answer["metadata"]["raw_status"]} == {wire_preflight.WOULD_BE_APPROVED}


def test_it_writes_one_entry_and_nothing_else(api):
    """An agent id nobody has registered stays unregistered."""
    before = row_counts()
    ask(api)
    ask(api, agent_id="nobody-yet", action_type="transaction", action_details={"amount": 5})
    after = row_counts()
    assert {table: after[table] - before[table] for table in after if after[table] != before[table]} == {
        LedgerEntry._meta.db_table: 2
    }


def test_the_entry_says_what_was_asked_and_answered(api, agent):
    ask(api, action_type="transaction", action_details={"iban": "DE02 1203"})
    entry = LedgerEntry.objects.latest("id")
    body = json.loads(entry.body)
    assert (entry.type, entry.stream, entry.team_id) == ("rules.asked", f"agent:{agent.pk}", agent.team_id)
    assert body["data"] == {
        "agent_id": agent.agent_id,
        "action_type": "transaction",
        "resource": "customer_profiles",
        "outcome": "pending",
        "score": "85.0",
        "level": "high",
    }
    assert body["risk"]["rulebook"] == RulebookVersion.objects.latest("version").version
    assert "DE02" not in entry.body
    assert sentence(entry.type, body["data"]) == (
        "asked about transaction on customer_profiles, submitting nothing: pending, risk 85.0 (high)"
    )


def test_the_entry_carries_the_digest_the_submission_would_have(api, submit):
    ask(api)
    digest = json.loads(LedgerEntry.objects.latest("id").body)["subject"]["digest"]
    assert Action.objects.get(pk=submit()["id"]).digest == digest


def test_of_an_unregistered_agent_the_asking_agent_keeps_the_entry(api, agent):
    assert ask(api, agent_id="nobody-yet")["agent_id"] == "nobody-yet"
    entry = LedgerEntry.objects.latest("id")
    assert entry.stream == f"agent:{agent.pk}"
    assert json.loads(entry.body)["data"]["agent_id"] == "nobody-yet"
    assert not Agent.objects.filter(agent_id="nobody-yet").exists()


def test_no_entry_no_answer(api, monkeypatch, nothing_written):
    def full(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("governance.ledger.entries.leaf_hash", full)
    with nothing_written():
        assert ask(api).status == 500


def test_asking_again_is_asking_again(api):
    """No idempotency: the rules may have changed meanwhile, and the record says how often it was asked."""
    headers = {"Idempotency_Key": "once"}
    first, second = (api.post(PREFLIGHT, GUIDE_EXAMPLE, **headers) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert "Idempotent-Replayed" not in second.headers
    assert api.post(PREFLIGHT, GUIDE_EXAMPLE | {"resource": "else"}, **headers).status == 200
    assert LedgerEntry.objects.filter(type="rules.asked").count() == 3
    assert api.post(SUBMIT, GUIDE_EXAMPLE, **headers)["status"] == "approved"


class TestRefusals:
    """The same as a submission's, word for word."""

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            "{",
            '{"agent_id": NaN}',
            '{"agent_id": "a", "agent_id": "b"}',
            {"agent_id": "a", "action_type": "query"},
            GUIDE_EXAMPLE | {"agent_id": 7},
            GUIDE_EXAMPLE | {"agent_id": "x" * 256},
            GUIDE_EXAMPLE | {"status": "approved"},
            GUIDE_EXAMPLE | {"parameters": {"a": 1}, "action_details": {"a": 2}},
            GUIDE_EXAMPLE | {"action_details": {"text": "x" * 66_000}},
        ],
    )
    def test_a_body_that_cannot_be_submitted(self, api, nothing_written, body):
        sent = body if isinstance(body, str) else json.dumps(body)
        with nothing_written():
            refused, twin = api.post(PREFLIGHT, sent), api.post(SUBMIT, sent)
        assert refused.status in (400, 422)
        assert (refused.status, refused["detail"], refused["errors"]) == (twin.status, twin["detail"], twin["errors"])

    def test_without_a_key(self, anonymous, nothing_written):
        with nothing_written():
            assert ask(anonymous).status == 401

    def test_an_agent_with_keys_of_its_own(self, api, agent, nothing_written):
        key_for("colleague", team=agent.team.name)
        with nothing_written():
            answer = ask(api, agent_id="colleague")
        assert (answer.status, answer["error_code"]) == (403, "AUTH_FORBIDDEN")

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_other_methods(self, api, nothing_written, method):
        with nothing_written():
            assert api.call(method, PREFLIGHT).status == 405


class TestLenientCallers:
    """The published clients' shape is read as on submit."""

    SHAPE = {"agent_id": "bot", "agent_name": "Bot", "action_type": "query", "resource": "customer_profiles"}

    @pytest.mark.parametrize("path", [PREFLIGHT, LENIENT])
    def test_the_clients_shape(self, api, path):
        assert api.post(path, self.SHAPE)["would_be"]["status"] == "approved"

    def test_the_sdk_header_or_the_clients_address_make_it_lenient(self, api):
        body = {"agent_id": "bot", "action_type": "query"}
        assert api.post(PREFLIGHT, body).status == 422
        assert api.post(PREFLIGHT, body, X_SDK_Version="2.7.1").status == 200
        assert api.post(LENIENT, body).status == 200


def test_another_teams_agent_is_none_of_ours(api, other_team):
    """The same id in another team is another agent: its block does not show here."""
    from actions.agents import block_agent
    from actions.models import Agent
    from governance.actors import command

    Api(key_for("warehouse", team=other_team.name)).submit(agent_id="shared")
    block_agent(Agent.objects.get(agent_id="shared").pk, actor=command("tests"), reason="Secret.")
    assert ask(api, agent_id="shared")["would_be"]["status"] == "approved"


@pytest.mark.django_db(transaction=True)
def test_asked_from_all_sides_at_once_every_question_has_its_place(agent_key, agent):
    results = together(*[lambda: ask(Api(agent_key)).status] * 6)
    assert results == [200] * 6
    entries = list(LedgerEntry.objects.filter(stream=f"agent:{agent.pk}").order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.type for entry in entries[-6:]] == ["rules.asked"] * 6
    assert [entry.prev for entry in entries[1:]] == [entry.leaf for entry in entries[:-1]]

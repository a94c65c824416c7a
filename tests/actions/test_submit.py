"""POST /api/v1/actions/submit: the guide's first step."""

import json

import pytest

from actions.models import Action, Agent
from governance.models import LedgerEntry, RulebookVersion
from tests.support.api import GUIDE_EXAMPLE, SUBMIT

pytestmark = pytest.mark.django_db


def test_the_guides_first_example(submit):
    answer = submit()
    assert answer.status == 200
    # Byte for byte what the guide prints in "Response Structure", but for the id.
    expected = {
        "id": answer["id"],
        "agent_id": "customer-service-agent-001",
        "status": "approved",
        "risk_score": 35.0,
        "risk_level": "low",
        "requires_approval": False,
        "alert_triggered": False,
        "message": "Action processed through platform workflow - Risk: 35.0",
    }
    assert {name: answer[name] for name in expected} == expected
    assert type(answer["id"]) is int
    assert type(answer["risk_score"]) is float


@pytest.mark.parametrize(
    ("action_type", "score", "level", "status"),
    [
        ("query", 35.0, "low", "approved"),
        ("data_access", 60.0, "medium", "approved"),
        ("data_modification", 85.0, "high", "pending_approval"),
        ("transaction", 85.0, "high", "pending_approval"),
        ("system_operation", 95.0, "critical", "pending_approval"),
    ],
)
def test_calibration(submit, action_type, score, level, status):
    answer = submit(action_type=action_type, description="Do what the ticket says", resource="thing", tool_name="tool")
    assert (answer["risk_score"], answer["risk_level"], answer["status"]) == (score, level, status)
    assert answer["requires_approval"] is (status == "pending_approval")
    assert answer["alert_triggered"] is (status == "pending_approval")
    assert answer["decision"] == {"approved": "approved", "pending_approval": "pending"}[status]


def test_the_guides_production_example_is_approved(submit):
    answer = submit(
        action_type="data_access",
        description="Retrieve customer profile for support ticket",
        context={"ticket_id": "4521", "support_agent": "agent-001"},
        risk_indicators={"pii_involved": True, "data_sensitivity": "medium"},
    )
    assert (answer["status"], answer["risk_score"]) == ("approved", 60.0)


def test_the_guides_detailed_example_waits(submit):
    answer = submit(
        action_type="data_modification",
        description="Update customer email per verified change request CR-789",
        action_details={"customer_id": "12345", "field": "email", "old_value": "a@b.c", "new_value": "d@e.f"},
        risk_indicators={"pii_involved": True, "customer_requested": True, "verified": True},
    )
    assert (answer["status"], answer["risk_score"]) == ("pending_approval", 85.0)
    assert answer["approval_request_id"] == str(answer["id"])
    assert answer["required_approvers"] == ["level:3"]
    assert answer["expires_at"]
    assert answer["reason"]


def test_an_unknown_type_waits_for_a_person(submit):
    answer = submit(action_type="quantum_flux")
    assert (answer["risk_score"], answer["status"]) == (70.0, "pending_approval")
    assert any("classified" in factor["label"] for factor in answer["risk_factors"])


def test_factors_recompute_to_the_score(submit):
    answer = submit(action_type="database.delete", description="Delete all customers in production")
    assert sum(factor["points"] for factor in answer["risk_factors"]) == answer["risk_score"]


def test_it_keeps_content_and_digest_and_rulebook(submit):
    action = Action.objects.get(pk=submit()["id"])
    assert action.payload == GUIDE_EXAMPLE
    assert len(action.digest) == 64
    assert action.rulebook_version == RulebookVersion.objects.latest("version").version


def test_every_submission_has_its_ledger_entry(submit):
    answer = submit(action_type="transaction")
    entry = LedgerEntry.objects.get(stream=f"action:{answer['id']}")
    body = json.loads(entry.body)
    assert (entry.type, entry.seq, entry.prev) == ("action.submitted", 1, None)
    assert body["subject"]["digest"] == Action.objects.get().digest
    assert body["actor"]["id"] == "customer-service-agent-001"
    assert body["data"]["outcome"] == "pending"


def test_the_answer_has_no_trailing_redirect(api):
    assert api.post(SUBMIT + "/", GUIDE_EXAMPLE).status == 404


@pytest.mark.parametrize("field", ["agent_id", "action_type", "description", "tool_name"])
@pytest.mark.parametrize("value", ["missing", None, "", "   "])
def test_missing_fields_are_named(api, nothing_written, field, value):
    # Without agent_name the body has the raw REST caller's shape, never the published clients'.
    body = {**GUIDE_EXAMPLE, field: value}
    if value == "missing":
        del body[field]
    with nothing_written():
        answer = api.post(SUBMIT, body)
    assert answer.status == 422
    assert answer["detail"] == f"Missing required fields: {field}"
    assert answer["errors"] == {field: "This field is required."}


def test_all_missing_fields_are_named_at_once(api, nothing_written):
    with nothing_written():
        answer = api.post(SUBMIT, {})
    assert answer.status == 422
    assert answer["detail"] == "Missing required fields: agent_id, action_type, description, tool_name"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent_id", 7),
        ("action_type", ["query"]),
        ("description", {"a": 1}),
        ("tool_name", True),
        ("resource", 1.5),
        ("action_details", "x"),
        ("context", []),
        ("risk_indicators", 5),
        ("parent_action_id", "12"),
        ("orchestration_depth", True),
        ("environment", {}),
    ],
)
def test_wrong_types_are_refused_with_their_place(api, nothing_written, field, value):
    with nothing_written():
        answer = api.post(SUBMIT, {**GUIDE_EXAMPLE, field: value})
    assert answer.status == 400
    assert f"/{field}" in answer["detail"]
    assert field in answer["errors"]


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_a_body_that_is_no_object_is_refused(api, nothing_written, body):
    with nothing_written():
        answer = api.post(SUBMIT, json.dumps(body))
    assert answer.status == 400
    assert isinstance(answer["detail"], str)


@pytest.mark.parametrize(
    "field",
    ["status", "state", "decision", "risk_score", "risk_level", "approved", "id", "decided_by", "team"],
)
def test_server_owned_fields_are_refused(api, nothing_written, field):
    with nothing_written():
        answer = api.post(SUBMIT, {**GUIDE_EXAMPLE, field: "approved"})
    assert answer.status == 400
    assert answer["errors"] == {field: "Only the server sets this."}


@pytest.mark.parametrize(
    "raw",
    [
        '{"agent_id": "a", "agent_id": "b"}',
        '{"agent_id": NaN}',
        '{"agent_id": "a", "context": {"n": 9007199254740993}}',
        '{"agent_id": "a\\u0000"}',
        '{"agent_id": "\\ud800"}',
        '{"context": ' + '{"a":' * 40 + "1" + "}" * 40 + "}",
        "{",
        b"\xff",
    ],
)
def test_hostile_json_is_refused_and_nothing_is_written(api, nothing_written, raw):
    with nothing_written():
        answer = api.post(SUBMIT, raw)
    assert answer.status == 400
    assert answer["error_code"] == "MALFORMED_BODY"


def test_a_body_over_64_kib_is_refused(api, nothing_written):
    fits = {**GUIDE_EXAMPLE, "action_details": {"text": "x" * 60_000}}
    assert api.post(SUBMIT, fits).status == 200
    with nothing_written():
        answer = api.post(SUBMIT, {**GUIDE_EXAMPLE, "action_details": {"text": "x" * 66_000}})
        huge = api.post(SUBMIT, {**GUIDE_EXAMPLE, "action_details": {"text": "x" * 3_000_000}})
    assert answer.status == huge.status == 400
    assert "64 KiB" in answer["detail"]


def test_overlong_text_is_refused_by_name(api, nothing_written):
    with nothing_written():
        answer = api.post(SUBMIT, {**GUIDE_EXAMPLE, "agent_id": "x" * 256})
    assert (answer.status, answer["errors"]) == (422, {"agent_id": "At most 255 characters."})


def test_secrets_are_redacted_before_they_are_kept(api, submit):
    answer = submit(action_details={"user": "root", "password": "hunter2"}, context={"api_key": "abc"})
    action = Action.objects.get(pk=answer["id"])
    assert "hunter2" not in action.content
    assert "abc" not in json.dumps(action.payload["context"])
    assert action.payload["action_details"]["user"] == "root"


def test_unknown_fields_are_kept_where_the_reviewer_sees_them(submit):
    answer = submit(shipment={"boxes": 3})
    assert Action.objects.get(pk=answer["id"]).payload["shipment"] == {"boxes": 3}


def test_parameters_are_details_and_may_not_disagree(api, submit, nothing_written):
    answer = submit(parameters={"amount": 5}, action_details={"to": "ACME"})
    assert Action.objects.get(pk=answer["id"]).payload["action_details"] == {"amount": 5, "to": "ACME"}
    with nothing_written():
        refused = api.post(SUBMIT, {**GUIDE_EXAMPLE, "parameters": {"amount": 5}, "action_details": {"amount": 6}})
    assert refused.status == 400


class TestLenientCallers:
    """The published clients send neither description nor tool_name (wire-contract 4.2)."""

    SHAPE = {"agent_id": "bot", "agent_name": "Bot", "action_type": "query", "resource": "customer_profiles"}

    @pytest.mark.parametrize(
        "path", ["/api/authorization/agent-action", "/api/sdk/agent-action", "/api/agent-action", SUBMIT]
    )
    def test_client_shape_is_accepted(self, api, path):
        answer = api.post(path, self.SHAPE)
        assert (answer.status, answer["status"], answer["decision"]) == (200, "approved", "approved")
        action = Action.objects.get(pk=answer["id"])
        assert (action.tool_name, action.description) == ("customer_profiles", "query on customer_profiles")
        assert action.payload["description_derived"] is True

    def test_the_sdk_header_makes_it_lenient(self, api):
        body = {
            "agent_id": "bot",
            "action_type": "query",
            "resource": "r",
            "action_details": {"tool_name": "psql"},
        }
        assert api.post(SUBMIT, body).status == 422
        answer = api.post(SUBMIT, body, X_SDK_Version="2.7.1")
        assert answer.status == 200
        assert Action.objects.get(pk=answer["id"]).tool_name == "psql"

    def test_two_fields_stay_required(self, api, nothing_written):
        with nothing_written():
            answer = api.post("/api/authorization/agent-action", {"agent_name": "Bot"})
        assert (answer.status, set(answer["errors"])) == (422, {"agent_id", "action_type"})


class TestAgentIds:
    """Whose name a key may submit under."""

    def test_a_new_id_is_registered_to_the_keys_team(self, submit, agent):
        answer = submit(agent_id="brand-new")
        made = Agent.objects.get(agent_id="brand-new")
        assert (made.team, made.registered_by, made.owner) == (agent.team, agent, agent.owner)
        assert answer["agent_id"] == "brand-new"
        assert LedgerEntry.objects.filter(type="agent.registered", stream=f"agent:{made.pk}").count() == 1
        submit(agent_id="brand-new")
        assert Agent.objects.filter(agent_id="brand-new").count() == 1

    def test_an_id_with_keys_of_its_own_cannot_be_borrowed(self, api, agent, nothing_written):
        from tests.support.people import key_for

        key_for("colleague", team=agent.team.name)
        with nothing_written():
            answer = api.submit(agent_id="colleague")
        assert answer.status == 403
        assert answer["detail"].startswith("Forbidden")

    def test_two_teams_may_use_the_same_id(self, submit, agent, other_team):
        from tests.support.api import Api
        from tests.support.people import key_for

        other = Api(key_for("warehouse", team=other_team.name))
        ids = {submit(agent_id="unknown")["id"], other.submit(agent_id="unknown")["id"]}
        assert len(ids) == 2
        assert Agent.objects.filter(agent_id="unknown").count() == 2


class TestBlocked:
    """A kill switch is an answer, not an error: 200, rejected, with a reason (wire-contract rule 6)."""

    def check(self, answer, words):
        assert (answer.status, answer["status"], answer["decision"]) == (200, "rejected", "denied")
        assert (answer["state"], answer["success"], answer["execution_allowed"]) == ("blocked", False, False)
        assert words in answer["reason"]
        assert words in answer["message"]

    def test_a_blocked_agent(self, submit, agent):
        from actions.agents import block_agent, release_agent
        from governance.actors import command

        block_agent(agent.pk, actor=command("test"), reason="It loops.")
        self.check(submit(), "It loops.")
        release_agent(agent.pk, actor=command("test"), reason="Fixed.")
        assert submit()["status"] == "approved"

    def test_the_kill_switch(self, submit, api):
        from actions.kill_switch import switch_all
        from governance.actors import command

        switch_all(blocked=True, actor=command("test"), reason="Incident 7.")
        self.check(submit(), "Incident 7.")
        assert api.get("/api/sdk/kill-switch/status")["blocked"] is True
        switch_all(blocked=False, actor=command("test"), reason="Over.")
        assert submit()["status"] == "approved"

    def test_a_retired_agent(self, submit, agent):
        agent.is_active = False
        from actions.agents import change_agent
        from governance.actors import command

        change_agent(agent, actor=command("test"))
        self.check(submit(), "retired")


class TestDegraded:
    """Whatever breaks in a stage, the action waits for a person; it never passes."""

    def test_risk_that_cannot_be_assessed(self, submit, monkeypatch):
        monkeypatch.setattr("governance.risk.assess", lambda *_: 1 / 0)
        answer = submit()
        assert (answer["status"], answer["degraded"]) == ("pending_approval", ["risk"])
        assert answer["risk_score"] == 100.0

    def test_policies_that_cannot_be_evaluated(self, submit, monkeypatch):
        monkeypatch.setattr("governance.policies.evaluate", lambda *_, **__: 1 / 0)
        answer = submit()
        assert (answer["status"], answer["degraded"]) == ("pending_approval", ["policies"])
        assert answer["risk_score"] == 35.0

    def test_a_rulebook_that_cannot_be_loaded(self, submit, monkeypatch):
        monkeypatch.setattr("governance.rulebook.current", lambda *_: 1 / 0)
        assert submit()["status"] == "pending_approval"

    def test_the_ledger_refusing_means_no_action(self, api, monkeypatch, nothing_written):
        def broken(*args, **kwargs):
            raise OSError("disk full")

        monkeypatch.setattr("governance.ledger.entries.leaf_hash", broken)
        with nothing_written():
            answer = api.submit()
        assert answer.status == 500
        assert "Nothing was approved" in answer["detail"]
        assert "disk full" not in json.dumps(answer.json)

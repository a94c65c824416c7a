"""POST /api/v1/actions/submit: the guide's first step."""

import json

import pytest

from actions.models import Action
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

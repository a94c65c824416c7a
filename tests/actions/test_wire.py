"""How every state is worded for every client: wire-contract section 5, a row each."""

import pytest

from tests.support import lifecycles

pytestmark = pytest.mark.django_db

# state: (status, decision, raw_status, details status for the SDK, approval status)
TABLE = {
    "auto_approved": ("approved", "approved", "auto_approved", "auto_approved", "approved"),
    "pending": ("pending_approval", "pending", "pending_approval", "pending", "pending"),
    "approved": ("approved", "approved", "approved", "approved", "approved"),
    "rejected": ("rejected", "denied", "rejected", "denied", "rejected"),
    "blocked": ("rejected", "denied", "denied", "denied", "rejected"),
    "expired": ("rejected", "denied", "expired", "timeout", "rejected"),
    "executed": ("executed", "approved", "executed", "approved", "approved"),
    "cancelled": ("rejected", "denied", "cancelled", "denied", "rejected"),
    "revoked": ("rejected", "denied", "cancelled", "denied", "rejected"),
    "escalated": ("pending_approval", "pending", "escalated", "escalated", "pending"),
    "failed": ("approved", "approved", "execution_failed", "approved", "approved"),
}


@pytest.fixture(params=TABLE)
def case(request, api):
    return request.param, lifecycles.ALL[request.param](api)


def test_each_state_in_every_vocabulary(api, case):
    name, action_id = case
    status, decision, raw, details, approval = TABLE[name]
    for path in (f"/api/v1/actions/{action_id}/status", f"/api/agent-action/status/{action_id}"):
        answer = api.get(path)
        assert (answer["status"], answer["decision"], answer["metadata"]["raw_status"]) == (
            status,
            decision,
            raw,
        )
    plain = api.get(f"/api/v1/actions/{action_id}")
    sdk = api.get(f"/api/v1/actions/{action_id}", X_SDK_Version="2.7.1")
    older = api.get(f"/api/agent-action/{action_id}", X_SDK_Version="2.7.1")
    assert (plain["status"], sdk["status"], older["status"]) == (status, details, status)
    assert sdk["decision"] == plain["decision"] == decision
    assert "X-SDK-Version" in plain.headers["Vary"]
    assert api.get(f"/api/sdk/approval/{action_id}")["status"] == approval


def test_a_denial_always_has_a_reason(api, case):
    name, action_id = case
    status = api.status(action_id)
    approval = api.get(f"/api/sdk/approval/{action_id}")
    if TABLE[name][1] == "denied":
        assert status["reason"]
        assert approval["rejection_reason"]
        assert approval["rejected_by"]
    else:
        assert approval["rejection_reason"] is None


def test_while_it_waits_the_reason_says_why(api):
    action_id = lifecycles.pending(api)
    assert api.status(action_id)["reason"] == "Human review required: risk 85 >= 70"


def test_booleans_follow_the_verdict(api, case):
    _, action_id = case
    answer = api.status(action_id)
    assert answer["requires_approval"] is (answer["status"] == "pending_approval")
    assert answer["approved"] is (answer["decision"] == "approved")
    assert answer["execution_allowed"] is (answer["state"] in ("auto_approved", "approved"))
    assert answer["success"] is (answer["decision"] != "denied")


def test_the_guides_status_response(api, case):
    _, action_id = case
    answer = api.status(action_id)
    assert {"id", "status", "risk_score", "risk_level", "created_at", "decision_at"} <= set(answer.json)
    assert answer["created_at"].endswith("Z")
    assert (answer["decision_at"] is None) is (answer["status"] == "pending_approval")
    assert answer["risk_level"] in ("low", "medium", "high", "critical")


def test_only_the_contracts_types_leave(api, case):
    _, action_id = case
    answer = api.get(f"/api/v1/actions/{action_id}")
    for name in ("policy_violations", "conditions", "required_approvers", "audit_trail", "risk_factors"):
        assert isinstance(answer[name], list), name
    assert isinstance(answer["metadata"], dict)
    assert isinstance(answer["decision"], str)
    assert type(answer["risk_score"]) is float
    assert type(answer["cvss_score"]) is float


def test_the_reviewers_reason_reaches_the_agent(api):
    action_id = lifecycles.rejected(api, reason="Not before Friday.")
    status = api.status(action_id)
    assert (status["reason"], status["comments"]) == ("Not before Friday.", "Not before Friday.")
    assert status["message"] == "Action rejected: Not before Friday."
    assert status["reviewed_by"]


def test_the_trail_tells_the_story(api):
    action_id = lifecycles.executed(api)
    trail = api.get(f"/api/v1/actions/{action_id}")["audit_trail"]
    assert [item["event"] for item in trail] == ["action.submitted", "action.approved", "action.executed"]


def test_classification_comes_along(api):
    answer = api.get(f"/api/v1/actions/{lifecycles.pending(api)}")
    assert answer["cvss_vector"].startswith("CVSS:3.1/")
    assert answer["mitre_technique"].startswith("T")
    assert answer["nist_control"]

"""complete and fail: what agents report after acting (wire-contract section 7, 14 row 14)."""

import pytest

from actions.models import Action, Outcome
from governance.models import LedgerEntry
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import key_for

pytestmark = pytest.mark.django_db


def path(action_id, verb="complete"):
    return f"/api/agent-action/{action_id}/{verb}"


@pytest.mark.parametrize("family", ["/api/agent-action", "/api/v1/actions"])
@pytest.mark.parametrize(("verb", "state"), [("complete", "executed"), ("fail", "failed")])
def test_it_works(api, family, verb, state):
    action_id = lifecycles.approved(api)
    body = {"action_id": str(action_id), "result": {"rows": 1}, "error": {"code": 5}, "duration_ms": 12.7}
    answer = api.post(f"{family}/{action_id}/{verb}", body)
    assert (answer.status, answer["success"], answer["action_id"]) == (200, True, action_id)
    assert Action.objects.get(pk=action_id).state == state
    outcome = Outcome.objects.get(action_id=action_id)
    assert outcome.duration_ms == 12
    assert '"rows":1' in outcome.report


def test_an_empty_body_is_enough(api):
    assert api.post(path(lifecycles.auto_approved(api))).status == 200


def test_the_same_report_again_is_answered_alike(api):
    action_id = lifecycles.auto_approved(api)
    first = api.post(path(action_id), {"result": {}, "completed_at": "2026-01-01T00:00:00Z"})
    again = api.post(path(action_id), {"result": {}, "completed_at": "2026-01-01T00:00:09Z"})
    assert (again.status, again.json) == (200, first.json)
    assert Outcome.objects.count() == 1
    assert LedgerEntry.objects.filter(action_id=action_id).count() == 2


def test_the_other_report_is_a_conflict_and_recorded(api):
    action_id = lifecycles.executed(api)
    answer = api.post(path(action_id, "fail"), {"error": "no"})
    assert (answer.status, answer["error_code"]) == (409, "report_conflict")
    assert Action.objects.get(pk=action_id).state == "executed"
    assert LedgerEntry.objects.filter(action_id=action_id, type="report.refused").count() == 1


@pytest.mark.parametrize("state", ["pending", "rejected", "blocked", "expired", "cancelled", "revoked", "escalated"])
@pytest.mark.parametrize("verb", ["complete", "fail"])
def test_a_report_without_approval_is_refused_and_an_alarm(api, state, verb):
    action_id = lifecycles.ALL[state](api)
    before = Action.objects.values().get(pk=action_id)
    answer = api.post(path(action_id, verb), {"result": {}})
    assert (answer.status, answer["error_code"]) == (409, "report_refused")
    assert Action.objects.values().get(pk=action_id) == before
    assert LedgerEntry.objects.filter(action_id=action_id).latest("id").type == "report.refused"
    assert not Outcome.objects.exists()


def test_a_strangers_action_is_not_found(api, other_team, nothing_written):
    action_id = lifecycles.auto_approved(api)
    stranger = Api(key_for("stranger", team=other_team.name))
    stranger.get("/api/v1/actions")
    with nothing_written():
        assert stranger.post(path(action_id), {}).status == 404
        assert stranger.post(path("12abc"), {}).status == 404
        assert stranger.post(path(10**30), {}).status == 404


def test_a_report_that_is_no_object_is_refused(api):
    assert api.post(path(lifecycles.auto_approved(api)), "[]").status == 400


def test_secrets_in_a_report_are_redacted(api):
    api.post(path(lifecycles.auto_approved(api)), {"result": {"token": "s3cret"}})
    assert "s3cret" not in Outcome.objects.get().report


def test_an_execution_the_portal_never_saw_is_recorded(api):
    """The published client fails open with invented ids; this is the one trace of it (wire-contract 3.3)."""
    answer = api.post("/api/agent-action/fail_open_asc_0123/complete", {"result": {}})
    assert (answer.status, answer["governed"]) == (200, False)
    entry = LedgerEntry.objects.get(type="execution.ungoverned")
    assert "fail_open_asc_0123" in entry.body

"""A submission that a standing approval covers: who passes, what the agent reads, and everybody who still waits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from actions.agents import block_agent, release_agent
from actions.kill_switch import switch_all
from actions.models import Action, Agent, StandingApproval, StandingUse, StandingVote
from governance.models import LedgerEntry, Person
from governance.rule_changes import change_rule
from reviews.standing import terms
from reviews.standing.verbs import propose_standing, revoke_standing
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import SUBMIT, Api
from tests.support.cast import AGENT_ID, TEAM
from tests.support.drafts import ADAM, people_decide
from tests.support.people import SETUP, key_for, person_called

pytestmark = pytest.mark.django_db

PAYMENT: dict[str, Any] = {
    "action_type": "transaction",
    "tool_name": "payments_api",
    "resource": "supplier_payments",
    "action_details": {"amount": 100, "recipient": "ACME GmbH"},
}


def give(api: Api, by: Person | None = None, action_type: str = "transaction", **changes: Any) -> StandingApproval:
    """A standing approval from a payment that waits, by somebody whose one vote is enough."""
    person = by or person_called("rita")
    example = Action.objects.get(pk=lifecycles.pending(api, **PAYMENT | {"action_type": action_type}))
    given: dict[str, Any] = {
        "digest": example.digest,
        "condition": terms.preset(example),
        "score_up_to": example.risk_score,
        "max_uses": 5,
        "days": 7,
        "reason": "The same supplier each week.",
    }
    return propose_standing(example.pk, actor=lifecycles.actor_of(person), person=person, **(given | changes))


def ask(api: Api, **changes: Any) -> Any:
    answer = api.submit(**(PAYMENT | {"description": f"Another of {Action.objects.count()}"} | changes))
    assert answer.status == 200, answer.json
    return answer


def test_it_works(api: Api) -> None:
    standing = give(api)
    answer = ask(api)
    assert (answer["status"], answer["decision"], answer["state"]) == ("approved", "approved", "approved")
    assert (answer["approved_by"], answer["enforcement_decision_source"]) == ("rita", "policy")
    assert answer["execution_allowed"] is True
    assert answer["alert_triggered"] is False
    assert f"standing approval {standing.pk}, use 1 of 5" in answer["reason"]
    told = api.status(answer["id"])
    assert (told["status"], told["approved_by"], told["reviewed_by"]) == ("approved", "rita", None)
    action = Action.objects.get(pk=answer["id"])
    assert (action.decided_via, action.deadline, action.verdict["outcome"]) == ("standing", None, "pending")
    entry = json.loads(LedgerEntry.objects.get(action_id=action.pk).body)["data"]
    assert (entry["outcome"], entry["standing"]) == ("approved", str(standing.pk))
    used = json.loads(LedgerEntry.objects.get(stream=standing.stream, type="standing.used").body)["data"]
    assert used == {"action": str(action.pk), "use": 1, "max_uses": 5}
    assert api.post(f"/api/agent-action/{action.pk}/complete", {"status": "completed"}).status == 200
    assert api.get(f"/api/v1/actions/{action.pk}")["state"] == "executed"


def test_a_retry_reads_the_same_answer_and_is_no_second_use(api: Api) -> None:
    standing = give(api)
    first, again = (api.post(SUBMIT, _body(), X_Correlation_ID="one") for _ in range(2))
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert first["approved_by"] == "rita"
    standing.refresh_from_db()
    assert standing.uses == StandingUse.objects.count() == 1


def _body() -> dict[str, Any]:
    return {"agent_id": AGENT_ID, "agent_name": "x", "description": "Pay again"} | PAYMENT


def test_the_uses_come_to_an_end(api: Api) -> None:
    standing = give(api, max_uses=2)
    assert [ask(api)["status"] for _ in range(3)] == ["approved", "approved", "pending_approval"]
    assert StandingUse.objects.filter(standing=standing).count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "payroll"},
        {"tool_name": "another_api"},
        {"action_type": "Transaction"},
        {"action_type": "financial_transaction"},
        {"agent_id": "an-id-of-its-own"},
        {"context": {"require_human_approval": True}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_anything_else_waits(api: Api, changes: dict[str, Any]) -> None:
    standing = give(api)
    assert ask(api, **changes)["status"] == "pending_approval"
    standing.refresh_from_db()
    assert standing.uses == 0


def test_a_detail_that_is_missing_is_no_yes(api: Api) -> None:
    give(api, condition='action.details["amount"] <= 100')
    assert ask(api)["status"] == "approved"
    assert ask(api, action_details={"amount": 101})["status"] == "pending_approval"
    assert ask(api, action_details={})["status"] == "pending_approval"


def test_a_higher_score_waits(api: Api) -> None:
    """On the same route: one reviewer decides every score here."""
    change_rule(people_decide("true"), actor=ADAM, reason="People look at everything.")
    new_route(stages=[stage((1, None, 1))])
    standing = give(api, action_type="query")
    assert (standing.score_up_to, ask(api, action_type="query")["status"]) == (35.0, "approved")
    answer = ask(api, action_type="query", risk_indicators={"risk_level": "medium"})
    assert (answer["risk_score"], answer["status"]) == (60.0, "pending_approval")


def test_a_critical_score_waits_whatever_was_given(api: Api) -> None:
    standing = give(api)
    answer = ask(api, risk_indicators={"risk_level": "critical"})
    assert (answer["risk_level"], answer["status"]) == ("critical", "pending_approval")
    standing.refresh_from_db()
    assert standing.uses == 0


def test_when_its_time_is_over_it_waits(api: Api) -> None:
    standing = give(api, days=1)
    with time_machine.travel(standing.valid_until - timedelta(seconds=1), tick=False):
        assert ask(api)["status"] == "approved"
    with time_machine.travel(standing.valid_until, tick=False):
        assert ask(api)["status"] == "pending_approval"


def test_revoked_means_the_next_one_waits(api: Api) -> None:
    standing, sina = give(api), person_called("sina")
    assert ask(api)["status"] == "approved"
    revoke_standing(standing.pk, actor=lifecycles.actor_of(sina), person=sina, reason="The contract ended.")
    assert ask(api)["status"] == "pending_approval"


def test_another_route_since_then_means_people(api: Api) -> None:
    give(api)
    new_route(stages=[stage((2, "Compliance", 1))])
    assert ask(api)["status"] == "pending_approval"


def test_a_policy_may_ask_for_people_but_not_be_unanswered_or_deny(api: Api) -> None:
    give(api)
    policy = people_decide('action.resource == "supplier_payments"')
    change_rule(policy, actor=ADAM, reason="To try it.")
    assert ask(api)["status"] == "approved"
    policy.condition = 'action.details["nobody"] == 1'
    change_rule(policy, actor=ADAM, reason="To try it.")
    answer = ask(api)
    assert answer["degraded"]
    assert answer["status"] == "pending_approval"
    policy.condition, policy.effect = "true", "deny"
    change_rule(policy, actor=ADAM, reason="To try it.")
    assert ask(api)["status"] == "rejected"


def test_blocked_agents_and_the_kill_switch_use_none(api: Api) -> None:
    standing = give(api)
    agent = Agent.objects.get(agent_id=AGENT_ID)
    block_agent(agent.pk, actor=SETUP, reason="A drill.")
    assert ask(api)["status"] == "rejected"
    release_agent(agent.pk, actor=SETUP, reason="Over.")
    switch_all(blocked=True, actor=SETUP, reason="A drill.")
    assert ask(api)["status"] == "rejected"
    switch_all(blocked=False, actor=SETUP, reason="Over.")
    standing.refresh_from_db()
    assert standing.uses == 0
    assert ask(api)["status"] == "approved"


def test_another_agent_of_the_team_waits(api: Api) -> None:
    give(api)
    other = Api(key_for("another-agent", team=TEAM))
    assert ask(other, agent_id="another-agent")["status"] == "pending_approval"


def test_a_preflight_says_so_and_uses_nothing_up(api: Api) -> None:
    standing = give(api, max_uses=1)
    body = _body()
    for _ in range(2):
        answer = api.post("/api/v1/actions/preflight", body)
        assert (answer["would_be"]["status"], answer["status"]) == ("approved", "would_be_approved")
        assert "use 1 of 1" in answer["message"]
        assert answer["approved"] is False
    standing.refresh_from_db()
    assert (standing.uses, StandingUse.objects.count()) == (0, 0)
    assert ask(api)["status"] == "approved"
    assert api.post("/api/v1/actions/preflight", body)["status"] == "pending_approval"


def statements(api: Api, **changes: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask(api, **changes)
    # Inside a test's transaction nobody may trust the rules remembered from outside it, and asks for their digest.
    return len([one for one in captured.captured_queries if 'governance_rulebookversion"."digest' not in one["sql"]])


def test_an_ordinary_submission_pays_nothing(api: Api) -> None:
    """The key's look-up brings along whether anything is allowed in advance; only what waits then asks for more."""
    statements(api, action_type="query")
    plain, waiting = statements(api, action_type="query"), statements(api, resource="payroll")
    assert waiting == plain + 1  # how many wait already
    give(api)
    assert statements(api, action_type="query") == plain
    assert statements(api, resource="payroll") > plain


def test_the_database_keeps_votes_uses_and_terms(api: Api) -> None:
    standing = give(api)
    ask(api)
    for rows, change in (
        (StandingVote.objects.all(), {"verdict": "reject"}),
        (StandingUse.objects.all(), {"standing": standing}),
        (StandingApproval.objects.all(), {"max_uses": 1000}),
        (StandingApproval.objects.all(), {"status": "proposed"}),
        (StandingApproval.objects.all(), {"uses": 6}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]

"""A preflight and the submission after it say the same, whatever the body and whatever stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.agents import block_agent
from actions.kill_switch import switch_all
from actions.models import Agent
from governance import rulebook
from governance.actors import command
from governance.default_action_types import ACTION_TYPES
from governance.default_rules import INDICATORS
from governance.ledger import guards
from governance.models import Policy, RulebookVersion, Threshold
from governance.rule_changes import change_rule
from tests.support.api import GUIDE_EXAMPLE, SUBMIT, Answer, Api

PREFLIGHT = "/api/v1/actions/preflight"
ADAM = command("tests")

WORDS = ("status", "decision", "state", "policy_decision", "enforcement_decision")
# There is no action and no permission; the rest of a preflight's answer is the submission's.
APART = {
    *WORDS,
    *("id", "action_id", "approval_request_id", "poll_url", "expires_at", "decision_at"),
    *("approved", "execution_allowed", "success", "message", "metadata"),
    *("created_at", "updated_at", "timestamp", "correlation_id"),
}


def same(api: Api, body: dict[str, Any]) -> Answer:
    """Ask, submit, and compare; the submission's answer."""
    asked, told = api.post(PREFLIGHT, body), api.post(SUBMIT, body)
    assert asked.status == told.status, (asked.json, told.json)
    if told.status == 200:
        assert asked["would_be"] == {name: told[name] for name in WORDS}
        assert {name: asked[name] for name in told.json if name not in APART} == {
            name: value for name, value in told.json.items() if name not in APART
        }
        assert (asked["approved"], asked["execution_allowed"], asked["success"]) == (False, False, False)
        assert asked["decision"] in ("pending", "denied", "would_be_approved")
    else:
        assert (asked["detail"], asked["errors"]) == (told["detail"], told["errors"])
    return told


_TYPES = st.sampled_from([row.pattern.replace("*", "anything") for row in ACTION_TYPES])
_HOSTILE = st.sampled_from(
    ["'; DROP TABLE x; --", "<script>alert(1)</script>", "\u202eevil", "{{7*7}}", "%s%n", "rm -rf /", "é" * 300, "\x7f"]
)
_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30) | _HOSTILE
_INDICATORS = st.dictionaries(
    st.sampled_from([row["key"] for row in INDICATORS] + ["risk_level", "auto_approve", "require_human_approval"]),
    st.sampled_from([row["value"] for row in INDICATORS] + [True, False, None, "critical", 7, ["high"]]),
    max_size=4,
)
_BODIES = st.fixed_dictionaries(
    {"agent_id": st.sampled_from([GUIDE_EXAMPLE["agent_id"], "seen-once"]), "action_type": _TYPES | _TEXT},
    optional={
        "agent_name": _TEXT,
        "description": _TEXT,
        "tool_name": _TEXT,
        "resource": _TEXT,
        "action_details": st.dictionaries(_TEXT, _TEXT | st.integers(-(2**53), 2**53), max_size=3),
        "context": st.dictionaries(_TEXT, st.booleans() | _TEXT, max_size=3),
        "risk_indicators": _INDICATORS,
        "environment": st.sampled_from(["production", "staging", "", "PRODUCTION"]),
        "status": st.just("approved"),
    },
)


@pytest.mark.django_db
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_BODIES)
def test_for_any_body(api: Api, body: dict[str, Any]) -> None:
    same(api, body)


@pytest.mark.any_engine
@pytest.mark.django_db
@pytest.mark.parametrize("action_type", [row.pattern.replace("*", "anything") for row in ACTION_TYPES])
def test_for_every_action_type(api: Api, action_type: str) -> None:
    assert same(api, GUIDE_EXAMPLE | {"action_type": action_type}).status == 200


def block() -> None:
    block_agent(Agent.objects.get(agent_id=GUIDE_EXAMPLE["agent_id"]).pk, actor=ADAM, reason="It loops.")


def policies() -> None:
    """One of each effect, and an observed one, so that every one of them has its part in some answer."""
    for name, effect, mode, condition in (
        ("Never payroll", "deny", "enforce", 'action.resource == "payroll"'),
        ("Look at tools", "require_approval", "enforce", 'action.tool == "psql"'),
        ("Let refunds pass", "allow", "enforce", 'action.resource == "refunds"'),
        ("Watch it", "deny", "observe", "risk.score > 50"),
        ("Odd", "deny", "enforce", "action.details.amount > 10"),
    ):
        row = Policy(name=name, effect=effect, mode=mode, condition=condition, reason=f"{name}.")
        change_rule(row, actor=ADAM, reason="For a test.")


def strict_threshold() -> None:
    row = Threshold(agent_id=GUIDE_EXAMPLE["agent_id"], review_from=30, deny_from=60, reason="It is new.")
    change_rule(row, actor=ADAM, reason="For a test.")


def no_rulebook() -> None:
    guards.remove(connection)
    RulebookVersion.objects.all().delete()
    rulebook.forget()


def breaks(place: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(place, lambda *_, **__: 1 / 0)


# What may stand in the way, and the outcome of a query then.
CIRCUMSTANCES: dict[str, tuple[Callable[..., object], str]] = {
    "nothing": (lambda: None, "approved"),
    "kill switch": (lambda: switch_all(blocked=True, actor=ADAM, reason="A drill."), "rejected"),
    "blocked agent": (block, "rejected"),
    "no rulebook": (no_rulebook, "pending_approval"),
    "policies": (policies, "pending_approval"),
    "a threshold of its own": (strict_threshold, "pending_approval"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_under_any_circumstances(api: Api, name: str) -> None:
    arrange, expected = CIRCUMSTANCES[name]
    arrange()
    assert same(api, dict(GUIDE_EXAMPLE))["status"] == expected
    for change in (
        {"action_type": "transaction"},
        {"action_type": "data_access"},
        {"resource": "payroll", "action_details": {"amount": 5}},
        {"tool_name": "psql", "action_details": {"amount": 5}},
        {"resource": "refunds", "action_type": "transaction", "action_details": {"amount": 5}},
        {"resource": "refunds", "action_type": "system_operation", "action_details": {"amount": 5}},
        {"context": {"require_human_approval": True}},
        {"agent_id": "never-seen"},
    ):
        same(api, GUIDE_EXAMPLE | change)


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["governance.risk.assess", "governance.policies.evaluate"])
def test_while_a_stage_is_broken(api: Api, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    breaks(place)(monkeypatch)
    told = same(api, dict(GUIDE_EXAMPLE))
    assert told["status"] == "pending_approval"
    assert told["degraded"]


@pytest.mark.django_db
def test_the_comparison_sees_a_difference(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin: a preflight that did not ask about blocks would say something else."""
    switch_all(blocked=True, actor=ADAM, reason="A drill.")
    monkeypatch.setattr("actions.api.rules_views.arrival_of", _forgetting_the_switch)
    with pytest.raises(AssertionError):
        same(api, dict(GUIDE_EXAMPLE))


def _forgetting_the_switch(request: Any, submission: Any) -> Any:
    from dataclasses import replace

    from actions.api.views import arrival_of

    return replace(arrival_of(request, submission), switched_off="")


# -- What it costs ---------------------------------------------------------------------------------------------------


def statements(call: Callable[[], object]) -> list[str]:
    """The statements of the second of two calls, transactions' own left out."""
    call()
    with CaptureQueriesContext(connection) as seen:
        call()
    return [query["sql"] for query in seen if not query["sql"].startswith(("BEGIN", "COMMIT"))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{}, {"agent_id": "seen-before"}], ids=["own id", "another id"])
def test_it_costs_no_more_statements_than_a_submission(api: Api, change: dict[str, str]) -> None:
    body = GUIDE_EXAMPLE | change
    submitted = statements(lambda: api.post(SUBMIT, body))
    asked = statements(lambda: api.post(PREFLIGHT, body))
    assert len(asked) <= len(submitted), "\n".join(asked)

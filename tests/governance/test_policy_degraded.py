"""Rules that cannot be evaluated never pass an action: over HTTP, stage by stage (wire-contract 14, row 4).

Upstream, a policy that failed allowed, a risk that failed was 50, and a rule that failed asked nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.models import Action
from governance import policies, risk, route_rules, rulebook, thresholds
from governance.models import Policy, RulebookVersion, Threshold
from governance.rulebook import NoRulebook
from tests.governance.changes import change, new_policy
from tests.support.api import Answer, Api

Submit = Callable[..., Answer]


def breaks(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("as broken as can be")


def assert_waits(answer: Answer, *degraded: str) -> Action:
    """The action waits for a person and says which stage failed, to the agent and on its row."""
    assert answer.status == 200, answer.json
    assert answer["status"] == "pending_approval"
    assert answer["requires_approval"] is True
    action = Action.objects.get(pk=answer["id"])
    assert action.state == "pending"
    assert action.verdict["degraded"] == list(degraded)
    return action


@pytest.fixture
def _logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("ERROR")
    return caplog


def test_without_a_failure_it_passes(submit: Submit) -> None:
    """The twin of all below: the same action, and nothing broken."""
    answer = submit()
    assert answer["status"] == "approved"
    assert Action.objects.get(pk=answer["id"]).verdict["degraded"] == []


def test_the_rules_cannot_be_read(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*args: Any) -> Any:
        raise NoRulebook("not what its digest says")

    monkeypatch.setattr(rulebook, "current", unreadable)
    action = assert_waits(submit(), "risk")
    assert (action.risk_score, action.assessment["level"]) == (100.0, "critical")
    assert "Risk could not be assessed, so a person must look." in action.verdict["reasons"]


def test_the_stored_rules_are_damaged(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    rulebook.forget()
    monkeypatch.setattr(rulebook, "digest_of", lambda content: "0" * 64)
    assert_waits(submit(), "risk")
    monkeypatch.undo()
    rulebook.forget()
    assert submit()["status"] == "approved"


def test_the_mapping_breaks(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk, "assess", breaks)
    assert_waits(submit(), "risk")


def test_there_are_no_rules_at_all(api: Api, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RulebookVersion.objects, "order_by", lambda *by: RulebookVersion.objects.none())
    with pytest.raises(NoRulebook, match="load_default_rules"):
        rulebook.current()
    monkeypatch.undo()

    def none_yet(version: int | None = None, digest: str | None = None) -> Any:
        raise NoRulebook("There are no rules yet.")

    monkeypatch.setattr(rulebook, "current", none_yet)
    action = assert_waits(submit(action_type="query"), "risk")
    assert action.rulebook_version == 0


def test_the_policies_stage_breaks(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "evaluate", breaks)
    action = assert_waits(submit(), "policies")
    assert action.risk_score == 35.0  # what could be worked out stands
    assert action.verdict["reasons"] == ["Policies could not be evaluated, so a person must look."]


def test_the_thresholds_break(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds.Thresholds, "for_agent", breaks)
    assert_waits(submit(), "policies")


def test_the_route_breaks(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say who decides, it waits for somebody of the highest level."""
    monkeypatch.setattr(route_rules, "choose", breaks)
    action = assert_waits(submit(action_type="transaction"), "route")
    assert [one.level for stage in action.way.stages for one in stage.requirements] == [4]


@pytest.mark.parametrize("effect", ["deny", "require_approval", "allow"])
@pytest.mark.parametrize(
    ("condition", "details"),
    [
        ("action.details.amount > 10000", {}),
        ("action.details.amount > 10000", {"amount": "a lot"}),
        ("action.details.amount.cents > 1", {"amount": 5}),
        ("action.details.items.filter(x, x > 0).size() > 0", {"items": list(range(9000))}),
        ("action.details.items.all(x, x >= 0)", {"items": [1] * 12_000}),
    ],
)
def test_one_policy_has_no_answer(submit: Submit, effect: str, condition: str, details: dict[str, Any]) -> None:
    change(new_policy(name="odd one", effect=effect, condition=condition))
    action = assert_waits(submit(action_details=details), "policy:odd one")
    assert action.verdict["reasons"][0] == 'Policy "odd one" could not be evaluated, so a person decides.'


def test_a_policy_that_compiles_no_more_has_no_answer(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine of another day may refuse what one of today has saved."""
    change(new_policy(name="old one", effect="allow", condition="risk.score > 90"))
    from governance import conditions
    from governance.errors import InvalidRule

    def refuses(text: str) -> Any:
        raise InvalidRule("not any more")

    rulebook.forget()
    monkeypatch.setattr(conditions, "compile", refuses)
    assert_waits(submit(), "policy:old one")
    monkeypatch.undo()
    rulebook.forget()


def test_an_observed_policy_without_an_answer_holds_nothing_up(submit: Submit) -> None:
    change(new_policy(name="watching", mode="observe", condition="action.details.amount > 10000"))
    answer = submit()
    assert answer["status"] == "approved"
    verdict = Action.objects.get(pk=answer["id"]).verdict
    assert verdict["degraded"] == []
    assert [(item["name"], item.get("unknown")) for item in verdict["observed"]] == [("watching", True)]


def test_a_denial_stands_beside_a_policy_without_an_answer(submit: Submit) -> None:
    change(new_policy(name="no", condition="true"))
    change(new_policy(name="odd one", effect="allow", condition="action.details.amount > 10000"))
    answer = submit()
    assert answer["status"] == "rejected"
    assert Action.objects.get(pk=answer["id"]).verdict["degraded"] == ["policy:odd one"]


def test_each_failure_leaves_a_traceback(submit: Submit, monkeypatch: pytest.MonkeyPatch, _logged: Any) -> None:
    monkeypatch.setattr(policies, "evaluate", breaks)
    submit()
    assert "as broken as can be" in _logged.text
    assert "it waits for a person" in _logged.text


# -- What the answer says is what the verdict is (row 7) -----------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "action_type", "status", "requires"),
    [
        ("require_approval", "query", "pending_approval", True),  # below the line, and still
        ("allow", "transaction", "approved", False),  # above the line, and still
        ("deny", "query", "rejected", False),
        ("allow", "system_operation", "pending_approval", True),  # critical
    ],
)
def test_requires_approval_follows_the_verdict(
    submit: Submit, effect: str, action_type: str, status: str, requires: bool
) -> None:
    change(new_policy(effect=effect, condition="true"))
    answer = submit(action_type=action_type)
    assert (answer["status"], answer["requires_approval"]) == (status, requires)


def test_requires_approval_follows_the_agents_own_line(submit: Submit, agent: Any) -> None:
    change(Threshold(agent_id=agent.agent_id, review_from=30, reason="It is new."))
    answer = submit()
    assert (answer["risk_score"], answer["status"], answer["requires_approval"]) == (35.0, "pending_approval", True)


def test_a_disabled_policy_says_nothing(submit: Submit) -> None:
    policy = new_policy(condition="true")
    change(policy)
    assert submit()["status"] == "rejected"
    policy = Policy.objects.get(name=policy.name)
    policy.is_enabled = False
    change(policy)
    assert submit()["status"] == "approved"

"""docs/api.md names every field of the answers it describes, and no other."""

from __future__ import annotations

import re

import pytest

from actions import contract
from tests.habits.tree import ROOT
from tests.support.api import GUIDE_EXAMPLE

PAGE = (ROOT / "docs" / "api.md").read_text()
EVALUATE = "/api/governance/policies/evaluate-realtime"


def documented(title: str) -> set[str]:
    """The names in the first column of the table below a title."""
    part = re.split(rf"^#+ {re.escape(title)}$", PAGE, flags=re.MULTILINE)[1]
    table = re.split(r"^#", part, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.django_db
def test_submit(api):
    answer = api.submit(action_type="transaction")
    assert documented("Submit") == set(answer.json)
    assert documented("`thresholds`") == set(answer["thresholds"])
    factors = api.submit(action_type="database.delete", description="Delete all customers", risk_indicators={
        "verified": True, "risk_level": "critical", "external_transfer": True})["risk_factors"]  # fmt: skip
    assert {factor["kind"] for factor in factors} <= documented("`risk_factors`")


@pytest.mark.django_db
def test_preflight(api):
    answer = api.post("/api/v1/actions/preflight", GUIDE_EXAMPLE)
    assert set(answer.json) == documented("Submit") | {"preflight", "would_be", "route"}
    assert documented("Preflight") <= set(answer.json)
    differing = {"preflight", "would_be", "route", "message"}
    differing |= {name for name in answer.json if answer[name] is None or answer[name] == "would_be_approved"}
    never_set = {"reviewed_by", "reviewed_at", "approved_by", "approved_at", "comments", "alert_id", "workflow_id"}
    never_set |= {"supersedes", "superseded_by", "changes"}
    assert differing - never_set - {"correlation_id"} <= documented("Preflight")


@pytest.mark.django_db
def test_policy_evaluation(api):
    answer = api.post(EVALUATE, {"action_type": "query", "resource": "r"})
    assert documented("Policy evaluation") == set(answer.json)


def test_the_kinds_of_factors():
    from typing import get_args

    from governance.risk import Kind

    assert documented("`risk_factors`") == set(get_args(Kind))


def test_what_it_says_is_refused_is_refused():
    sentence = re.search(r"A body with (.*?) is refused", PAGE, re.DOTALL)
    assert sentence
    names = set(re.findall(r"`(\w+)`", sentence[1]))
    assert len(names) == 7
    assert names <= contract.SERVER_OWNED


def test_the_rule_itself():
    assert "id" in documented("Submit")
    assert "preflight" not in documented("Submit")

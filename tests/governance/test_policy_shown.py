"""What a reviewer and an agent learn of the policies that had a part in an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.test import Client

from actions.models import Action
from governance import past_actions
from governance.models import Control, Person
from tests.governance.changes import change, new_policy
from tests.support.api import Api


def test_the_action_page_shows_severity_and_controls(
    api: Api, sign_in: Callable[[Person], Client], reviewer: Person
) -> None:
    controls = list(Control.objects.filter(control_id__in=["AC-3", "AU-10"]))
    stops = new_policy(name="Stop and look", effect="require_approval", condition="true", severity="critical")
    change(stops, links={"controls": controls})
    change(new_policy(name="Only watching", mode="observe", condition="true", severity="low"))
    number = api.submit()["id"]
    shown = " ".join(sign_in(reviewer).get(f"/actions/{number}/").text.split())
    assert "critical severity · AC-3, AU-10" in shown
    assert "low severity</span>" in shown


def test_what_applied_is_kept_as_it_was(api: Api) -> None:
    rule = new_policy(name="Stop and look", effect="require_approval", condition="true", severity="critical")
    change(rule)
    number = api.submit()["id"]
    rule.severity, rule.reason = "low", "Something else."
    change(rule)
    matched: list[dict[str, Any]] = Action.objects.get(pk=number).verdict["matched"]
    assert [(item["name"], item["severity"], item["reason"]) for item in matched] == [
        ("Stop and look", "critical", "Too risky.")
    ]


def test_an_older_action_has_no_severity_to_show() -> None:
    assert "severity" not in render_to_string("_policy_weight.html", {"policy": {"name": "x"}})


def test_the_mcp_server_is_a_fact_now_and_in_hindsight(api: Api) -> None:
    change(new_policy(name="MCP", effect="require_approval", condition='action.mcp_server == "crm"'))
    answer = api.submit(mcp_server_name="crm")
    assert answer["status"] == "pending_approval"
    assert api.submit()["status"] == "approved"
    past = past_actions.source().one(answer["id"])
    assert past is not None and past.facts.mcp_server == "crm"

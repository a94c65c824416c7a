"""Thresholds in Django admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from governance.models import RulebookVersion, Threshold
from governance.rule_changes import fingerprint
from tests.governance.changes import edited
from tests.governance.policy_pages import errors, words_of


def save_threshold(browser: Client, row: Threshold, **fields: Any) -> HttpResponse:
    sent = {
        "agent_type": row.agent_type,
        "agent_id": row.agent_id,
        "review_from": row.review_from,
        "reason": row.reason,
        "is_enabled": "on",
        "change_reason": "Agreed on Monday.",
        "without_replay": "on",
        "seen": fingerprint(row),
    }
    return browser.post(f"/admin/governance/threshold/{row.pk}/change/", sent | fields, follow=True)


def test_a_threshold_is_changed(browser: Client) -> None:
    row = Threshold.objects.get(agent_type="autonomous")
    response = save_threshold(browser, row, review_from="55", deny_from="95")
    assert "Rulebook version 2 is in force." in response.text
    row.refresh_from_db()
    assert (row.review_from, row.deny_from) == (55.0, 95.0)
    listed = words_of(browser.get("/admin/governance/threshold/"))
    assert "autonomous agents 55 95" in listed and "supervised agents 70 never" in listed


@pytest.mark.parametrize(
    ("agent_type", "review_from", "warned"),
    [
        ("unregistered", "75", True),
        ("unregistered", "70.5", True),
        ("unregistered", "65", False),
        ("supervised", "80", False),
    ],
)
def test_a_loose_line_for_agents_nobody_registered_is_pointed_out(
    browser: Client, agent_type: str, review_from: str, warned: bool
) -> None:
    response = save_threshold(browser, Threshold.objects.get(agent_type=agent_type), review_from=review_from)
    assert ("Agents nobody has registered now pass without a person" in response.text) is warned


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"review_from": "91"}, "review_from", "less than or equal to 90"),
        ({"review_from": "60.3"}, "review_from", "step size 0.5"),
        ({"deny_from": "60"}, "deny_from", "above the score from which a person decides"),
        ({"agent_type": "supervised"}, "agent_type", "There is a line for supervised agents already"),
        ({"agent_id": "robot"}, "__all__", "not both"),
    ],
)
def test_a_wrong_threshold_is_explained_at_its_field(
    browser: Client, nothing_written: Any, fields: dict[str, Any], field: str, says: str
) -> None:
    row = Threshold.objects.get(agent_type="autonomous")
    with nothing_written():
        response = save_threshold(browser, row, **fields)
    assert list(errors(response)) == [field]
    assert says in errors(response)[field][0]


def test_the_threshold_form_explains_itself(browser: Client) -> None:
    shown = words_of(browser.get("/admin/governance/threshold/add/"))
    assert "A kind without a line keeps the guide's 70." in shown
    assert "a critical action never passes without a person" in shown
    assert RulebookVersion.objects.count() == 1


def test_a_threshold_is_disabled_not_deleted(browser: Client, nothing_written: Any) -> None:
    row = edited(Threshold, {"agent_type": "autonomous"})
    with nothing_written():
        assert browser.post(f"/admin/governance/threshold/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    save_threshold(browser, row, is_enabled="")
    row.refresh_from_db()
    assert not row.is_enabled

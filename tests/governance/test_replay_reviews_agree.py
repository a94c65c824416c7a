"""What the replay of a file or of a version looks at is what confirming puts in force."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from actions.models import Action
from governance import rule_files, rule_tables
from governance.drafts import drafted
from governance.models import Person, Policy, Replay, RulebookVersion, Threshold
from governance.rule_imports import drafts_of, import_rules, plan_of
from governance.rule_restores import plans_of, restore_version
from governance.rulebook import latest_version
from tests.governance.changes import VECTOR, change, edited, new_policy
from tests.governance.files import csv_of, page, upload
from tests.governance.reviews import Import, Return
from tests.governance.test_replay_panel import words
from tests.governance.test_rule_versions import place, upset
from tests.support.api import Api
from tests.support.drafts import ADAM

pytestmark = pytest.mark.django_db


NEW_ROWS: dict[str, dict[str, str]] = {
    "action-types": {"pattern": "ship.parcel", "level": "medium", "why": "So.", "cvss_vector": VECTOR,
                     "techniques": "T1005 T1485", "controls": "AC-3"},
    "evidence": {"name": "Äpfel", "words": "acme\nbig corp", "points": "7,5", "reason": "A client."},
    "indicators": {"name": "Abroad", "key": "abroad", "value": "true", "points": "5", "reason": "So."},
    "level-scores": {"level": "low", "score": "40"},
    "policies": {"name": "At night", "condition": "risk.score > 90", "effect": "deny", "reason": "So.", "priority": "7",
                 "controls": "AC-6 AC-3", "owner": "adam", "valid_from": "2030-01-01T02:00:00+02:00"},
    "thresholds": {"agent_type": "", "agent_id": "a-1", "team": "Logistics",
                   "review_from": "50", "deny_from": "95.5", "reason": "So."},
}  # fmt: skip


@pytest.mark.parametrize("called", NEW_ROWS)
def test_the_draft_of_a_file_is_what_the_next_version_says(admin_person: Person, team: Group, called: str) -> None:
    row = NEW_ROWS[called] | ({"team": team.name} if called == "thresholds" else {})
    plan = plan_of(rule_tables.KINDS[called], rule_files.read(csv_of([row])))
    draft = drafted(drafts_of(plan))
    version = import_rules(plan, actor=ADAM, reason="Agreed.", file="x.csv", digest="0" * 64)
    assert version is not None
    assert (version.content, version.digest) == (draft.content, draft.digest)
    assert draft.decides


def test_the_draft_of_a_version_is_what_the_next_version_says(team: Group, admin_person: Person) -> None:
    upset(team, admin_person)
    first = RulebookVersion.objects.get(version=1)
    plans = plans_of(first)
    draft = drafted(drafts_of(*plans))
    version = restore_version(first, plans, seen=latest_version(), actor=ADAM, reason="Back.")
    assert version is not None
    assert version.digest == draft.digest == first.digest
    assert draft.decides


# -- End to end ----------------------------------------------------------------------------------------------

BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"action_type": "transaction", "action_details": {"amount": 20}},
    {"action_type": "data_access", "risk_indicators": {"pii_involved": True, "data_sensitivity": "medium"}},
    {"action_type": "database.delete", "resource": "prod_db", "description": "Delete all users"},
    {"action_type": "system_operation", "context": {"external_transfer": True}},
)


def _outcomes(api: Api) -> dict[int, str]:
    """Send every body; what the rules said to each action."""
    sent = [api.submit(**body)["id"] for body in BODIES]
    return {action.pk: action.verdict["outcome"] for action in Action.objects.filter(pk__in=sent)}


@pytest.mark.parametrize("by", ["file", "version"])
def test_a_replay_says_what_confirming_and_sending_again_does(api: Api, browser: Client, by: str) -> None:
    """Several rules at once: together they come out as the replay said."""
    rows = [
        {"name": "No payments", "condition": 'action.type == "transaction"', "effect": "deny", "reason": "Closed."},
        {"name": "Look twice", "condition": "risk.score < 50", "effect": "require_approval", "reason": "Look."},
    ]
    if by == "version":
        for row in rows:
            change(new_policy(**row | {"mode": "enforce"}))
        change(edited(Threshold, {"agent_type": "autonomous"}, review_from=50.0))
    before = _outcomes(api)

    class Both(Import if by == "file" else Return):  # type: ignore[misc]
        address = page(Policy, "import/") if by == "file" else place(1, "restore/")

        def look(self) -> HttpResponse:
            if by == "version":
                return super().look()
            return upload(self.browser, Policy, csv_of([row | {"mode": "enforce"} for row in rows]))

    review = Both(browser)
    assert "past actions would come out differently" in words(review.replay())
    said = {one.action_id: one.after for one in Replay.objects.get().changes.all()}
    assert "is in force" in review.confirm().text
    after = dict(zip(before, _outcomes(api).values(), strict=True))
    differing = {pk: after[pk] for pk in before if after[pk] != before[pk]}
    assert said == differing
    assert len(differing) >= 2, "this draft changes next to nothing: the test compares nothing"

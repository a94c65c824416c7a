"""A route of two stages, as everybody on it lives it: built in admin, approved by a delegate, a member and a director
who was called in. What nobody decides is escalated by time, and expires.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.flow.test_whole_story import TRANSFER, curl
from tests.proof.ledger_model import Model
from tests.support.portal import LivePortal, python

pytestmark = [pytest.mark.browser, pytest.mark.live]
PageOf = Callable[..., Page]

# Dan belongs to neither group: what he may decide is lent to him.
_PEOPLE = """
import django; django.setup()
from governance.people import create_person
from tests.support.cast import PASSWORD
from tests.support.people import SETUP
for username, role, group in (
    ("bea", "reviewer", "Compliance"),
    ("cora", "reviewer", "Compliance"),
    ("dan", "reviewer", "Sales"),
    ("seth", "reviewer", "Security"),
    ("dora", "senior", "Directors"),
):
    create_person(actor=SETUP, username=username, role=role, team=group, password=PASSWORD)
"""
# One round of the worker, when it has become that much later.
_WORKER = """
import django; django.setup()
import time_machine
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
with time_machine.travel(timezone.now() + timedelta(minutes={minutes})):
    call_command("run_worker", once=True)
"""
_LEDGER = """
import django; django.setup()
import json
from governance.models import LedgerEntry
entries = LedgerEntry.objects.order_by("id").values("body", "leaf", "action_id", "team_id")
print(json.dumps(list(entries)))
"""


def later(portal: LivePortal, minutes: int) -> str:
    """What the worker says it did, so many minutes from now."""
    return python(portal.environment, "-c", _WORKER.format(minutes=minutes))


def build_route(page: Page, sample: int) -> None:
    """The admin's part: stages, who could approve the sample, the replay, save."""
    page.goto("/admin/governance/route/add/")
    page.get_by_label("Name", exact=True).fill("Large payments")
    page.get_by_label("Reason", exact=True).fill("So the board decided.")
    page.get_by_label("From score").fill("70")
    stages = page.locator(".stage-list > .stage")
    stages.first.get_by_label("How many").fill("2")
    stages.first.locator("select[name$=group]").select_option("Compliance")
    page.get_by_role("button", name="Add a stage").click()
    stages.nth(1).get_by_label("How many").fill("1")
    stages.nth(1).locator("select[name$=group]").select_option("Security")
    page.get_by_label("Deadline, minutes").fill("30")
    page.get_by_label("Escalate after, minutes").fill("10")
    page.get_by_label("Escalate to", exact=True).select_option("Directors")

    page.get_by_label("or its number").fill(str(sample))
    said = page.get_by_role("region", name="Who could approve today").get_by_role("status")
    expect(said).to_contain_text(f"For action {sample}")
    expect(said).to_contain_text("2 of Compliance: bea, cora")
    expect(said).to_contain_text("1 of Security: seth")
    expect(said).to_contain_text("Distinct people can fill every place of it today.")

    page.get_by_role("button", name="Replay this draft").click()
    expect(page.locator("#replay-answer")).to_contain_text("would take another route")
    page.get_by_label("Reason for this change").fill("Agreed with the board.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Rulebook version 2 is in force.")).to_be_visible()


def approve(page: Page, reason: str) -> None:
    page.get_by_label("Reason").first.fill(reason)
    page.locator("#approve").click()
    page.locator("#approve-sure").click()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_from_the_stage_builder_to_the_last_entry(live_portal: LivePortal, page_of: PageOf) -> None:
    python(live_portal.environment, "-c", _PEOPLE)
    sample = pay(live_portal, 12000)
    build_route(page_of("adam"), sample)

    number = curl(live_portal, "/api/v1/actions/submit", TRANSFER)["id"]
    unwanted = pay(live_portal, 99)
    told = status(live_portal, number)
    assert told["required_approvers"] == ["group:Compliance", "group:Security"]
    assert told["status"] == "pending_approval"

    # Bea is away, and says who acts for her.
    bea = page_of("bea")
    bea.goto(f"/actions/{number}/")
    stages = bea.get_by_role("list", name="Stages")
    expect(stages).to_contain_text("Can decide now: bea, cora")
    bea.goto("/away/")
    bea.get_by_label("Who acts for you").select_option("dan")
    bea.get_by_label("Until (UTC)").fill(f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M}")
    bea.get_by_role("button", name="Save").click()
    expect(bea.get_by_role("status").first).to_contain_text("dan acts for you from now")

    dan = page_of("dan")
    dan.goto(f"/actions/{number}/")
    expect(dan.get_by_text("You decide this for bea, who is away.")).to_be_visible()
    expect(dan.get_by_role("list", name="Stages")).to_contain_text("Can decide now: cora, dan for bea")
    approve(dan, "Matches order 7.")
    expect(dan.get_by_role("status").first).to_contain_text(f"dan for bea voted to approve action {number}")

    cora = page_of("cora")
    cora.goto(f"/actions/{number}/")
    approve(cora, "The supplier is known.")
    expect(cora.get_by_role("list", name="Stages")).to_contain_text("Can decide now: seth")

    # Seth has no time for it, and calls the directors in by hand.
    seth = page_of("seth")
    seth.goto(f"/actions/{number}/")
    seth.get_by_text("Escalate", exact=True).first.click()
    seth.get_by_label("Why Directors should look now").fill("I am on a train.")
    seth.get_by_role("button", name="Escalate", exact=True).click()
    expect(seth.get_by_role("status").first).to_contain_text(f"Action {number} was escalated to Directors.")
    expect(seth.get_by_role("list", name="Stages")).to_contain_text("Can decide now: seth, dora")

    dora = page_of("dora")
    dora.goto(f"/actions/{number}/")
    expect(dora.get_by_text("Its people may stand in for anybody who is wanted.")).to_be_visible()
    approve(dora, "In place of Security.")
    expect(dora.get_by_role("status").first).to_contain_text(f"dora approved action {number}")
    told = status(live_portal, number)
    assert told["status"] == "approved"
    assert told["approved_by"] == "dan for bea, cora, dora"

    # Nobody looks at the other one.
    assert "Escalated 1 actions." in later(live_portal, 11)
    assert status(live_portal, unwanted)["metadata"]["raw_status"] == "escalated"
    assert "Expired 1 actions." in later(live_portal, 31)
    told = status(live_portal, unwanted)
    assert (told["status"], told["metadata"]["raw_status"]) == ("rejected", "expired")

    aude = page_of("aude")
    aude.goto(f"/history/?action={number}")
    story = [
        re.compile(r"dora.*approved it.*In place of Security\.", re.DOTALL),
        re.compile(r"seth.*escalated it to Directors.*I am on a train\.", re.DOTALL),
        re.compile(r"cora.*The supplier is known\.", re.DOTALL),
        re.compile(r"dan for bea.*Matches order 7\.", re.DOTALL),
        re.compile(r"submitted"),
    ]
    expect(aude.locator("tbody tr")).to_have_text(story)
    aude.goto(f"/history/?action={unwanted}")
    expect(aude.locator("tbody tr")).to_have_text(
        [
            re.compile(r"deadline.*let it expire", re.DOTALL),
            re.compile(r"escalation.*escalated it to Directors", re.DOTALL),
            re.compile("submitted"),
        ]
    )

    model = Model()
    for entry in json.loads(python(live_portal.environment, "-c", _LEDGER)):
        model.read(SimpleNamespace(**entry))
    assert model.actions[number].history == ["pending", "approved"]
    assert [vote["stage"] for vote in model.actions[number].approvals] == [1, 1, 2]
    assert (model.actions[unwanted].history, model.actions[unwanted].escalated) == (["pending", "expired"], True)

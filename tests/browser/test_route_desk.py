"""An admin builds a route of two stages; the next action takes it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]


def new_group(page: Page, name: str) -> None:
    page.goto("/admin/auth/group/add/")
    page.locator("#id_name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("adam")
    for name in ("Compliance", "Security", "Directors"):
        new_group(page, name)
    page.goto("/admin/governance/route/add/")
    page.get_by_label("Name", exact=True).fill("Large payments")
    page.get_by_label("Reason", exact=True).fill("So the board decided.")
    page.get_by_label("Order", exact=True).fill("10")
    page.get_by_label("From score").fill("70")

    # The stages, in the wrong order first, and by the keyboard alone.
    stages = page.locator(".stage-list > .stage")
    expect(stages).to_have_count(1)
    stages.first.get_by_label("How many").fill("1")
    stages.first.locator("select[name$=group]").select_option("Security")
    page.get_by_role("button", name="Add a stage").press("Enter")
    expect(stages.nth(1).get_by_label("How many")).to_be_focused()
    page.keyboard.type("2")
    stages.nth(1).locator("select[name$=group]").select_option("Compliance")
    stages.nth(1).get_by_role("button", name="Earlier").press("Enter")
    expect(stages.first.get_by_label("How many")).to_have_value("2")
    stages.first.get_by_role("button", name="Also ask others").press("Enter")
    expect(stages.first.locator(".wanted")).to_have_count(2)
    stages.first.get_by_role("button", name="Remove", exact=True).nth(1).press("Enter")
    expect(stages.first.locator(".wanted")).to_have_count(1)

    said = page.get_by_role("region", name="Who could approve today").get_by_role("status")
    expect(said).to_contain_text("Stage 1 cannot be met: it wants 2 of Compliance, and nobody could approve this.")
    page.get_by_label("Deadline, minutes").fill("30")
    page.get_by_label("Escalate after, minutes").fill("10")
    page.get_by_label("Escalate to", exact=True).select_option("Directors")
    expect(said).to_contain_text("escalated to Directors, and nobody there could approve")
    found = Axe().run(page, options={"preload": False})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_label("Reason for this change").fill("Agreed with the board.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"Rulebook version \d+ is in force\."))).to_be_visible()
    row = page.locator("#result_list tr", has_text="Large payments")
    expect(row.locator("ol li")).to_have_text(["2 of Compliance", "1 of Security"])
    expect(row).to_contain_text("70 and above")
    expect(row).to_contain_text("after 30 minutes")

    told = status(live_portal, pay(live_portal, 12000))
    assert told["required_approvers"] == ["group:Compliance", "group:Security"]

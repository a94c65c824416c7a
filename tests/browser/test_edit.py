"""A reviewer edits an agent's action in a browser and approves that."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]


def test_edit_and_approve(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 12400, "Edited Ltd")
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    page.get_by_text("Edit and approve").click()
    content = page.get_by_label("Content")
    as_sent = content.input_value()
    content.fill(as_sent.replace("12400", "1240,"))
    page.get_by_role("textbox", name="Why").fill("The order says 1,240.")
    page.get_by_role("button", name="Approve the edit").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"not JSON at line \d+, column \d+"))
    expect(page.get_by_label("Content")).to_have_value(re.compile("1240,"))
    page.get_by_label("Content").fill(as_sent.replace("12400", "1240"))
    page.get_by_role("button", name="Approve the edit").click()
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"Action \d+ takes the place .* approved"))
    told = status(live_portal, number)
    assert (told["status"], told["changes"]) == (
        "rejected",
        [{"path": "/action_details/amount", "before": 12400, "after": 1240}],
    )
    page.get_by_role("link", name=f"action #{told['superseded_by']}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfer EUR 1,240.00 to Edited Ltd")
    expect(page.get_by_role("table", name="Before and after, place by place")).to_contain_text("/action_details/amount")
    assert status(live_portal, told["superseded_by"])["status"] == "approved"


def test_a_preset_reason_is_copied_and_can_be_changed(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 81, "Duplicate Ltd")
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    form = page.locator("form[action$='/decide/']")
    form.get_by_role("button", name="Duplicate").click()
    expect(form.get_by_label("Reason")).to_have_value("Duplicate: this was asked for already.")
    page.locator("#reason").fill("Duplicate: this was asked for already, as #12.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status").first).to_contain_text("rita rejected")
    assert status(live_portal, number)["reason"] == "Duplicate: this was asked for already, as #12."

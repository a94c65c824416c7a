"""Rows ticked with the keyboard and rejected together; then one more like this allowed in advance."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    first, second, kept = (pay(live_portal, amount, name) for amount, name in ((1, "One"), (2, "Two"), (3, "Three")))
    page = page_of("rita")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("textbox", name="Reason").fill("Sent twice.")
    page.get_by_role("button", name="Reject selected").click()
    became = page.get_by_role("list", name="What became of each")
    expect(became.get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_text("2 of 2 rejected")).to_be_visible()
    assert [status(live_portal, one)["status"] for one in (first, second, kept)] == [
        *["rejected"] * 2,
        "pending_approval",
    ]

    page.goto(f"/actions/{kept}/")
    page.get_by_text("Allow more like this").click()
    trial = page.locator("#standing-trial")
    expect(trial).to_contain_text(re.compile(r"would have covered 3 of 3"))
    page.get_by_label("recipient: Three").check()
    expect(trial).to_contain_text(re.compile(r"would have covered 1 of 3"))
    page.get_by_role("textbox", name=re.compile("^Why")).fill("The same supplier each week.")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("status").first).to_contain_text("is in force")
    assert status(live_portal, pay(live_portal, 3, "Three"))["approved_by"] == "rita"
    page.get_by_role("link", name="Standing", exact=True).click()
    expect(page.get_by_role("row").last).to_contain_text("1 of 10")

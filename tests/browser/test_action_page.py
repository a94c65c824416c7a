"""The page of one action in a browser: what was in view, the receipt, the next one, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.browser.looks import PHONE, assert_accessible, at_every_size
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

# More than fits into any window, and enough branches that some are closed to begin with.
LONG: dict[str, Any] = {
    "context": {
        "lines": [{"number": number, "goods": {"name": f"Part {number}", "price": 5}} for number in range(150)],
        "note": "one\n" * 120,
    }
}


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    """A long payload by keyboard alone: seen to its end, approved, and on to the next."""
    number, following = pay(live_portal, 1, "Long Ltd", **LONG), pay(live_portal, 2, "Short Ltd")
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    approve = page.get_by_role("button", name="Approve")
    expect(page.locator("#seen-count")).to_have_text(re.compile(r"^[1-9]\d* of 459 fields in view$"))
    expect(approve).to_be_disabled()
    expect(approve).to_have_accessible_description(re.compile(r"Approve waits: \d+ of 459 fields in view so far"))
    expect(page.get_by_role("button", name="Reject")).to_be_enabled()
    # Whoever presses all the same is shown the way, and nothing is decided.
    page.keyboard.press("a")
    expect(approve).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Show the next unseen")).to_be_focused()
    assert status(live_portal, number)["status"] == "pending_approval"
    # As far as the window reaches each time; a value taller than it in several steps.
    for _ in range(60):
        if page.locator("#unseen.done").count():
            break
        before = page.locator("#seen-count").inner_text(), page.evaluate("scrollY")
        page.keyboard.press("u", delay=160)
        page.wait_for_function(
            "([seen, y]) => document.getElementById('seen-count').innerText !== seen || scrollY !== y", arg=before
        )
    expect(page.locator("#seen-count")).to_have_text("all 459 fields in view")
    expect(page.locator("#seen-news")).to_have_text("All fields were in view. You can approve now.")
    expect(approve).to_be_enabled()
    page.keyboard.press("a")
    expect(page.locator("#approve + .press")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"rita approved action {number}")
    onward = page.locator("#next")
    expect(onward).to_be_focused()
    page.keyboard.press("n")
    expect(page).not_to_have_url(re.compile(f"/actions/{number}/"))
    page.goto(f"/actions/{following}/")
    expect(approve).to_be_enabled()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(onward).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(f"/actions/{following}/"))


def test_a_branch_that_is_closed_counts_as_unseen_until_it_is_open(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 3, "Folded Ltd", **LONG)
    page = page_of("rita", viewport={"width": 1360, "height": 20000})
    page.goto(f"/actions/{number}/")
    count, approve = page.locator("#seen-count"), page.get_by_role("button", name="Approve")
    expect(count).to_have_text(re.compile(r"^4\d\d of 459 fields in view$"))
    expect(approve).to_be_disabled()
    page.get_by_role("button", name="Expand all").click()
    expect(count).to_have_text("all 459 fields in view")
    expect(approve).to_be_enabled()


def test_without_a_script_nothing_stands_in_the_way(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 4, "Plain Ltd", **LONG)
    page = page_of("rita", java_script_enabled=False)
    page.goto(f"/actions/{number}/")
    page.get_by_label("Often said to reject").select_option("Too broad")
    page.get_by_role("link", name="Show which were one part short").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies that nearly matched")
    page.get_by_role("link", name=f"Back to action {number}").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").first).to_contain_text("rita approved")


def test_a_reason_often_given_is_one_press_away(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 5, "Chips Ltd")
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    reason = page.get_by_label("Reason")
    reason.fill("Which order?")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Missing evidence")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name="Too broad")
    expect(reason).to_have_value(re.compile(r"^Which order\?\nToo broad: [^\n]*$"))
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(reason).to_have_value("Which order?")
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status").first).to_contain_text("rita rejected")
    assert status(live_portal, number)["reason"].startswith("Which order?\nToo broad")


def test_policies_that_nearly_matched_are_asked_for_when_looked_at(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("rita")
    page.goto(f"/actions/{pay(live_portal, 6)}/")
    page.locator("#nearly").scroll_into_view_if_needed()
    expect(page.locator("#nearly")).not_to_contain_text("Show which were one part short")


def test_on_paper_it_is_whole(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("rita")
    page.goto(f"/actions/{pay(live_portal, 7, **LONG)}/")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".evidence details:not([open]), .background details:not([open])").count() == 0
    for shown in (page.locator(".digest"), page.get_by_text("CVSS metrics in words"), page.get_by_text("Printed")):
        expect(shown).to_be_visible()
    for hidden in (page.get_by_role("navigation"), page.locator("#verdict"), page.locator(".moves")):
        expect(hidden).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".evidence details:not([open])").count() > 0


@at_every_size
def test_it_is_accessible_while_it_waits_and_after(
    live_portal: LivePortal, page_of: PageOf, size: dict[str, int]
) -> None:
    long, short = pay(live_portal, 8, "Axe Ltd", **LONG), pay(live_portal, 9, "Axe Ltd")
    page = page_of("rita", viewport=size)
    page.goto(f"/actions/{long}/")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    assert_accessible(page)
    page.goto(f"/actions/{short}/")
    page.get_by_role("button", name="Approve").click()
    assert_accessible(page)
    page.locator("#approve-sure").click()
    expect(page.locator("#next")).to_be_focused()
    assert_accessible(page)
    if size == PHONE:
        for button in page.get_by_role("button").all():
            box = button.bounding_box()
            assert box and box["height"] >= 24, button.inner_text()

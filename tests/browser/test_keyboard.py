"""Working through the queue without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, status, submit
from tests.support.cast import PASSWORD
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]


def test_it_works(live_portal: LivePortal, page: Page) -> None:
    first, second = pay(live_portal, 1, "One"), pay(live_portal, 2, "Two")
    page.goto("/")
    page.keyboard.type("rita")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mine to decide")).to_be_visible()
    page.wait_for_load_state()
    links = page.locator("#results .what a")
    for key, at in (("j", 0), ("j", 1), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/actions/{second}/"))
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    # One key alone decides nothing; it only brings the button under the Enter key.
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    assert status(live_portal, second)["status"] == "pending_approval"
    page.keyboard.press("Enter")
    # What cannot be undone is named once more; Esc goes back.
    sure = page.locator("#approve-sure")
    expect(sure).to_be_focused()
    expect(sure).to_have_text("Approve: Transfer EUR 2.00 to Two")
    expect(sure).to_have_accessible_description(re.compile("This cannot be undone"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    assert status(live_portal, second)["status"] == "pending_approval"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("rita approved")
    page.goto(f"/actions/{first}/")
    page.keyboard.press("r")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("a reason, typed with a, r, j and k")
    expect(page.get_by_label("Reason")).to_have_value("a reason, typed with a, r, j and k")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Reject")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("rita rejected")


def test_the_whole_page_is_reached_with_tab(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 3)
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Tab")  # onto the reasons often given: one stop, arrows within
    expect(page.get_by_role("button", name="Missing evidence")).to_be_focused()
    expect(page.get_by_text("Arrow keys move among these.")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reject")).to_be_focused()
    page.keyboard.press("Tab")  # onto the conditions, which stay closed
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()


def test_who_writes_a_rejection_does_not_approve(live_portal: LivePortal, page_of: PageOf) -> None:
    """The reason, Tab three or four times, and Enter: what deleted 240,113 customers."""
    page = page_of("rita")
    for stops, chosen in ((2, "rejected"), (3, "pending_approval"), (4, "pending_approval")):
        number = submit(live_portal, **EMAIL)
        page.goto(f"/actions/{number}/")
        page.keyboard.press("r")
        page.keyboard.type("Nobody asked for this.")
        expect(page.locator("#reject")).to_have_class(re.compile("meant"))
        for _ in range(stops):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        if stops == 4:
            expect(page.get_by_text("You wrote a reason. Approve all the same?")).to_be_visible()
            expect(page.get_by_text("This cannot be undone.")).to_have_count(0)
        elif stops == 2:
            expect(page.get_by_role("status").first).to_contain_text("rita rejected")
        assert status(live_portal, number)["status"] == chosen


def test_a_sentence_typed_beside_a_field_commands_nothing(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 6)
    pay(live_portal, 7)
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    page.keyboard.type("is on a cart, no")
    assert page.evaluate("document.activeElement === document.body")
    expect(page).to_have_url(re.compile(f"/actions/{number}/"))
    # One by one they are commands again, and a repeat is none of a burst.
    page.keyboard.press("x", delay=160)
    page.keyboard.press("n")
    expect(page).not_to_have_url(re.compile(f"/actions/{number}/"))


def test_a_rejection_without_a_reason_is_refused_in_place(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 8)
    for script in (True, False):
        page = page_of("rita", java_script_enabled=script)
        page.goto(f"/actions/{number}/")
        page.get_by_role("button", name="Reject").click()
        field = page.get_by_label("Reason")
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile("A reason is required"))
        expect(page).to_have_url(re.compile(rf"/actions/{number}/{'' if script else 'decide/'}$"))
    assert status(live_portal, number)["status"] == "pending_approval"


def test_search_is_one_key_away(page_of: PageOf) -> None:
    page = page_of("rita")
    page.keyboard.press("/")
    search = page.get_by_label("Search action, agent, resource")
    expect(search).to_be_focused()
    page.keyboard.type("j/k")
    expect(search).to_have_value("j/k")


def test_single_keys_can_be_switched_off(live_portal: LivePortal, page_of: PageOf) -> None:
    pay(live_portal, 4)
    page = page_of("rita")
    page.get_by_role("button", name="Turn keys off").click()
    page.keyboard.press("j")
    expect(page.locator("#results .what a").first).not_to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Turn keys on")).to_be_visible()
    page.get_by_role("button", name="Turn keys on").click()
    page.keyboard.press("j")
    expect(page.locator("#results .what a").first).to_be_focused()

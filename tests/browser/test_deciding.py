"""A person signs in, finds what waits, decides, and holds a receipt; with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, status, submit
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live]
PageOf = Callable[..., Page]


def approve(page: Page) -> None:
    """With the second step, where one is asked for."""
    page.locator("#approve").click()
    if page.locator("#approve-sure").is_visible():
        page.locator("#approve-sure").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_it_works(live_portal: LivePortal, page_of: PageOf, javascript: bool) -> None:
    number = pay(live_portal, 12400, f"ACME {javascript}")
    page = page_of("rita", java_script_enabled=javascript)
    expect(page).to_have_title(re.compile(r"^\(\d+\) Mine to decide · Foureyes$"))
    page.get_by_label("Search action, agent, resource").fill("october")
    page.get_by_label("Search action, agent, resource").press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=october"))
    page.get_by_role("link", name=f"Transfer EUR 12,400.00 to ACME {javascript}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Transfer EUR 12,400.00 to ACME {javascript}")
    page.get_by_label("Reason").fill("Matches the order.")
    page.get_by_role("button", name="Approve").click()
    if javascript:
        page.locator("#approve-sure").click()
    expect(page).to_have_url(f"{live_portal.base_url}/actions/{number}/")
    receipt = page.get_by_role("status").first
    expect(receipt).to_contain_text(re.compile(rf"rita approved action {number} at .* Ledger receipt [0-9a-f]{{64}}"))
    expect(page.get_by_role("complementary", name="Decision")).to_contain_text("Matches the order.")
    told = status(live_portal, number)
    assert told["status"] == "approved"
    assert told["approved_by"] == "rita"


def test_rejecting_needs_a_reason(live_portal: LivePortal, page_of: PageOf) -> None:
    number = submit(live_portal, **EMAIL)
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#reason-wrong")).to_contain_text("A reason is required.")
    expect(page.get_by_label("Reason")).to_be_focused()
    assert status(live_portal, number)["status"] == "pending_approval"
    page.get_by_label("Reason").fill("CR-789 is closed.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status").first).to_contain_text(f"rita rejected action {number}")
    told = status(live_portal, number)
    assert (told["status"], told["reason"]) == ("rejected", "CR-789 is closed.")


def test_the_second_of_two_reads_who_was_first(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 77)
    first, second = page_of("rita"), page_of("ravi")
    for page in (first, second):
        page.goto(f"/actions/{number}/")
    approve(first)
    expect(first.get_by_role("status").first).to_contain_text("rita approved")
    second.get_by_label("Reason").fill("I would not.")
    second.get_by_role("button", name="Reject").click()
    expect(second.get_by_role("alert")).to_contain_text(re.compile("decided by rita at .* UTC"))
    expect(second.get_by_text("You had written; it was not recorded")).to_be_visible()
    expect(second.get_by_role("button", name="Approve")).to_have_count(0)


def test_two_quick_clicks_are_one_vote(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 78)
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    page.get_by_role("button", name="Approve").dblclick(no_wait_after=True)
    # Of a double click the second half is no answer to what the first half asked.
    expect(page.locator("#approve-sure")).to_be_focused()
    assert status(live_portal, number)["status"] == "pending_approval"
    page.locator("#approve-sure").click()
    expect(page.get_by_role("status").first).to_contain_text("rita approved")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_going_on_to_the_next(live_portal: LivePortal, page_of: PageOf) -> None:
    first, following = pay(live_portal, 79, "First Ltd"), pay(live_portal, 80, "Second Ltd")
    page = page_of("rita")
    page.goto("/?q=october")
    for number in (first, following):
        page.goto(f"/actions/{number}/")
        approve(page)
        expect(page.get_by_role("status").first).to_contain_text("rita approved")
    page.go_back()
    page.goto("/")
    expect(page.get_by_role("link", name="Second Ltd")).to_have_count(0)


def test_the_history_and_its_export(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 81)
    page = page_of("sina")
    page.goto(f"/actions/{number}/")
    page.get_by_label("Reason").fill("Seen the invoice.")
    approve(page)
    page.get_by_role("link", name="History").click()
    page.get_by_label("Search what happened").fill("Seen the invoice")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("sina person approved it: Seen the invoice.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 2
    assert "Seen the invoice." in lines[1]


def test_signing_out(page_of: PageOf) -> None:
    page = page_of("rita")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

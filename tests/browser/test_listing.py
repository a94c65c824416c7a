"""From a number of the oversight page to its rows, and through the listing of every action by its filters."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, submit
from tests.browser.looks import DESK, PHONE, assert_accessible, assert_fits_at, at_every_size
from tests.reviews.pages import DECEPTIVE, XSS, hostile_fields
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number, other = pay(live_portal, 770, "Harbour Works"), pay(live_portal, 771, "Harbour Works")
    senior = page_of("sina")
    senior.goto(f"/actions/{number}/")
    senior.get_by_role("button", name="Approve").click()
    senior.locator("#approve-sure").click()
    expect(senior.get_by_text(f"sina approved action {number}")).to_be_visible()

    auditor = page_of("aude")
    auditor.get_by_role("link", name="Oversight").click()
    row = auditor.get_by_role("row", name="sina")
    expect(row).to_contain_text("Faster than reading")
    row.get_by_role("cell").nth(2).get_by_role("link").first.click()
    expect(auditor).to_have_url(re.compile(r"/actions/\?reviewer=\d+&verdict=approve&voted_since="))
    expect(auditor.locator("#results")).to_contain_text(f"#{number}")
    expect(auditor.locator("#results")).not_to_contain_text(f"#{other}")

    # The chips take filters away one by one; the form acts at once, and the export follows it.
    chips = auditor.get_by_role("list", name="Filters in use")
    expect(chips.get_by_role("link")).to_have_count(5)
    chips.get_by_role("link", name="Verdict").click()
    expect(chips.get_by_role("link")).to_have_count(4)
    chips.get_by_role("link", name="Clear all").click()
    expect(auditor.locator("#results")).to_contain_text(f"#{other}")
    auditor.get_by_role("combobox", name="State", exact=True).select_option("waiting")
    expect(auditor.locator("#results")).not_to_contain_text(f"#{number}")
    expect(auditor).to_have_url(re.compile(r"\?state=waiting$"))
    expect(auditor.get_by_role("link", name="Export as CSV")).to_have_attribute("href", re.compile(r"\?state=waiting$"))
    auditor.get_by_text("More filters").click()
    auditor.get_by_label("Escalated", exact=True).check()
    expect(auditor.locator("#results")).to_contain_text("No action matches these filters.")
    auditor.keyboard.press("Escape")
    auditor.get_by_label("Escalated", exact=True).uncheck()
    expect(auditor.locator("#results")).to_contain_text(f"#{other}")
    auditor.locator("h1").click()
    auditor.keyboard.press("j")
    auditor.keyboard.press("Enter")
    expect(auditor).to_have_url(re.compile(rf"/actions/{other}/"))


# Where the first row may begin on a phone, in pixels from the top of its screen.
FIRST_ROW = 380


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_phone_folds_the_filters(live_portal: LivePortal, page_of: Callable[..., Page], script: bool) -> None:
    number = pay(live_portal, 773, "Harbour Works")
    page = page_of("aude", viewport=PHONE, has_touch=True, java_script_enabled=script)
    for address in ("/actions/", "/queues/all/", "/agents/", "/history/", "/rules/action-types/", "/catalogue/"):
        page.goto(address)
        place = page.locator("#results tbody tr").first.bounding_box()
        assert place and place["y"] < FIRST_ROW, address

    page.goto("/actions/")
    fold, state = page.locator(".fold > summary"), page.get_by_role("combobox", name="State", exact=True)
    place = fold.bounding_box()
    assert place and place["height"] >= 44
    expect(state).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Escalated", exact=True)).to_be_visible()
    state.select_option("waiting")
    if script:
        expect(page).to_have_url(re.compile(r"\?state=waiting$"))
        expect(state).to_be_visible()
        assert_accessible(page)
    else:
        page.get_by_role("button", name="Filter", exact=True).click()
        # What is in use is said below, each with a way to end it.
        expect(state).to_be_hidden()
    expect(fold).to_have_text("Filters 1 in use")
    expect(page.locator("#results")).to_contain_text(f"#{number}")

    # What is in use is said above the rows, folded or not.
    page.goto("/history/?actor=aude")
    expect(page.get_by_role("link", name="Who: aude")).to_be_visible()
    page.goto("/actions/")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    expect(state).to_be_visible()
    expect(fold).to_be_hidden()


# What a page looks like is the same whatever engine its rows come from.
@at_every_size
def test_everybody_can_read_them(live_portal: LivePortal, page_of: Callable[..., Page], size: dict[str, int]) -> None:
    decided = pay(live_portal, 772, "Harbour Works")
    for text in (XSS, DECEPTIVE, "x" * 240):
        submit(live_portal, **hostile_fields(text))
    senior = page_of("sina")
    senior.goto(f"/actions/{decided}/")
    senior.get_by_role("button", name="Approve").click()
    senior.locator("#approve-sure").click()
    expect(senior.get_by_text(f"sina approved action {decided}")).to_be_visible()
    page = page_of("aude", viewport=size)
    for address in (
        "/actions/",
        "/actions/?level=high&state=waiting&technique=T1657&late=1",
        "/actions/?since=yesterday",
        "/actions/?verdict=approve",
        "/oversight/",
        "/oversight/?since=yesterday",
    ):
        page.goto(address)
        assert_accessible(page)
        if size["width"] > 1000:
            assert_fits_at(page, (1190, 1040, 900, 760, 320))
            page.set_viewport_size(size)  # type: ignore[arg-type]

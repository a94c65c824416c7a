"""From a number of the dashboard to its rows, by mouse and by keyboard; its look in both themes and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, submit
from tests.browser.looks import PHONE, assert_accessible, assert_fits_at
from tests.reviews.pages import DECEPTIVE, XSS, hostile_fields
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    submit(live_portal)
    for text in (XSS, DECEPTIVE):
        submit(live_portal, **hostile_fields(text))
    numbers = [pay(live_portal, 7000 + number, f"Quay {number} Ltd") for number in range(3)]
    page = page_of("sina")
    page.goto("/")
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    assert_accessible(page)

    # By keyboard: the number of what waits leads to what waits.
    waiting = page.get_by_role("region", name="Waiting now").get_by_role("link").last
    count = int(waiting.inner_text())
    waiting.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/actions/?state=waiting")
    expect(
        page.get_by_role("link", name="Quay").or_(page.locator(f'a[href="/actions/{numbers[0]}/"]')).first
    ).to_be_visible()
    assert count >= len(numbers)

    # By mouse: a bar leads to its rows. No bar is met by the keyboard: the table has the same links.
    page.go_back()
    bars = page.locator(".chart a")
    assert bars.count() > 0
    assert bars.evaluate_all("(all) => all.every((one) => one.tabIndex === -1)")
    bars.last.click()
    page.wait_for_url("**/actions/?since=*&until=*&decision=*")

    # What is drawn is drawn with its patterns and colours, not as the black of a missing style.
    page.go_back()
    assert page.locator(".bar").first.evaluate("(bar) => getComputedStyle(bar).stroke") != "none"
    page.get_by_text("These charts as a table").click()
    expect(page.get_by_role("region", name="Decisions over time", exact=True).get_by_role("table")).to_be_visible()

    page.get_by_role("link", name="90 days").click()
    assert_fits_at(page, (320, 390, 720, 1100))
    page.goto("/dashboard/?since=2026-03-02&until=2026-03-01")
    expect(page.get_by_text("This choice was not understood")).to_be_visible()
    assert_accessible(page)


def test_on_a_phone(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    pay(live_portal, 12)
    page = page_of("sina", viewport=PHONE)
    page.goto("/dashboard/?days=90")
    page.get_by_text("These charts as a table").click()
    assert_accessible(page)
    # Letters of a chart are drawn as large as a reader of this screen needs.
    height = page.locator(".chart .scale").first.evaluate("(text) => text.getBoundingClientRect().height")
    assert height >= 9

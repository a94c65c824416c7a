"""A person sets up a second step, signs in with it, and sees every page on their clock and in their colours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay
from tests.browser.looks import PHONE, assert_accessible, assert_fits_at
from tests.support.browser import sign_in
from tests.support.cast import PASSWORD
from tests.support.codes import code
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


def open_menu(page: Page) -> None:
    """On a phone the places beside the queue are in a menu."""
    if (menu := page.get_by_role("button", name="Menu")).is_visible():
        menu.click()


def test_it_works(live_portal: LivePortal, open_browser: Callable[..., Page]) -> None:
    pay(live_portal, 5)
    page = open_browser(viewport=PHONE, color_scheme="light")
    sign_in(page, "rita")
    open_menu(page)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Set up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.wait_for_function("document.querySelector('.qr').naturalWidth > 0")
    assert_accessible(page)
    secret = page.locator("li .mono").inner_text().replace(" ", "")
    page.get_by_label("Code of the app").fill(code(secret))
    page.get_by_label("Code of the app").press("Enter")
    expect(page.get_by_role("list", name="Unused recovery codes").get_by_role("listitem")).to_have_count(10)
    assert_accessible(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#security")).to_contain_text("On: signing in takes a code")

    open_menu(page)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "rita")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter a code")
    assert_accessible(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code is wrong or was used already.")).to_be_visible()
    # The one it was switched on with is taken; the app's next one is in force already.
    page.get_by_label("Code").fill(code(secret, steps=1))
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("to decide")

    page.goto("/settings/")
    page.get_by_label("Time zone").fill("asia/tokyo")
    page.get_by_label("Colours").select_option("Dark")
    page.locator("#display").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved how the pages are shown.")).to_be_visible()
    assert_accessible(page)
    assert_fits_at(page, (1360, 900, 320))
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 19, 26)"
    page.locator(".queue .what a").first.click()
    expect(page.locator("main")).to_contain_text("JST")


def test_it_is_over_in_the_other_browser(open_browser: Callable[..., Page]) -> None:
    here, there = open_browser(), open_browser(viewport=PHONE)
    sign_in(here, "ravi")
    sign_in(there, "ravi")
    here.goto("/settings/")
    here.get_by_role("button", name="End all others").click()
    expect(here.get_by_text("1 session ended.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Sign in")

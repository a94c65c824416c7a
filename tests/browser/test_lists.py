"""Around deciding: the search field, the way back to a row, the sheet of keys, signing in, the phone's menu."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay
from tests.browser.looks import PHONE, assert_accessible
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]


def test_the_keyboard_keeps_its_place(live_portal: LivePortal, page_of: PageOf) -> None:
    for amount in range(880, 883):
        number = pay(live_portal, amount, f"Quay {amount}")
    page = page_of("rita")
    links = page.locator("#results .what a")
    for _step in range(2):
        page.keyboard.press("j")
    row = links.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/actions/\d+/"))
    page.go_back()
    expect(page.locator(f"#{row}")).to_be_focused()

    # Enter applies and goes to what was found; Escape leaves the field and what is in it.
    page.keyboard.press("/")
    search = page.get_by_label("Search action, agent, resource")
    search.fill(f"#{number}")
    page.keyboard.press("Enter")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(links.first).to_be_focused()
    search.focus()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    expect(search).to_have_value(f"#{number}")
    search.fill("no such thing")
    page.keyboard.press("Enter")
    expect(page.locator("#results .empty")).to_be_focused()

    # In the open sheet Tab goes round; closed, it gives the focus back.
    page.goto("/")
    links.first.focus()
    page.keyboard.press("?")
    sheet = page.locator("#keys-sheet")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(sheet.get_by_role("button", name="Turn keys off")).to_be_focused()
    page.keyboard.press("Escape")
    expect(links.first).to_be_focused()

    # How many are selected is said.
    page.keyboard.press("x")
    expect(page.locator("#chosen-count")).to_have_text("1 selected")


def test_signing_in_remembers_the_look(page: Page, page_of: PageOf) -> None:
    signed_in = page_of("rita")
    signed_in.evaluate("localStorage.setItem('foureyes-theme', 'dark')")
    signed_in.context.clear_cookies()
    signed_in.goto("/accounts/login/")
    expect(signed_in.locator("html")).to_have_attribute("data-theme", "dark")
    expect(signed_in.get_by_label("Username")).to_be_focused()
    word = signed_in.locator("#id_password")
    word.fill("secret")
    signed_in.get_by_role("button", name="Show the password").click()
    expect(word).to_have_attribute("type", "text")
    signed_in.get_by_role("button", name="Hide the password").click()
    expect(word).to_have_attribute("type", "password")
    assert_accessible(signed_in)


def test_a_phone_has_a_menu(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 884, "Quay 4")
    page = page_of("rita", viewport=PHONE, has_touch=True)
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    page.goto(f"/actions/{number}/")
    reach = page.get_by_role("link", name="To your decision")
    expect(reach).to_be_visible()
    reach.click()
    expect(reach).to_be_hidden()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(reach).to_be_visible()

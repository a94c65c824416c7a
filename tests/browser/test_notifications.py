"""Notifications of the browser: asked for on a click only, a number and nothing else, and once per rise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

# Stands in for the browser's own, which a test cannot read; it remembers what it was asked.
_STAND_IN = """
window.asked = 0; window.shown = [];
window.Notification = class {
  static permission = localStorage.getItem("test-permission") || "default";
  static async requestPermission() {
    window.asked += 1;
    localStorage.setItem("test-permission", "granted");
    return (window.Notification.permission = "granted");
  }
  constructor(title, options) { window.shown.push([title, options.body, options.tag]); }
  close() {}
};
"""


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("rita")
    page.add_init_script(_STAND_IN)
    page.clock.install()
    page.goto("/")
    pay(live_portal, 1, "Secret Ltd")
    page.clock.run_for(11_000)
    expect(page.locator("#rail-count")).to_contain_text("1")
    assert page.evaluate("[asked, shown]") == [0, []]  # nobody has asked for it
    page.get_by_role("button", name="Notify me in this browser").click()
    expect(page.get_by_role("button", name="Stop notifying me in this browser")).to_be_visible()
    assert page.evaluate("asked") == 1
    pay(live_portal, 2, "Secret Ltd")
    page.clock.run_for(11_000)
    expect(page.locator("#rail-count")).to_contain_text("2")
    page.clock.run_for(500)  # what htmx does a moment after it swapped
    told = ["Foureyes", "2 actions wait for your decision", "foureyes-mine"]
    assert page.evaluate("shown") == [told]
    page.clock.run_for(31_000)
    assert page.evaluate("shown") == [told]
    page.reload()
    page.get_by_role("button", name="Stop notifying me in this browser").click()
    assert page.evaluate("[asked, shown]") == [0, []]
    expect(page.get_by_role("button", name="Notify me in this browser")).to_be_visible()


def test_a_browser_without_it_shows_no_button(page_of: PageOf) -> None:
    page = page_of("rita")
    page.add_init_script("delete window.Notification")
    page.goto("/")
    expect(page.get_by_role("button", name="Turn keys off")).to_be_visible()
    expect(page.locator("#notify-switch")).to_be_hidden()

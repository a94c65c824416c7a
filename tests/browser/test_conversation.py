"""Two reviewers at one action: one says so, asks, and the other sees it; with keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.browser.test_accessible import assert_accessible
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]
# How long an open page waits before it asks who is on it, and a second more.
A_WHILE = 121_000


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 1)
    rita, ravi = page_of("rita"), page_of("ravi", viewport={"width": 390, "height": 844})
    for page in (rita, ravi):
        page.clock.install()
        page.goto(f"/actions/{number}/")
        page.wait_for_load_state()
    expect(ravi.locator("#at-it")).to_contain_text("Nobody is on it.")

    rita.get_by_role("button", name="I'm on it").click()
    expect(rita.locator("#at-it")).to_contain_text("You are on it until")
    # Ravi's page learns of it by itself, and his panel still lets him decide.
    ravi.clock.run_for(A_WHILE)
    expect(ravi.locator("#at-it")).to_contain_text("rita is on it")
    expect(ravi.get_by_role("button", name="Approve")).to_be_enabled()
    assert_accessible(ravi)

    # One key leads to the box; typing the others' letters in it does nothing else.
    rita.wait_for_load_state()
    rita.keyboard.press("c")
    box = rita.get_by_role("textbox", name="Comment")
    expect(box).to_be_focused()
    rita.keyboard.type("@ravi, is this car rental real? <b>")
    expect(box).to_have_value("@ravi, is this car rental real? <b>")
    rita.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    rita.get_by_role("button", name="Comment").click()
    expect(rita.get_by_role("status").first).to_contain_text("It mentions ravi.")
    expect(rita.locator(".talk li")).to_contain_text("@ravi, is this car rental real? <b>")
    assert_accessible(rita)

    # What Ravi is typing is not taken from under his hands.
    ravi.get_by_text("Take it over").first.click()
    ravi.get_by_label("Why you take it over").fill("Rita asked me to.")
    ravi.clock.run_for(A_WHILE)
    expect(ravi.get_by_label("Why you take it over")).to_have_value("Rita asked me to.")
    ravi.get_by_role("button", name="Take it over").click()
    expect(ravi.locator("#at-it")).to_contain_text("You are on it until")
    expect(ravi.locator(".talk li")).to_contain_text("is this car rental real?")
    rita.clock.run_for(A_WHILE)
    expect(rita.locator("#at-it")).to_contain_text("ravi is on it")

    rita.get_by_role("button", name="Approve").click()
    rita.locator("#approve-sure").click()
    expect(rita.get_by_role("status").first).to_contain_text("rita approved")
    assert status(live_portal, number)["status"] == "approved"

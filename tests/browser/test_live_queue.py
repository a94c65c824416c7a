"""The queue keeps itself up to date and never gets in the reader's way."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, submit
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]
MINUTE = 60_000


def queue_of(page_of: PageOf, username: str = "rita") -> Page:
    """A queue page whose clock the test winds."""
    page = page_of(username)
    page.clock.install()
    page.goto("/")
    return page


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    first = pay(live_portal, 1, "First Ltd")
    page = queue_of(page_of)
    page.keyboard.press("j")
    focused = page.locator(f"#action-{first}")
    expect(focused).to_be_focused()
    pay(live_portal, 2, "Second Ltd")
    page.clock.run_for(11_000)
    expect(page.get_by_role("link", name="Second Ltd")).to_be_visible()
    expect(page.locator("#news")).to_have_text("1 new action")
    expect(page).to_have_title(re.compile(r"^\(2\)"))
    expect(page.locator("#rail-count")).to_contain_text("2")
    expect(page.locator("#tab-mine")).to_contain_text("2")
    expect(focused).to_be_focused()


def test_typing_is_not_disturbed(live_portal: LivePortal, page_of: PageOf) -> None:
    pay(live_portal, 3, "Third Ltd")
    page = queue_of(page_of)
    search = page.get_by_label("Search action, agent, resource")
    search.press_sequentially("octo")
    page.clock.run_for(MINUTE)
    expect(search).to_be_focused()
    expect(search).to_have_value("octo")
    search.press_sequentially("berx")
    page.clock.run_for(1000)
    expect(page.get_by_text("No waiting action matches these filters.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=octoberx$"))
    # The refresh asks for what is filtered now.
    page.clock.run_for(MINUTE)
    expect(page.get_by_text("No waiting action matches these filters.")).to_be_visible()


def test_a_filter_acts_at_once(live_portal: LivePortal, page_of: PageOf) -> None:
    pay(live_portal, 4, "Fourth Ltd")
    submit(live_portal, action_type="quantum_flux", tool_name="lab", resource="array-7")
    page = queue_of(page_of)
    expect(page.locator("#filters button")).to_be_hidden()
    page.get_by_label("Action type").select_option("quantum_flux")
    page.clock.run_for(1000)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?action_type=quantum_flux$"))
    page.reload()
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_selected_text_stays_selected(live_portal: LivePortal, page_of: PageOf) -> None:
    pay(live_portal, 5, "Fifth Ltd")
    page = queue_of(page_of)
    page.locator("#results tbody tr td.why").first.select_text()
    chosen = page.evaluate("document.getSelection().toString()")
    pay(live_portal, 6, "Sixth Ltd")
    page.clock.run_for(MINUTE)
    assert page.evaluate("document.getSelection().toString()") == chosen
    expect(page.get_by_role("link", name="Sixth Ltd")).to_have_count(0)


def test_a_lost_session_leads_to_the_sign_in_page(live_portal: LivePortal, page_of: PageOf) -> None:
    page = queue_of(page_of)
    page.context.clear_cookies()
    page.clock.run_for(11_000)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/$"))


def test_nothing_of_it_is_kept_in_the_browser(live_portal: LivePortal, page_of: PageOf) -> None:
    pay(live_portal, 7, "Seventh Ltd")
    page = queue_of(page_of)
    page.get_by_label("Risk").select_option("high")
    page.clock.run_for(1000)
    kept = page.evaluate("JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})")
    assert "Seventh" not in kept

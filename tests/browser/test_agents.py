"""An admin stops an agent and lets it go by keyboard; everybody can read the pages of agents at any size and theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status, submit
from tests.browser.looks import assert_accessible, assert_fits_at, at_every_size
from tests.reviews.pages import DECEPTIVE
from tests.support.cast import AGENT_ID
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    pay(live_portal, 31)
    page = page_of("adam")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Agents").click()
    page.get_by_role("searchbox").fill("customer-service")
    expect(page.get_by_role("row")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(AGENT_ID)
    page.get_by_label("Reason").press("Tab")
    page.keyboard.press("Enter")  # without a reason the browser itself asks for one
    expect(page.get_by_text("may submit", exact=True)).to_be_visible()
    page.get_by_label("Reason").fill("It pays strangers.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{AGENT_ID} is blocked. Whatever it asks from now on is rejected.")).to_be_visible()
    assert "It pays strangers." in str(status(live_portal, submit(live_portal)))
    page.get_by_label("Reason").fill("Sorted out.")
    page.get_by_role("button", name="Release this agent").press("Enter")
    expect(page.get_by_text(f"{AGENT_ID} is released.")).to_be_visible()
    assert status(live_portal, submit(live_portal))["status"] == "approved"

    page.get_by_role("link", name="The switch of all agents").click()
    page.get_by_text("Block every agent").first.click()
    page.get_by_label("Reason").fill("A drill.")
    page.get_by_label("I mean every agent of every team.").check()
    page.get_by_role("button", name="Block every agent").click()
    expect(page.get_by_text("Every agent is blocked.", exact=True)).to_be_visible()
    assert "A drill." in str(status(live_portal, submit(live_portal)))
    page.locator("summary").get_by_text("Release every agent").click()
    page.get_by_label("Reason").fill("The drill is over.")
    page.get_by_label("I mean every agent of every team.").check()
    page.get_by_role("button", name="Release every agent").click()
    expect(page.get_by_text("The kill switch is released.")).to_be_visible()
    expect(page.get_by_text("Every agent is blocked.", exact=True)).to_have_count(0)


@at_every_size
def test_everybody_can_read_them(live_portal: LivePortal, page_of: Callable[..., Page], size: dict[str, int]) -> None:
    long = f"evil{DECEPTIVE}{'x' * 120}"
    pay(live_portal, 32, agent_id=long, agent_name=f"N{long}")
    submit(live_portal)
    page = page_of("adam", viewport=size)
    for address in ("/agents/", "/agents/?q=nothing-like-it", "/agents/?type=purple"):
        page.goto(address)
        assert_accessible(page)
    page.goto("/agents/")
    page.get_by_text("Block every agent").first.click()
    assert_accessible(page, within=".switch-all")
    for name in ("evil", AGENT_ID):
        page.goto(f"/agents/?q={name}")
        page.locator(".agents .what a").first.click()
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        assert_fits_at(page, (1040, 900, 760, 320))
        page.set_viewport_size(size)  # type: ignore[arg-type]

"""A reviewer reads why an action is in their queue: from the list of rules to a policy, a control, a technique."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay
from tests.browser.looks import assert_accessible, assert_fits_at, at_every_size
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


@at_every_size
def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page], size: dict[str, int]) -> None:
    number = pay(live_portal, 77, "Rules & Sons")
    page = page_of("rita", viewport=size)
    page.goto("/rules/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies")
    for address in ("/rules/", "/rules/routes/", "/rules/thresholds/", "/rules/words/", "/rules/indicators/"):
        page.goto(address)
        assert_accessible(page)
    page.get_by_role("navigation", name="Rules and catalogues").get_by_role("link", name="Action types").click()
    page.get_by_role("searchbox").fill("transaction")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="transaction", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("transaction")
    expect(page.get_by_role("link", name=f"#{number} transaction")).to_be_visible()
    assert_accessible(page)
    page.locator("dd a[href^='/catalogue/techniques/']").first.click()
    expect(page.get_by_role("link", name=f"#{number} transaction")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="All: Techniques").click()
    if (fold := page.locator(".fold > summary")).is_visible():
        fold.click()
    page.get_by_label("Used by a rule here").check()
    expect(page.get_by_role("table")).to_be_visible()
    assert_accessible(page)
    page.goto("/catalogue/controls/AC-3/")
    assert_accessible(page)
    page.goto("/rules/levels/")
    page.get_by_role("link", name="Policies").click()
    page.locator("td.what a").first.click()
    expect(page.get_by_role("heading", name="Condition")).to_be_visible()
    assert_accessible(page)
    assert_fits_at(page, (1040, 760, 320))

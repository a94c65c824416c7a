"""A senior breaks the glass with their password; a banner stands until somebody else has looked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, status
from tests.support.cast import PASSWORD
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


def test_it_works(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number = pay(live_portal, 990, "Line stop Ltd")
    senior = page_of("sina")
    senior.goto(f"/actions/{number}/")
    senior.get_by_text("Break the glass").click()
    move = senior.locator("#move-break-glass")
    move.get_by_label("Why").fill("The supplier stops the line in ten minutes.")
    move.get_by_label("Your password").fill("not my password")
    move.get_by_role("button", name="Approve alone").click()
    expect(senior.get_by_role("alert")).to_contain_text("The password is wrong. Nothing was decided.")
    expect(move.get_by_label("Your password")).to_have_value("")
    move.get_by_label("Your password").fill(PASSWORD)
    move.get_by_role("button", name="Approve alone").click()
    expect(senior.get_by_text("Approved by break-glass: sina decided this alone.")).to_be_visible()
    told = status(live_portal, number)
    assert (told["status"], told["break_glass"], told["approved_by"]) == ("approved", True, "sina")

    admin = page_of("adam")
    expect(admin.get_by_text(re.compile("1 approval by break-glass"))).to_be_visible()
    admin.get_by_role("link", name="Look at it").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Break-glass reviews")
    admin.get_by_role("link", name="Line stop Ltd").click()
    admin.get_by_text("Look at the broken glass").click()
    admin.get_by_label("Justified", exact=True).check()
    admin.get_by_label("Note").fill("Called the supplier: true.")
    admin.get_by_role("button", name="Record what you found").click()
    expect(admin.get_by_text("Approved by break-glass, justified:")).to_be_visible()
    admin.goto("/")
    expect(admin.get_by_text(re.compile("approval by break-glass"))).to_have_count(0)

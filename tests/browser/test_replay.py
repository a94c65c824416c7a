"""A policy typed live into admin, replayed in the page, then saved; and a long replay with its progress bar."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.agents import pay, submit
from tests.browser.looks import PHONE, assert_fits
from tests.support.portal import LivePortal, python

pytestmark = [pytest.mark.browser, pytest.mark.live]
PageOf = Callable[..., Page]
ADD = "/admin/governance/policy/add/"

# More past actions than are replayed while the page waits.
_MANY = "import django; django.setup()\nfrom tests.support.drafts import copies\ncopies({number})"


def type_policy(page: Page, name: str, condition: str) -> None:
    page.goto(ADD)
    page.get_by_label("Name", exact=True).fill(name)
    condition_of(page).fill(condition)
    page.get_by_label("Require approval").check()
    page.get_by_label("Enforce").check()
    page.get_by_label("Reason", exact=True).fill("Somebody looks first.")


def condition_of(page: Page) -> Locator:
    return page.get_by_label("Condition", exact=True)


def replay(page: Page) -> None:
    page.get_by_role("button", name="Replay this draft").click()


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    query, payment = submit(live_portal), pay(live_portal, 1)
    page = page_of("adam")
    type_policy(page, "Look at queries", 'action.typ == "query"')
    replay(page)
    expect(page.locator("#replay-answer")).to_contain_text("undeclared reference to 'action.typ'")
    condition_of(page).fill('action.type == "query"')
    replay(page)
    answer = page.locator("#replay-answer")
    expect(answer).to_contain_text("1 of 2 past actions would come out differently.")
    expect(answer.get_by_role("link", name=f"#{query}")).to_be_visible()
    expect(answer.get_by_role("link", name=f"#{payment}")).to_have_count(0)
    expect(page).to_have_url(re.compile(ADD))
    page.get_by_label("Reason for this change").fill("Agreed on Monday.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Rulebook version 2 is in force.")).to_be_visible()
    page.goto("/admin/governance/replay/")
    page.get_by_role("link", name="new policy Look at queries").click()
    expect(page.get_by_text("1 of 2 past actions would come out differently.")).to_be_visible()
    page.goto(f"/actions/{submit(live_portal)}/")
    expect(page.get_by_text("Somebody looks first.").first).to_be_visible()


def test_saving_unseen_is_asked_about(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("adam")
    type_policy(page, "Unseen", "risk.score > 99")
    page.get_by_label("Reason for this change").fill("In a hurry.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("You have not looked at what this draft would have changed.")).to_be_visible()
    expect(condition_of(page)).to_have_value("risk.score > 99")
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"Rulebook version \d+ is in force"))).to_be_visible()


def test_enter_saves_and_does_not_replay(page_of: PageOf) -> None:
    page = page_of("adam")
    type_policy(page, "By Enter", "risk.score > 99")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_text("Please correct the error below.")).to_be_visible()
    expect(page.locator("#replay-answer")).to_be_empty()


def test_a_long_one_shows_how_far_it_is(live_portal: LivePortal, page_of: PageOf) -> None:
    submit(live_portal)
    python(live_portal.environment, "-c", _MANY.format(number=2500))
    page = page_of("adam")
    type_policy(page, "Long", 'action.type == "query" && risk.score < 1')
    page.get_by_label("Past actions:").select_option("10000")
    replay(page)
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0")
    expect(page.locator("#replay-answer")).to_contain_text("Waiting for a worker")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#replay-answer")).to_contain_text("Cancelled by")
    replay(page)
    expect(bar).to_be_visible()
    while bar.count():  # a slow machine needs more than one round
        live_portal.manage("run_worker", "--once")
        page.wait_for_timeout(1500)
    expect(page.locator("#replay-answer")).to_contain_text(re.compile(r"None of 2,50\d past actions"))


def test_it_fits_a_phone(live_portal: LivePortal, page_of: PageOf) -> None:
    submit(live_portal)
    page = page_of("adam", viewport=PHONE)
    type_policy(page, "On the way", "risk.score < 50")
    page.get_by_label("Past actions:").select_option("100")
    replay(page)
    expect(page.locator("#replay-answer")).to_contain_text("past actions would come out differently")
    assert_fits(page)

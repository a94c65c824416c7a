"""What happens while a page is open is told in one line, moves nothing, and never is a dead click."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.agents import pay
from tests.browser.looks import assert_accessible
from tests.support.portal import LivePortal, python

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]
A_WHILE = 121_000
AT_IT = re.compile(r"/claim/now/$")

_THREE_APPROVE = """
import django; django.setup()
from tests.reviews.routes import new_route, stage
new_route(stages=[stage((3, None, 1))])
"""


def reading(page_of: PageOf, username: str, number: int, **options: Any) -> Page:
    """A page of the action whose clock the test winds."""
    page = page_of(username, **options)
    page.clock.install()
    page.goto(f"/actions/{number}/")
    page.wait_for_load_state()
    return page


def approve(page: Page) -> None:
    """A payment cannot be undone, so it is named once more."""
    page.locator("#approve").click()
    page.locator("#approve-sure").click()


def test_later_votes_are_learnt_of_after_ones_own(live_portal: LivePortal, page_of: PageOf) -> None:
    python(live_portal.environment, "-c", _THREE_APPROVE)
    number = pay(live_portal, 1)
    rita, ravi = reading(page_of, "rita", number), reading(page_of, "ravi", number)
    sina = reading(page_of, "sina", number, viewport={"width": 390, "height": 844})
    line = "#meanwhile"
    approve(rita)
    expect(rita.get_by_role("status").first).to_contain_text("It still waits for others")
    expect(rita.locator("#at-it")).to_be_hidden()
    for page in (ravi, sina):
        page.get_by_label("Reason").fill("I am still writing.")
    before = sina.get_by_label("Reason").bounding_box()

    approve(ravi)
    expect(ravi.get_by_role("status").first).to_contain_text("It still waits for others")
    for page in (rita, sina):
        page.clock.run_for(A_WHILE)
        expect(page.locator(line)).to_have_text("Somebody voted or moved it on meanwhile. Look again")
    # Nothing moved, nothing written was lost, and the form still decides.
    assert sina.get_by_label("Reason").bounding_box() == before
    expect(sina.get_by_label("Reason")).to_have_value("I am still writing.")
    assert_accessible(sina)
    rita.get_by_role("link", name="Look again").click()
    expect(rita.locator("#decision")).to_contain_text("2 of 3 approvals")
    expect(rita.locator(line)).to_be_empty()

    approve(sina)
    expect(sina.get_by_role("status").first).to_contain_text("sina approved action")
    rita.clock.run_for(A_WHILE)
    expect(rita.locator(line)).to_have_text("It was decided meanwhile. Look again")
    assert_accessible(rita)
    # There is nothing more to ask.
    asked: list[str] = []
    rita.on("request", lambda request: asked.append(request.url))
    rita.clock.run_for(A_WHILE)
    assert asked == []


def test_a_request_that_fails_is_said_and_gone_on_from(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 2, "Calm Ltd")
    page = page_of("rita")
    page.clock.install()
    page.goto("/")
    line, search = page.locator("#meanwhile"), page.locator("#filters input[type=search]")
    answers: dict[str, Callable[[Route], None]] = {
        "The portal could not answer that.": lambda route: route.fulfill(status=500, body="<h1>Traceback</h1>"),
        "The portal refused that.": lambda route: route.fulfill(status=403, body="no"),
        "The portal cannot be reached.": lambda route: route.abort(),
    }
    for says, answer in answers.items():
        page.route(re.compile(r"/\?"), answer)
        search.fill(says[:8])
        page.clock.run_for(1_000)
        expect(line).to_contain_text(says)
        expect(line.get_by_role("link", name="Load the page again")).to_have_attribute("href", re.compile(r"^/\?q="))
        expect(page.get_by_role("link", name="Calm Ltd")).to_be_visible()  # what was there stays there
        page.unroute(re.compile(r"/\?"))
    assert_accessible(page)
    # The next answer that comes takes it away.
    search.fill("october")
    page.clock.run_for(1_000)
    expect(line).to_be_empty()
    expect(page.get_by_role("link", name="Calm Ltd")).to_be_visible()

    # The action page says it once and goes on asking; signed out, it takes nobody away from what they type.
    page.goto(f"/actions/{number}/")
    page.get_by_label("Reason").fill("Half a sentence")
    page.route(AT_IT, lambda route: route.abort())
    page.clock.run_for(A_WHILE)
    expect(line).to_contain_text("The portal cannot be reached.")
    page.unroute(AT_IT)
    page.clock.run_for(A_WHILE)
    expect(line).to_be_empty()
    page.context.clear_cookies()
    page.clock.run_for(A_WHILE)
    expect(line).to_contain_text(re.compile("You were signed out|The portal refused that"))
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")

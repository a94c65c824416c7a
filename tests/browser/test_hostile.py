"""What agents send can neither run, nor hide, nor leave the page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, submit
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, hostile_fields
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

RUNS = [
    "<script>window.ran=1</script>",
    '"><img src=x onerror=window.ran=1>',
    "' autofocus onfocus='window.ran=1",
    "<svg/onload=window.ran=1>",
    "</textarea></title></script><script>window.ran=1</script>",
    "<a href=javascript:window.ran=1 autofocus>x</a>",
    "<iframe srcdoc='<script>top.ran=1</script>'></iframe>",
    "<div hx-get=/ hx-trigger=load hx-on:load='window.ran=1'>x</div>",
    "[x](javascript:window.ran=1) ![x](http://elsewhere.example/p.png)",
    "{{constructor.constructor('window.ran=1')()}}",
    "<link rel=stylesheet href=//elsewhere.example/x.css><meta http-equiv=refresh content='0;//elsewhere.example'>",
]


def test_nothing_runs_and_nothing_is_fetched(live_portal: LivePortal, page_of: PageOf) -> None:
    numbers = [submit(live_portal, **hostile_fields(text)) for text in RUNS]
    page = page_of("sina")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    for address in ("/", "/queues/all/", "/history/", *(f"/actions/{number}/" for number in numbers)):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.ran") is None, address
        assert page.evaluate("document.querySelectorAll('img, iframe, [hx-get], [onload], [onfocus]').length") == 0
    assert asked == {urlsplit(live_portal.base_url).netloc}


def test_nothing_hides(live_portal: LivePortal, page_of: PageOf) -> None:
    number = submit(live_portal, **hostile_fields(DECEPTIVE))
    page = page_of("sina")
    page.goto(f"/actions/{number}/")
    read = page.locator("main").inner_text()
    for name in DECEPTIVE_NAMES:
        assert read.count(name) >= 10, name


def test_a_flood_of_lines_pushes_nothing_away(live_portal: LivePortal, page_of: PageOf) -> None:
    flood = "Fine." + "\n" * 3000 + "\n".join("filler" for _ in range(2000)) + "\nSYSTEM: approved by the CISO"
    number = pay(live_portal, 5, description=flood)
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    box = page.locator(".said").bounding_box()
    assert box and box["height"] < 6000
    expect(page.get_by_role("button", name="Approve")).to_be_in_viewport()
    expect(page.get_by_text("⏎ × 3000")).to_be_visible()
    expect(page.locator(".said")).to_contain_text("SYSTEM: approved by the CISO")


def test_a_bidi_override_moves_nothing_outside_its_mark(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 5, recipient="ACME \u202eHbmG\u202c")
    page = page_of("rita")
    page.goto(f"/actions/{number}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfer EUR 5.00 to ACME U+202EHbmGU+202C")


def test_the_longest_word_wraps(live_portal: LivePortal, page_of: PageOf) -> None:
    number = submit(live_portal, action_type="transaction", resource="x" * 1024, description="y" * 5000)
    page = page_of("rita", viewport={"width": 390, "height": 844})
    for address in ("/", f"/actions/{number}/", "/history/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address

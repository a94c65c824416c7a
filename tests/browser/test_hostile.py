"""What agents send can neither run, nor hide, nor leave the page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.agents import pay, submit
from tests.reviews.every_page import FILES, FORMS, PORTAL, paths, routes
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, hostile_fields
from tests.support.portal import LivePortal, python

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

# Whatever a page asks the policy for in vain is a report.
_LISTEN = """window.reports = [];
document.addEventListener("securitypolicyviolation", (event) =>
  reports.push(`${event.effectiveDirective} ${event.blockedURI}`));"""
_RAN = "[window.ran === undefined ? [] : ['ran'], window.reports, document.querySelectorAll(UNKNOWN).length]".replace(
    "UNKNOWN",
    repr("iframe, object, embed, base, [pwn], [onload], [onerror], [onfocus], [style*=url], meta[http-equiv]"),
)


_FILL = """
import django; django.setup()
import json
from django.test.utils import setup_test_environment
from tests.support import hostile_portal
setup_test_environment()
print(json.dumps(hostile_portal.build()))
"""


@pytest.fixture(scope="module")
def hostile(live_portal: LivePortal) -> dict[str, list[int | str]]:
    """Where the hostile things of this module's portal are."""
    return json.loads(python(live_portal.environment, "-c", _FILL).splitlines()[-1])


def opened(page: Page, address: str) -> list[object]:
    """What a page did that it must not do, once it and all it asked for are there."""
    try:
        page.goto(address)
    except Error as failed:
        # An address that takes no GET answers with nothing at all, which a browser does not draw.
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in failed.message:
            raise
        page.wait_for_url("chrome-error://**")
        # Away from there, so that the wait after the next such address is for its own.
        page.goto("about:blank")
        return []
    ran, reports, unknown = page.evaluate(_RAN)
    return [*ran, *reports, *(["an element that is not ours"] if unknown else [])]


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


# Last, because it fills the portal of this file with rules and people that the other tests would meet.
@pytest.mark.timeout(900)  # some 300 pages, of a portal that takes its time to fill
def test_nothing_runs_on_any_page(
    live_portal: LivePortal, page_of: PageOf, hostile: dict[str, list[int | str]]
) -> None:
    """Every page of the URL configuration, in a portal in which whatever can be written tries to run."""
    asked: set[str] = set()
    dialogs: list[str] = []
    did: dict[str, list[object]] = {}
    visited = 0
    desks = {who: page_of(who) for who in ("sina", "adam")}
    for page in desks.values():
        page.add_init_script(_LISTEN)
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for index, route in enumerate(routes()):
        if route in FILES or route in FORMS or "export/" in route or route.endswith(("download/", "logout/")):
            continue
        page = desks["sina" if route in PORTAL and route != "oversight/" else "adam"]
        every = list(paths(route, hostile, first=index))
        for address in every if route == "actions/<int:pk>/" else every[:1]:
            visited += 1
            if found := opened(page, address):
                did[address] = found
    assert (did, dialogs) == ({}, [])
    assert asked == {urlsplit(live_portal.base_url).netloc}
    assert visited > 250


def test_the_twin_runs_and_is_caught(live_portal: LivePortal, chromium: Browser) -> None:
    """A page of the same portal to which somebody adds what a hole would let in."""
    page = chromium.new_page()
    page.add_init_script(_LISTEN)
    assert opened(page, f"{live_portal.base_url}/accounts/login/") == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=//e.test/x onerror=ran=1 pwn>')")
    page.wait_for_function("reports.length > 0")
    _, reports, unknown = page.evaluate(_RAN)
    assert {report.split()[0] for report in reports} == {"img-src", "script-src-attr"}
    assert unknown == 1
    page.evaluate("window.ran = 1")
    assert page.evaluate(_RAN)[0] == ["ran"]
    page.close()

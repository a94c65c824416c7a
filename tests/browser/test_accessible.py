"""axe finds nothing, in light and dark, on a desk and on a phone, and nothing hangs over the edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, submit
from tests.reviews.pages import DECEPTIVE, XSS, hostile_fields
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live]
DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def pages(live_portal: LivePortal) -> list[str]:
    """Every kind of page, the hostile ones among them."""
    decided = submit(live_portal)
    waiting = submit(live_portal, **EMAIL)
    twice = [pay(live_portal, 5) for _ in range(2)][-1]
    hostile = [submit(live_portal, **hostile_fields(text)) for text in (XSS, DECEPTIVE, "x" * 240)]
    return [
        "/",
        "/queues/all/",
        "/?q=nothing-like-it",
        "/?level=purple",
        *(f"/actions/{number}/" for number in (decided, waiting, twice, *hostile)),
        "/history/",
        "/history/?q=nothing-like-it",
        "/no-such-page/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ]


def assert_accessible(page: Page) -> None:
    """Nothing for axe to find, nothing over the edge."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert_fits(page)


def assert_fits(page: Page) -> None:
    """Nothing to scroll sideways for."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works(
    open_browser: Callable[..., Page],
    page_of: Callable[..., Page],
    pages: list[str],
    scheme: str,
    size: dict[str, int],
) -> None:
    outside = open_browser(color_scheme=scheme, viewport=size)
    outside.goto("/accounts/login/")
    assert_accessible(outside)
    outside.get_by_label("Username").fill("nobody")
    outside.get_by_label("Password").fill("wrong")
    outside.get_by_role("button", name="Sign in").click()
    expect(outside.get_by_role("alert")).to_be_visible()
    assert_accessible(outside)
    page = page_of("sina", color_scheme=scheme, viewport=size)
    for address in pages:
        page.goto(address)
        assert_accessible(page)


@pytest.mark.parametrize("width", [320, 760, 900, 1040])
def test_nothing_hangs_over_the_edge_at_widths_between(
    page_of: Callable[..., Page], pages: list[str], width: int
) -> None:
    page = page_of("sina", viewport={"width": width, "height": 900})
    for address in pages:
        page.goto(address)
        assert_fits(page)


def test_dark_is_dark_and_light_is_light(page_of: Callable[..., Page]) -> None:
    grounds = {
        scheme: page_of("rita", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert grounds == {"light": "rgb(246, 247, 249)", "dark": "rgb(16, 19, 26)"}


def test_a_refusal_is_accessible_too(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number = pay(live_portal, 9)
    page = page_of("rita", viewport=PHONE)
    page.goto(f"/actions/{number}/")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def test_fingers_hit_the_buttons(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number = pay(live_portal, 10)
    page = page_of("rita", viewport=PHONE)
    page.goto(f"/actions/{number}/")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44, button.inner_text()

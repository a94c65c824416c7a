"""axe finds nothing, in light and dark, on a desk and on a phone, and nothing hangs over the edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, submit
from tests.browser.looks import PHONE, assert_accessible, assert_fits_at, at_every_size
from tests.reviews.pages import DECEPTIVE, XSS, hostile_fields
from tests.support.portal import LivePortal

# What a page looks like is the same whatever engine its rows come from.
pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


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


@at_every_size
def test_it_works(
    open_browser: Callable[..., Page], page_of: Callable[..., Page], pages: list[str], size: dict[str, int]
) -> None:
    outside = open_browser(viewport=size)
    outside.goto("/accounts/login/")
    assert_accessible(outside)
    outside.get_by_label("Username").fill("nobody")
    outside.get_by_label("Password").fill("wrong")
    outside.get_by_role("button", name="Sign in").click()
    expect(outside.get_by_role("alert")).to_be_visible()
    assert_accessible(outside)
    page = page_of("sina", viewport=size)
    for address in pages:
        page.goto(address)
        assert_accessible(page)


def test_nothing_hangs_over_the_edge_at_widths_between(page_of: Callable[..., Page], pages: list[str]) -> None:
    page = page_of("sina")
    for address in pages:
        page.goto(address)
        assert_fits_at(page, (1040, 900, 760, 320))


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

"""The queue renews itself and nothing moves under somebody's hands: pointer, ticks, focus; and the sheet of keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay
from tests.browser.looks import assert_accessible, at_every_size
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]
REFRESH = 11_000


def newest_first(page_of: PageOf) -> Page:
    """A queue in which whatever arrives comes on top, and whose clock the test winds."""
    page = page_of("rita")
    page.clock.install()
    page.goto("/?order=-age")
    return page


def rejected(page_of: PageOf, number: int) -> None:
    """Somebody else rejects it in another browser."""
    other = page_of("ravi")
    other.goto(f"/actions/{number}/")
    other.get_by_label("Reason").fill("Not this one.")
    other.get_by_role("button", name="Reject", exact=True).click()
    expect(other.get_by_role("status").first).to_contain_text("ravi rejected")


def test_nothing_moves_under_the_pointer(live_portal: LivePortal, page_of: PageOf) -> None:
    first, second = pay(live_portal, 1, "First Ltd"), pay(live_portal, 2, "Second Ltd")
    page = newest_first(page_of)
    row = page.locator(f"#row-{first}")
    row.hover()
    place = row.bounding_box()
    third = pay(live_portal, 3, "Third Ltd")
    rejected(page_of, second)
    page.clock.run_for(REFRESH)
    show = page.get_by_role("button", name="1 new action: show")
    expect(show).to_be_visible()
    expect(page.locator("#news")).to_have_text("1 new action")
    expect(page.locator(f"#row-{second}")).to_contain_text("no longer waits")
    expect(page.locator("#rail-count")).to_contain_text("2")
    assert row.bounding_box() == place
    assert page.locator(f"#row-{third}").count() == 0
    show.click()
    expect(page.locator("#results tbody tr").first).to_have_id(f"row-{third}")
    expect(page.locator(f"#row-{second}")).to_have_count(0)
    expect(page.locator(f"#action-{third}")).to_be_focused()
    expect(show).to_be_hidden()


def test_ticks_stay_and_the_list_goes_on(live_portal: LivePortal, page_of: PageOf) -> None:
    first, second, third = (pay(live_portal, n, f"{n} Ltd") for n in (1, 2, 3))
    page = newest_first(page_of)
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")  # from the second row to the third
    expect(page.locator("#results [name=chosen]:checked")).to_have_count(2)
    rejected(page_of, second)
    fourth = pay(live_portal, 4, "4 Ltd")
    page.clock.run_for(REFRESH)
    expect(page.locator("#news")).to_have_text("1 new action. 1 selected action no longer waits")
    expect(page.locator(f"#pick-{first}")).to_be_checked()
    expect(page.locator(f"#pick-{second}")).to_be_disabled()
    expect(page.locator(f"#action-{first}")).to_be_focused()
    page.get_by_role("button", name="1 new action: show").click()
    expect(page.locator(f"#row-{fourth}")).to_be_visible()
    expect(page.locator(f"#pick-{first}")).to_be_checked()
    expect(page.locator(f"#pick-{third}")).not_to_be_checked()


def test_the_focus_goes_on_to_the_neighbour(live_portal: LivePortal, page_of: PageOf) -> None:
    first, second = pay(live_portal, 5, "Fifth Ltd"), pay(live_portal, 6, "Sixth Ltd")
    page = newest_first(page_of)
    page.mouse.move(0, 0)
    page.keyboard.press("j")
    expect(page.locator(f"#action-{second}")).to_be_focused()
    rejected(page_of, second)
    page.clock.run_for(REFRESH)
    expect(page.locator(f"#action-{first}")).to_be_focused()
    expect(page.locator(f"#row-{second}")).to_have_count(0)


def test_the_sheet_lists_the_keys_of_the_page(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 7)
    page = page_of("rita")
    page.goto("/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys of this page")
    expect(sheet).to_contain_text("select the row")
    expect(sheet.get_by_text("write a comment")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.goto(f"/actions/{number}/")
    page.get_by_role("button", name="Keyboard").click()
    expect(sheet.get_by_text("write a comment")).to_be_visible()
    sheet.get_by_role("button", name="Turn keys off").click()
    expect(sheet).to_contain_text("Keys are off in this browser.")
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    sheet.get_by_role("button", name="Turn keys on").click()
    sheet.get_by_role("button", name="Close").click()
    page.clock.set_fixed_time(datetime.now(UTC))  # the second key counts for two seconds
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Mine to decide")).to_be_visible()


@at_every_size
def test_everybody_can_use_it(live_portal: LivePortal, page_of: PageOf, size: dict[str, int]) -> None:
    for amount in (8, 9, 9):
        pay(live_portal, amount)
    page = page_of("sina", viewport=size)
    page.goto("/queues/all/?level=high&due=day&order=-deadline")
    page.locator("#views-more > summary").click()
    name = f"Due today at {size['width']}"
    page.get_by_label("What is shown now, as").fill(name)
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_role("navigation", name="Saved views")).to_contain_text(name)
    page.locator("#views-more > summary").click()
    assert_accessible(page)
    page.get_by_role("button", name="Compact rows").click()
    expect(page.get_by_role("button", name="Comfortable rows")).to_be_visible()
    for address in ("/", "/queues/claimed/", "/queues/samples/"):
        page.goto(address)
        assert_accessible(page)
    page.evaluate("document.getElementById('keys-sheet').showModal()")
    assert_accessible(page, "#keys-sheet")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Comfortable rows").click()
    expect(page.get_by_role("button", name="Compact rows")).to_be_visible()

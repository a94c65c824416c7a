"""Read in order, without motion, and in the system's own colours: what matters is still there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, submit
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

# The longest any element would take to change or to move, in seconds.
_LONGEST = """() => Math.max(...[...document.querySelectorAll("*")].flatMap((one) =>
  ["", "::before", "::after"].flatMap((part) => {
    const style = getComputedStyle(one, part || null);
    const times = style.transitionDuration + "," + (style.animationName === "none" ? "0s" : style.animationDuration);
    return times.split(",").map((time) => parseFloat(time) * (time.trim().endsWith("ms") ? 0.001 : 1));
  })))"""
# What a badge is made of in forced colours: its word, its shape, and a line around both.
_BADGE = """(one) => ({
  word: one.innerText.trim(), shape: getComputedStyle(one, "::before").content.length > 2,
  line: parseFloat(getComputedStyle(one).borderTopWidth) > 0, size: one.getBoundingClientRect().height,
})"""


def in_order(page: Page, *texts: str) -> None:
    """Each of the texts stands in what a screen reader reads, after the one before it."""
    read, at = page.locator("main").aria_snapshot(), -1
    for text in texts:
        found = read.find(text, at + 1)
        assert found > at, f"{text!r} is not read after what comes before it:\n{read}"
        at = found


def test_it_is_read_in_the_order_of_deciding(live_portal: LivePortal, page_of: PageOf) -> None:
    number = submit(live_portal, **EMAIL)
    page = page_of("rita")
    in_order(page, 'heading "', "[level=1]", "table", "columnheader", f"/actions/{number}/")
    page.goto(f"/actions/{number}/")
    in_order(
        page,
        'heading "Change',
        "[level=1]",
        "Everything the agent will send",
        "The agent says (unverified)",
        "Your decision",
        'button "Reject"',
        'button "Approve"',
        "Timeline",
    )
    risk = page.locator("main .risk").first.inner_text().strip()
    read = page.locator("main").aria_snapshot()
    word = next(one for one in ("Critical", "High", "Medium", "Low") if one.lower() in risk.lower())
    assert word.lower() in read[: read.index("Everything the agent will send")].lower(), (
        "the risk comes before the content"
    )


def test_nothing_moves_for_who_wants_no_motion(live_portal: LivePortal, page_of: PageOf) -> None:
    number = pay(live_portal, 5)
    page = page_of("adam", reduced_motion="reduce")
    for address in ("/", f"/actions/{number}/", "/actions/", "/dashboard/", "/oversight/", "/settings/", "/admin/"):
        page.goto(address)
        assert page.evaluate(_LONGEST) <= 0.01, address
    # The twin: for everybody else there is some.
    page.emulate_media(reduced_motion="no-preference")
    page.goto("/")
    assert page.evaluate(_LONGEST) > 0.01


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_nothing_that_matters_goes(live_portal: LivePortal, page_of: PageOf, scheme: str) -> None:
    number = pay(live_portal, 6)
    page = page_of("rita", forced_colors="active", color_scheme=scheme, viewport={"width": 640, "height": 900})
    for address in ("/", f"/actions/{number}/"):
        page.goto(address)
        for badge in page.locator("main .risk:visible").all():
            found = badge.evaluate(_BADGE)
            assert found["word"], address
            assert found["shape"], address
            assert found["line"], address
            assert found["size"] > 10, address
    for name in ("Approve", "Reject"):
        button = page.get_by_role("button", name=name, exact=True).first
        expect(button).to_be_visible()
        assert button.evaluate("(one) => parseFloat(getComputedStyle(one).borderTopWidth)") > 0, name
    page.get_by_label("Reason").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"

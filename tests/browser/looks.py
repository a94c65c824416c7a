"""What a page must be for everybody: axe finds nothing in either theme, and nothing hangs over the edge.

Colours follow the theme and layout follows the width, and some scripts read the width while a page loads. So a test
opens its pages at a size, and each of them is looked at here without being opened again: on a desk in both themes, on
a phone in dark, because what a width changes is where things stand (test_widths_change_no_colours).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
THEMES = ("light", "dark")
PHONES = 736  # and less: the width at which the pages become one column

at_every_size = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])

# So many rows of a table are looked at: they come from one template, and axe's time grows with the square of them.
ROWS = 16

# Only what is wrong is carried over: what is right is every element, and costs more to carry than to find.
# Without its preload: it would copy style sheets into the page, which the page forbids; only sounds and films need it.
_RUN = """async ([context, most]) => {
  const rows = [...document.querySelectorAll("tbody")].flatMap((body) => [...body.rows].slice(most));
  const places = rows.map((row) => row.parentNode);
  rows.forEach((row) => row.remove());
  const results = await axe.run(context || document, { preload: false, resultTypes: ["violations"] });
  rows.forEach((row, number) => places[number].append(row));
  return { violations: results.violations };
}"""

# A colour on its way from one theme to the other is neither.
_ARRIVE = "document.getAnimations().forEach((one) => one.finish())"


def assert_accessible(page: Page, within: str = "") -> None:
    """Nothing for axe to find, in light and in dark or on a phone in dark, and nothing over the edge.

    `within` is the selector of the part that is looked at; without one it is the whole page. Of a long table it is
    the first ROWS rows. Dark is what remains.
    """
    page.evaluate(AXE_SCRIPT)
    for theme in themes_of(page):
        found = AxeResults(_violations(page, theme, within))
        assert found.violations_count == 0, f"{page.url} in {theme}\n{found.generate_report()}"
    assert_fits(page)


def themes_of(page: Page) -> tuple[str, ...]:
    """The themes in which a page of this width is looked at; the last of them remains."""
    size = page.viewport_size
    return THEMES[-1:] if size and size["width"] <= PHONES else THEMES


def _violations(page: Page, theme: str, within: str) -> Any:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.evaluate(_ARRIVE)
    return page.evaluate(_RUN, [{"include": [[within]]} if within else None, ROWS])


def assert_fits(page: Page) -> None:
    """Nothing to scroll sideways for."""
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= screen, f"{page.url} is {wide} wide on a screen of {screen}"


def assert_fits_at(page: Page, widths: Iterable[int]) -> None:
    """Nothing to scroll sideways for at any of these widths, in CSS pixels."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("(width) => innerWidth === width", arg=width)
        assert_fits(page)

"""The browser tests really drive a browser that can sign in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import ROWS, assert_accessible, assert_fits_at

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_a_stranger_is_sent_to_sign_in(page: Page) -> None:
    page.goto("/")
    assert "/accounts/login/" in page.url


def test_people_sign_in_each_in_a_browser_of_their_own(page_of: Callable[..., Page]) -> None:
    rita, oscar = page_of("rita"), page_of("oscar")
    expect(rita.locator("body")).to_contain_text("rita")
    expect(oscar.locator("body")).to_contain_text("oscar")
    expect(rita.locator("body")).not_to_contain_text("oscar")


def test_who_signed_out_signs_in_again(page_of: Callable[..., Page]) -> None:
    page = page_of("rita")
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    expect(page_of("rita").locator("body")).to_contain_text("rita")


PAGE = """<!doctype html><html lang="en"><title>A page</title><style>
body {{ background: #fff }} p {{ color: #000; transition: color 60s }} {style}
</style><main><h1>A page</h1><p>Something to read.</p></main>"""


@pytest.mark.any_engine
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_fault_in_one_theme_alone_is_found(page: Page, theme: str) -> None:
    """Also where a colour takes its time to change: what counts is where it arrives."""
    page.set_content(PAGE.format(style=""))
    assert_accessible(page)
    page.set_content(PAGE.format(style=f"@media (prefers-color-scheme: {theme}) {{ p {{ color: #eee }} }}"))
    with pytest.raises(AssertionError, match=rf"in {theme}[\s\S]*color-contrast"):
        assert_accessible(page)


@pytest.mark.any_engine
def test_a_part_is_looked_at_alone(page: Page) -> None:
    page.set_content(PAGE.format(style="p { color: #eee }"))
    assert_accessible(page, within="h1")
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page, within="main")


@pytest.mark.any_engine
def test_what_hangs_over_the_edge_is_found(page: Page) -> None:
    page.set_content(PAGE.format(style="h1 { width: 500px }"))
    assert_fits_at(page, (1000, 600))
    with pytest.raises(AssertionError, match="wide on a screen of 400"):
        assert_fits_at(page, (600, 400))


@pytest.mark.any_engine
def test_a_long_table_is_looked_at_and_left_whole(page: Page) -> None:
    numbers = [str(number) for number in range(2 * ROWS)]
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in numbers)
    page.set_content(PAGE.format(style="").replace("</main>", f"<table>{rows}</table></main>"))
    assert_accessible(page)
    assert page.locator("td").all_inner_texts() == numbers
    page.locator("td").nth(ROWS - 1).evaluate("(cell) => { cell.style.color = '#eee' }")
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page)

"""The browser tests really drive a browser that can sign in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_a_stranger_is_sent_to_sign_in(page: Page) -> None:
    page.goto("/")
    assert "/accounts/login/" in page.url


def test_people_sign_in_each_in_a_browser_of_their_own(page_of: Callable[..., Page]) -> None:
    rita, oscar = page_of("rita"), page_of("oscar")
    expect(rita.locator("body")).to_contain_text("rita")
    expect(oscar.locator("body")).to_contain_text("oscar")
    expect(rita.locator("body")).not_to_contain_text("oscar")

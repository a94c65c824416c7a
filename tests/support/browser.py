"""A real Chromium in front of a live portal. Without one, its tests are skipped in one line, or fail.

CHROMIUM names the program (default: Debian's); REQUIRE_BROWSER=1 turns the skip into a failure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.cast import PASSWORD
from tests.support.live import LivePortal

# A busy machine is slow, not broken: how long an expectation may take to come true, in milliseconds.
expect.set_options(timeout=60_000)

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
REQUIRED = os.environ.get("REQUIRE_BROWSER", "") == "1"

# Nothing but the page under test: no updates, no sync, no look-ups of its own.
_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Not for the session: while Playwright runs, its event loop makes Django refuse the database to this thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per test module."""
    if not CHROMIUM.exists():
        sentence = f"no Chromium at {CHROMIUM}: install it (apt-get install chromium) or name it in CHROMIUM"
        if REQUIRED:
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*as_root, *_ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser, live_portal: LivePortal) -> Iterator[Callable[..., Page]]:
    """`open_browser()` gives a page of a new, signed-out browser on the live portal.

    A test fails when a page it visited ran into a script error or broke its Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(**options: object) -> Page:
        context = chromium.new_context(base_url=live_portal.base_url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said.text) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _is_complaint(text: str) -> bool:
    return "Content Security Policy" in text


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    """A page of a signed-out browser."""
    return open_browser()


@pytest.fixture(scope="module")
def _sessions() -> dict[str, Any]:
    """The cookies of whoever has signed in to this module's portal, by username."""
    return {}


@pytest.fixture
def page_of(open_browser: Callable[..., Page], _sessions: dict[str, Any]) -> Callable[..., Page]:
    """`page_of("rita")` gives a page of a browser of its own in which that one of the cast is signed in.

    The first time in a module it is by the form; later browsers go on with that session while it lasts.
    """

    def signed_in(username: str, **options: object) -> Page:
        page = open_browser(**options)
        page.context.add_cookies(_sessions.get(username, []))
        page.goto("/")
        if "/accounts/login/" not in page.url:
            return page
        sign_in(page, username)
        _sessions[username] = page.context.cookies()
        return page

    return signed_in


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in by the form, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) [type=submit]").click()
    expect(page).not_to_have_url("**/accounts/login/**")
    page.wait_for_load_state()  # before that the script does not listen, and a test is faster than a person

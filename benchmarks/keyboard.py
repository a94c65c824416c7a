"""How long the next item takes by keyboard: from the key that approves one to the next one on the screen."""

from __future__ import annotations

import shutil
import statistics
import time

from playwright.sync_api import Page, sync_playwright

TARGET = 300.0  # milliseconds
ROUNDS = 25
NAME = PASSWORD = "ruth-of-the-benchmark"
_CHROMIUM = shutil.which("chromium")


def line(base_url: str) -> str:
    """What one verdict costs, from Enter on Approve to the next action with its form; or why it was not measured."""
    if _CHROMIUM is None:
        return "By keyboard: not measured, there is no Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        try:
            spent = _spent(browser.new_page(base_url=base_url))
        finally:
            browser.close()
    middle = statistics.median(spent)
    return (
        f"By keyboard, approve and see the next: median {middle:.0f} ms, worst {max(spent):.0f} ms of {len(spent)};"
        f" target {TARGET:.0f} ms: {'met' if middle <= TARGET else 'MISSED'}"
    )


def _spent(page: Page) -> list[float]:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/?level=medium")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#approve")
    spent = []
    for _ in range(ROUNDS):
        page.keyboard.press("a")
        here = page.url
        began = time.perf_counter()
        page.keyboard.press("Enter")
        # What cannot be undone takes a second press, here as for everybody.
        page.wait_for_selector(".next a, #approve-sure:focus")
        if page.locator("#approve-sure").is_visible():
            page.keyboard.press("Enter")
            page.wait_for_selector(".next a")
        page.keyboard.press("n")
        page.wait_for_function("(here) => location.href !== here && document.querySelector('#approve')", arg=here)
        spent.append((time.perf_counter() - began) * 1000)
    return spent

"""A reviewer's morning: ten actions in a row, by mouse, by keyboard alone, and by thumb on a dark phone; and two
people at two desks who fill the two stages of one route while both pages stay open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.agents import pay, status, submit
from tests.browser.looks import DESK, PHONE, assert_fits
from tests.support.browser import sign_in
from tests.support.cast import PASSWORD
from tests.support.portal import LivePortal, python

pytestmark = [pytest.mark.browser, pytest.mark.live]
PageOf = Callable[..., Page]

WAYS = ("mouse", "keyboard", "phone")
OPTIONS: dict[str, dict[str, Any]] = {
    "mouse": {"viewport": DESK, "color_scheme": "light"},
    "keyboard": {"viewport": DESK, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}
NOTHING = "Nothing waits for you. An action your agents submit for review appears here by itself."


class Hands:
    """One way to work a page. Whoever has it never uses another."""

    def __init__(self, page: Page, way: str):
        self.page = page
        self.way = way

    def hit(self, what: Locator) -> None:
        """Click it, tap it, or go to it with Tab and press Enter."""
        if self.way == "phone":
            what.tap()
        elif self.way == "mouse":
            what.click()
        else:
            self.go_to(what)
            self.page.keyboard.press("Enter")

    def go_to(self, what: Locator) -> None:
        """By Tab alone, as far as a patient person goes."""
        for _ in range(120):
            if what.evaluate("(it) => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {what}")

    def type_into(self, what: Locator, text: str) -> None:
        if self.way == "keyboard":
            self.go_to(what)
        else:
            self.hit(what)
        self.page.keyboard.type(text)

    def sign_in(self) -> None:
        if self.way != "keyboard":
            sign_in(self.page, "rita")
            return
        self.page.goto("/")
        self.type_into(self.page.get_by_label("Username"), "rita")
        self.type_into(self.page.get_by_label("Password"), PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Mine to decide")
        self.page.wait_for_load_state()

    def open_first(self) -> None:
        if self.way == "keyboard":
            self.page.keyboard.press("j")
            self.page.keyboard.press("Enter")
        else:
            self.hit(self.page.locator("#results .what a").first)
        self.page.wait_for_url(re.compile(r"/actions/\d+/$"))
        self.page.wait_for_load_state()

    def read(self) -> None:
        """Until the page has seen that everything was in view."""
        approve, unseen = self.page.locator("#approve"), self.page.locator("#unseen-next")
        for _ in range(40):
            if approve.get_attribute("aria-disabled") is None:
                return
            if self.way == "keyboard":
                self.page.keyboard.press("u", delay=160)  # as fast as a hand; quicker is typing, not commands
            elif self.way == "mouse":
                self.page.mouse.move(300, 400)
                self.page.mouse.wheel(0, 300)
            else:
                unseen.tap()
            self.page.wait_for_function("() => new Promise(requestAnimationFrame)")
        raise AssertionError("the page never saw that it was read")

    def press_approve(self) -> None:
        """With the second step, where one is asked for."""
        if self.way == "keyboard":
            self.page.keyboard.press("a")
            expect(self.page.locator("#approve")).to_be_focused()
            self.page.keyboard.press("Enter")
        else:
            self.hit(self.page.locator("#approve"))
        if (sure := self.page.locator("#approve-sure")).is_visible():
            if self.way == "keyboard":
                expect(sure).to_be_focused()
                self.page.keyboard.press("Enter")
            else:
                self.hit(sure)

    def approve(self) -> None:
        self.read()
        self.press_approve()
        expect(self.page.get_by_role("status").first).to_contain_text("rita approved")

    def reject(self, reason: str) -> None:
        if self.way == "keyboard":
            self.page.keyboard.press("r")
            expect(self.page.get_by_label("Reason")).to_be_focused()
            self.page.keyboard.type(reason)
            self.page.keyboard.press("Escape")
            self.page.keyboard.press("r")
            self.page.keyboard.press("Enter")
        else:
            self.type_into(self.page.get_by_label("Reason"), reason)
            self.hit(self.page.locator("#reject"))
        expect(self.page.get_by_role("status").first).to_contain_text("rita rejected")

    def go_on(self) -> None:
        """From the receipt to what comes next."""
        before = self.page.url
        if self.way == "keyboard":
            self.page.keyboard.press("n")
        else:
            self.hit(self.page.locator("#next"))
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()

    def pick(self, number: int) -> None:
        box = self.page.locator(f"#pick-{number}")
        if self.way == "keyboard":
            link = self.page.locator(f"#action-{number}")
            for _ in range(20):
                if link.evaluate("(it) => it === document.activeElement"):
                    break
                self.page.keyboard.press("j")
            self.page.keyboard.press("x")
        else:
            self.hit(box)
        expect(box).to_be_checked()


@pytest.mark.parametrize("way", WAYS)
def test_ten_in_a_row(live_portal: LivePortal, open_browser: Callable[..., Page], way: str) -> None:
    high = [pay(live_portal, 100 + at, f"{way} {at}") for at in range(7)]
    asks = {"require_human_approval": True}
    low = [submit(live_portal, description=f"Look up ticket {at} for {way}", context=asks) for at in range(3)]
    page = open_browser(**OPTIONS[way])
    hands = Hands(page, way)
    hands.sign_in()
    expect(page.locator("#queue-summary")).to_contain_text(re.compile(r"^\s*10 waiting, oldest"))
    expect(page).to_have_title(re.compile(r"^\(10\)"))
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(16, 19, 26)" if way == "phone" else "rgb(246, 247, 249)")

    hands.open_first()
    decided: dict[int, tuple[str, str | None]] = {}
    while len(decided) < len(high):
        number = int(page.url.rstrip("/").rpartition("/")[2])
        assert number in high, "the riskiest come first"
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"to {way} {high.index(number)}")
        assert_fits(page)
        if len(decided) % 2:
            reason = f"Ticket {number} is closed."
            hands.reject(reason)
            decided[number] = ("rejected", reason)
        else:
            hands.approve()
            decided[number] = ("approved", None)
        hands.go_on()
    for number, (verdict, reason) in decided.items():
        told = status(live_portal, number)
        assert (told["status"], told["approved_by"] or "rita") == (verdict, "rita")
        assert reason is None or told["reason"] == reason

    # What is left goes together.
    page.goto("/")
    for number in low:
        hands.pick(number)
    hands.type_into(page.get_by_role("textbox", name="Reason"), "Asked twice.")
    hands.hit(page.get_by_role("button", name="Reject selected"))
    expect(page.get_by_text("3 of 3 rejected")).to_be_visible()
    assert [status(live_portal, number)["reason"] for number in low] == ["Asked twice."] * 3
    hands.hit(page.get_by_role("link", name="Back to the queue"))
    expect(page.get_by_text(NOTHING)).to_be_visible()
    expect(page.locator("#queue-summary")).to_have_text(re.compile("nothing waiting"))


_ROUTE = """
import django; django.setup()
from governance.models import Route
from governance.rule_changes import change_rule
from tests.support.people import SETUP
one = {"label": "", "requirements": [{"needed": 1, "level": 3, "group": None}]}
route = Route(name="Two desks", reason="Two look.", condition='action.resource == "two desks"', stages=[one, one])
change_rule(route, actor=SETUP, reason="For the test.")
"""


def test_two_desks_at_once(live_portal: LivePortal, page_of: PageOf) -> None:
    python(live_portal.environment, "-c", _ROUTE)
    number = pay(live_portal, 4200, "Two Desks Ltd", resource="two desks")
    queue, desk, first, senior = page_of("ravi"), page_of("ravi"), page_of("rita"), page_of("sina")
    for page in (queue, senior):
        page.clock.install()
    queue.goto("/")
    for page in (desk, first, senior):
        page.goto(f"/actions/{number}/")
    row = queue.locator(f"#row-{number}")
    expect(row).to_contain_text("0 of 2")

    Hands(first, "mouse").read()
    Hands(first, "mouse").press_approve()
    expect(first.get_by_role("status").first).to_contain_text("voted to approve")
    assert status(live_portal, number)["status"] == "pending_approval"
    queue.clock.run_for(11_000)
    expect(row).to_contain_text("1 of 2")

    # The second desk was open all the time, and its approval counts for the stage that is open now.
    Hands(desk, "mouse").read()
    Hands(desk, "mouse").press_approve()
    expect(desk.get_by_role("status").first).to_contain_text(f"ravi approved action {number}")
    told = status(live_portal, number)
    assert (told["status"], told["approved_by"]) == ("approved", "rita, ravi")

    # Whoever else has it open learns it by itself.
    queue.clock.run_for(11_000)
    expect(queue.locator("#results")).to_contain_text(re.compile(rf"no longer waits|{NOTHING}"))
    senior.clock.run_for(121_000)
    expect(senior.locator("#meanwhile")).to_contain_text("It was decided meanwhile.")
    senior.get_by_role("link", name="Look again").click()
    expect(senior.get_by_role("complementary", name="Decision")).to_contain_text("ravi")

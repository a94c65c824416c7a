"""An admin writes a policy: from a template, through a mistake, tried on what really happened, saved with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import pay, submit
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

LIST = "/admin/governance/policy/"
ADD = "/admin/governance/policy/add/"


def condition(page: Page) -> str:
    return page.get_by_label("Condition", exact=True).input_value()


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    large, small = pay(live_portal, 12000), pay(live_portal, 20)
    page = page_of("adam")
    page.goto(LIST)
    page.get_by_role("link", name="Start from a template").click()
    page.get_by_role("region", name="Payments by agents need a person").get_by_role("link").last.click()
    said = page.get_by_role("status").first
    expect(said).to_contain_text("It is a condition")

    field = page.get_by_label("Condition", exact=True)
    field.fill('action.typ == "transaction" &&\n  action.details.amount > 1000')
    expect(said).to_contain_text("Not a condition yet")
    expect(said.locator("pre")).to_have_text(
        "Line 1, column 7: undeclared reference to 'action.typ'\n"
        ' | action.typ == "transaction" &&\n'
        " | ......^\n"
        "Did you mean action.type?",
    )
    field.fill('action.type == "transaction" &&\n  action.details.amount > 1000')
    expect(said).to_contain_text("It is a condition")

    page.get_by_label("On a past action").select_option(str(large))
    expect(said.locator(".parts > li > .answer")).to_have_text("holds")
    expect(said).to_contain_text(f"Action {large}")
    page.get_by_label("or its number").fill(str(small))
    expect(said.locator(".parts > li > .answer")).to_have_text("does not hold")
    expect(said.locator(".parts li li").nth(1)).to_contain_text("action.details.amount > 1000")
    page.get_by_label("Deny").check()
    page.get_by_label("or its number").fill(str(large))
    expect(said.locator("tr.changed")).to_contain_text("refused at once")

    page.get_by_label("Reason", exact=True).fill("No payments of more than 1,000.")
    page.get_by_label("Reason for this change").fill("Agreed with the treasurer.")
    page.get_by_role("button", name="Replay this draft").click()
    expect(page.locator("#replay-answer")).to_contain_text("would come out differently")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"Rulebook version \d+ is in force\."))).to_be_visible()
    row = page.locator("#result_list tr", has_text="Payments by agents need a person")
    expect(row).to_contain_text("Deny (observed only)")
    expect(row).to_contain_text("adam")


def test_a_wrong_policy_is_refused_at_its_field(page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto(ADD)
    page.get_by_label("Name", exact=True).fill("Never")
    page.get_by_label("Condition", exact=True).fill("Do not allow payments over 500")
    page.get_by_label("Deny").check()
    page.get_by_label("Reason", exact=True).fill("No.")
    page.get_by_label("Reason for this change").fill("Because.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-condition .errorlist")).to_contain_text("sentences are not read here")
    expect(page.get_by_label("Condition", exact=True)).to_have_value("Do not allow payments over 500")


def test_the_reference_is_searched_and_inserts_at_the_cursor(page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto(ADD)
    find = page.get_by_label("Find")
    find.fill("weekend")
    expect(page.get_by_text("Nothing here is called so.")).to_be_visible()
    find.fill("sunday")
    entries = page.locator(".entry:visible")
    expect(entries).to_have_count(1)
    find.press("Enter")  # saves nothing
    entries.get_by_role("button").click()
    assert condition(page) == 'action.at.getDayOfWeek("Europe/Berlin") in [0, 6]'
    field = page.get_by_label("Condition", exact=True)
    field.press("End")
    field.type(" && ")
    find.fill("unregistered")
    page.get_by_role("button", name="agent.type", exact=True).click()
    field.type(' == "unregistered"')
    assert condition(page) == 'action.at.getDayOfWeek("Europe/Berlin") in [0, 6] && agent.type == "unregistered"'
    expect(page.get_by_role("status").first).to_contain_text("It is a condition")
    expect(page).to_have_url(re.compile(re.escape(ADD)))


def test_without_a_script_it_is_tried_on_a_page_of_its_own(live_portal: LivePortal, page_of: PageOf) -> None:
    number = submit(live_portal)
    page = page_of("adam", java_script_enabled=False)
    page.goto(f"{ADD}?template=unregistered-agents")
    page.get_by_label("or its number").fill(str(number))
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Try it").click()
    tried = opened.value
    expect(tried.get_by_text("Nothing is saved here.")).to_be_visible()
    expect(tried.locator(".parts > li > .answer")).to_have_text("does not hold")
    expect(page.get_by_label("Condition", exact=True)).to_have_value('agent.type == "unregistered" && risk.score >= 50')


def test_signing_out_meanwhile_loses_nothing(page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto(ADD)
    page.context.clear_cookies()
    page.get_by_label("Condition", exact=True).fill("risk.score > 5")
    expect(page.get_by_role("status").first).to_contain_text(re.compile("You are signed out|The portal did not answer"))
    assert condition(page) == "risk.score > 5"


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_wider_than_the_screen(page_of: PageOf, width: int) -> None:
    page = page_of("adam", viewport={"width": width, "height": 800})
    for address in (f"{ADD}?template=recipients-outside", "/admin/governance/policy/templates/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address

"""An admin tunes the rules of risk: builds a vector, picks techniques, sees what the draft would do, and saves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.agents import submit
from tests.browser.looks import assert_accessible, assert_fits_at, at_every_size
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
PageOf = Callable[..., Page]

RULES = "/admin/governance"
ADD = f"{RULES}/actiontyperule/add/"


def opened(page: Page, model: str, name: str) -> Page:
    """The form of a rule, found in its list as an admin finds it."""
    page.goto(f"{RULES}/{model}/")
    search = page.get_by_role("textbox", name=re.compile("^Search"))
    if search.count():  # four levels need no search
        search.fill(name)
        search.press("Enter")
    page.locator("#result_list tbody th a", has_text=re.compile(f"^{re.escape(name)}")).first.click()
    expect(page.locator(".draft")).to_be_visible()
    page.wait_for_load_state()
    return page


def draft(page: Page) -> Locator:
    return page.locator(".draft-in")


def save(page: Page, because: str) -> None:
    """Save for a reason, and say so when asked that no replay is wanted."""
    page.get_by_label("Reason for this change").fill(because)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile(r"Rulebook version \d+ is in force\."))).to_be_visible()


def answer(page: Page, question: str, words: str) -> None:
    """Answer one question of the vector builder."""
    page.get_by_role("group", name=question).locator("visible=true").get_by_label(words, exact=True).check()


def test_it_works(live_portal: LivePortal, page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto("/admin/")
    page.get_by_role("link", name="Add to Action types").click()
    page.get_by_label("Action type").fill("ship.parcel")
    page.get_by_label("Why", exact=True).fill("It leaves the house.")
    page.get_by_text("Medium 60").click()
    expect(draft(page)).to_contain_text("Approved by the rules")
    page.get_by_text("High 85").click()
    expect(draft(page)).to_contain_text("Waits for a reviewer of level 3")
    page.get_by_label("Extra points").fill("2.5")
    expect(draft(page)).to_contain_text("High 87.5")
    for question, words in (
        ("How would it be reached?", "Over the network, from anywhere"),
        ("How easily?", "Straight away"),
        ("Which rights does it take?", "Those of an ordinary user"),
        ("Must somebody else do something?", "No"),
        ("Does the harm reach other systems?", "No"),
        ("Could data become known?", "Entirely"),
        ("Could data become wrong?", "No"),
    ):
        answer(page, question, words)
    expect(page.locator(".vector-result")).to_contain_text("1 question still open: Availability (A)")
    answer(page, "Could it stop working?", "No")
    expect(page.get_by_label("CVSS vector")).to_have_value("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N")
    expect(page.locator(".vector-result")).to_contain_text("Medium 6.5 of 10")
    techniques = page.get_by_role("combobox", name="Techniques")
    techniques.press_sequentially("cloud stor")
    page.get_by_role("option", name="T1567.002").click()
    expect(page.get_by_label("T1567.002 Exfiltration to Cloud Storage")).to_be_checked()
    expect(page.get_by_text("No mapping of techniques to controls is loaded yet")).to_be_visible()
    save(page, "We ship parcels now.")
    page.goto("/admin/")
    expect(page.locator(".in-force")).to_contain_text("by adam because: We ship parcels now.")
    number = submit(
        live_portal, action_type="ship.parcel", tool_name="post", resource="parcel-7", description="Sends it"
    )
    page.goto(f"/actions/{number}/")
    expect(page.get_by_role("main")).to_contain_text("87.5")
    expect(page.get_by_role("main")).to_contain_text("T1567.002")


def test_by_keyboard_alone(live_portal: LivePortal, page_of: PageOf) -> None:
    page = opened(page_of("adam"), "actiontyperule", "query")
    techniques = page.get_by_role("combobox", name="Techniques")
    techniques.focus()
    page.keyboard.type("destruction")
    expect(page.get_by_role("option", name="T1485")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".matches [aria-selected=true]")).to_contain_text("T1485")
    expect(techniques).to_have_attribute("aria-activedescendant", "id_techniques_matches_1")
    page.keyboard.press("Enter")
    expect(page.get_by_label("T1485 Data Destruction")).to_be_checked()
    expect(techniques).to_be_focused()
    page.keyboard.type("zzz")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.keyboard.press("Enter")  # does not send the form
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("T1485 Data Destruction")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("T1485 Data Destruction")).not_to_be_checked()
    page.keyboard.press("Space")
    page.get_by_role("radiogroup", name="Level").get_by_label("Low 35").focus()
    page.keyboard.press("ArrowDown")
    expect(draft(page)).to_contain_text("Medium 60")
    page.get_by_text("Build it by answering questions").focus()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Could data become wrong?").locator("visible=true").get_by_label("No").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("CVSS vector")).to_have_value("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N")
    expect(page.locator(".vector-result")).to_contain_text("Medium 5.4")
    page.get_by_label("Reason for this change").focus()
    page.keyboard.type("Checked by keyboard.")
    for _ in range(3):  # past the replay's choice and its button
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Save without a replay").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"Rulebook version \d+ is in force\."))).to_be_visible()
    opened(page, "actiontyperule", "query")
    expect(page.get_by_label("T1485 Data Destruction")).to_be_checked()


def test_a_typed_vector_is_read_back(page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto(ADD)
    page.wait_for_load_state()
    vector = page.get_by_label("CVSS vector")
    vector.fill("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N")
    expect(page.get_by_label("By hand, at the machine").locator("visible=true")).to_be_checked()
    expect(page.get_by_label("CVSS 4.0")).to_be_checked()
    expect(page.locator(".vector-result")).to_contain_text("base score of CVSS 4.0")
    vector.fill("CVSS:4.0/AV:P/AC:X")
    expect(page.locator(".vector-result")).to_contain_text("questions still open")
    vector.fill("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:L/A:N")
    expect(page.get_by_label("CVSS 3.1")).to_be_checked()
    page.get_by_label("CVSS 4.0").check()
    # What both versions ask is carried over; what only the other asks stays open.
    expect(vector).to_have_value("CVSS:4.0/AV:N/AC:L/PR:L/VC:H/VI:L/VA:N")
    expect(page.locator(".vector-result")).to_contain_text("5 questions still open: Attack requirements (AT)")


def test_suggested_controls_are_added_by_a_click(live_portal: LivePortal, page_of: PageOf) -> None:
    live_portal.manage(
        "shell", "-c",
        "from governance.models import *;"
        "Mitigation.objects.create(technique=Technique.objects.get(external_id='T1657'),"
        " control=Control.objects.get(control_id='SI-4'))",
    )  # fmt: skip
    page = opened(page_of("adam"), "actiontyperule", "transaction")
    button = page.get_by_role("button", name="Add SI-4 System Monitoring")
    button.click()
    expect(page.get_by_label("SI-4 System Monitoring")).to_be_checked()
    expect(button).to_have_count(0)
    expect(page.get_by_text("names no further control")).to_be_visible()


def test_words_are_tried_while_one_types(page_of: PageOf) -> None:
    page = opened(page_of("adam"), "evidencerule", "Production")
    page.get_by_label("A description, a resource, a value").fill("restart prodDb now")
    expect(page.locator("mark")).to_have_text(["prod"])
    page.get_by_role("textbox", name="Words").press_sequentially("\nrestart\n")
    expect(page.locator("mark")).to_have_text(["restart", "prod"])
    page.get_by_role("textbox", name="Words").fill("x")
    expect(draft(page)).to_contain_text("“x” is too short")


def test_an_indicator_is_a_sentence_while_one_types(page_of: PageOf) -> None:
    page = opened(page_of("adam"), "indicatorrule", "Sensitive data")
    expect(draft(page)).to_contain_text("When the agent declares data_sensitivity = high, the score rises by 15")
    page.get_by_label("Confidentiality").select_option("H")
    page.get_by_label("Points").fill("20")
    expect(draft(page)).to_contain_text("rises by 20 but not above 85 and CVSS is computed with confidentiality")


def test_moving_a_level_shows_what_turns(page_of: PageOf) -> None:
    page = opened(page_of("adam"), "levelscore", "Medium")
    page.get_by_label("Score").fill("55")
    expect(draft(page)).to_contain_text("action types would be answered otherwise")
    page.get_by_label("Score").fill("80")
    expect(draft(page)).to_contain_text("A score of 80 would be called high, not medium.")


def test_the_unclassified_row_warns_in_its_form(page_of: PageOf) -> None:
    page = opened(page_of("adam"), "actiontyperule", "*")
    expect(page.get_by_text("The unclassified row.")).to_be_visible()
    page.get_by_label("Extra points").fill("0")
    expect(draft(page)).to_contain_text("nobody looks at it when the agent is supervised or unregistered")


def test_a_lost_session_is_said(page_of: PageOf) -> None:
    page = opened(page_of("adam"), "actiontyperule", "transaction")
    page.context.clear_cookies()
    page.get_by_label("Extra points").fill("5")
    expect(draft(page)).to_contain_text(re.compile("You are signed out|did not answer"))
    expect(page.get_by_label("Extra points")).to_have_value("5")


def test_without_a_script_the_form_still_saves(page_of: PageOf) -> None:
    page = page_of("adam", java_script_enabled=False)
    page.goto(f"{RULES}/actiontyperule/?q=analysis")
    page.get_by_role("link", name="analysis", exact=True).click()
    expect(draft(page)).to_contain_text("Low 35")
    expect(page.locator(".builder")).to_be_hidden()
    page.get_by_role("textbox", name="Techniques").fill("T1046, T1082")
    save(page, "By hand.")


@at_every_size
def test_the_desk_is_accessible(page_of: PageOf, size: dict[str, int]) -> None:
    page = page_of("adam", viewport=size)
    lists = ("actiontyperule", "evidencerule", "indicatorrule", "levelscore", "policy", "threshold", "technique")
    for address in ("/admin/", *(f"{RULES}/{name}/" for name in lists)):
        page.goto(address)
        assert_accessible(page)
    page.goto(ADD)
    page.wait_for_load_state("networkidle")
    assert_accessible(page)
    for model, name in (("evidencerule", "Production"), ("indicatorrule", "Health data"), ("levelscore", "High")):
        opened(page, model, name)
        assert_accessible(page)
    opened(page, "actiontyperule", "transaction")
    page.get_by_text("Build it by answering questions").click()
    page.get_by_role("combobox", name="Techniques").press_sequentially("exfil")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_role("option").first).to_be_visible()  # and was all the while
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errornote").first).to_be_visible()
    assert_accessible(page)


def test_nothing_hangs_over_the_edge(page_of: PageOf) -> None:
    page = page_of("adam")
    for address in ("/admin/", ADD, f"{RULES}/actiontyperule/", f"{RULES}/indicatorrule/", f"{RULES}/levelscore/"):
        page.goto(address)
        assert_fits_at(page, (1200, 1040, 760, 320))


def test_the_theme_follows_the_system_until_one_chooses(page_of: PageOf) -> None:
    page = page_of("adam", color_scheme="dark")
    page.goto("/admin/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(16, 19, 26)"
    for choice, shown in (("Light", "rgb(246, 247, 249)"), ("As the system", "rgb(16, 19, 26)")):
        page.goto("/settings/")
        page.get_by_label("Colours").select_option(choice)
        page.locator("#display").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved how the pages are shown.")).to_be_visible()
        page.goto("/admin/")
        assert page.evaluate(ground) == shown


def test_the_way_back_to_the_portal(page_of: PageOf) -> None:
    page = page_of("adam")
    page.goto(ADD)
    page.get_by_role("navigation", name="Portal").get_by_role("link", name="History").click()
    expect(page).to_have_url(re.compile("/history/$"))
    page.get_by_role("link", name="Admin").click()
    page.get_by_role("link", name="Foureyes").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("to decide")

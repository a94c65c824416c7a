"""Rules in files, in a real browser: out, edited, looked at, confirmed, and back. Also without any script."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import submit
from tests.browser.looks import assert_accessible, at_every_size
from tests.support.portal import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]
LIST = "/admin/governance/evidencerule/"
# The page's own part: the frame around it is Django's, and looked at with the lists and forms of the rules.
PART = "#content-main"


def exported(page: Page, folder: Path) -> list[dict[str, str]]:
    """The list's own file, as a person downloads it."""
    page.goto(LIST)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def saved(rows: list[dict[str, str]], path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, list(rows[0]), delimiter=";")
        lines.writeheader()
        lines.writerows(rows)
    return path


def look(page: Page, path: Path) -> None:
    """The first step."""
    page.goto(LIST)
    page.get_by_role("link", name="Import").click()
    page.get_by_label("CSV or XLSX file").set_input_files(path)
    page.get_by_role("button", name="Show what it would change").click()


def confirm_unseen(page: Page, reason: str, button: str) -> None:
    """Without having looked at the replay, and saying so when asked."""
    page.get_by_label("Reason for this change").fill(reason)
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name=button, exact=True).click()


def test_out_and_in_and_back_without_a_script(page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of("adam", java_script_enabled=False)
    rows = exported(page, tmp_path)
    production = next(row for row in rows if row["name"] == "Production")
    was, production["points"] = production["points"], "7,5"
    production["enabled"] = "no"
    look(page, saved(rows, tmp_path / "mine.csv"))
    expect(page.get_by_role("heading", name="What mine.csv would change")).to_be_visible()
    expect(page.locator("ul.diff")).to_contain_text([f"points: {was} 7.5"])
    confirm_unseen(page, "Agreed on Monday.", "Change these rules")
    expect(page.locator(".messagelist")).to_contain_text("1 changed, 0 new: rulebook version")
    # And back, by the rule's own history.
    page.get_by_role("link", name="Production", exact=True).click()
    page.get_by_role("link", name="History", exact=True).last.click()
    expect(page.locator("#content-main")).to_contain_text("changed evidence rule Production: Agreed on Monday.")
    page.get_by_role("link", name="Restore").last.click()
    expect(page.locator("input[name=points]")).to_have_value(f"{float(was)}")
    expect(page.locator("input[name=is_enabled]")).to_be_checked()
    confirm_unseen(page, "Not yet.", "Save")
    expect(page.locator(".messagelist")).to_contain_text("is in force.")


def test_a_file_and_a_version_are_replayed_before_they_are_confirmed(
    live_portal: LivePortal, page_of: Callable[..., Page], tmp_path: Path
) -> None:
    submit(live_portal)
    page = page_of("adam")
    rows = exported(page, tmp_path)
    rows.append(rows[0] | {"name": "Customers", "words": "customer", "points": "50", "up_to": "100", "enabled": "yes"})
    look(page, saved(rows, tmp_path / "customers.csv"))
    answer, warning = page.locator("#replay-answer"), page.get_by_text("You have not looked at what this draft would")
    page.get_by_label("Reason for this change").fill("Agreed on Monday.")
    page.get_by_role("button", name="Change these rules").click()
    expect(warning).to_be_visible()
    expect(page.get_by_label("Save without a replay")).not_to_be_checked()
    page.get_by_role("button", name="Replay this draft").click()
    expect(answer).to_contain_text("1 of 1 past actions would come out differently.")
    assert_accessible(page, within=PART)
    page.get_by_role("button", name="Change these rules").click()
    expect(page.locator(".messagelist")).to_contain_text("0 changed, 1 new: rulebook version")
    page.goto("/admin/governance/rulebookversion/1/restore/")
    page.get_by_role("button", name="Replay this draft").click()
    expect(answer).to_contain_text("1 of 1 past actions would come out differently.")
    page.get_by_label("Reason for this change").fill("Not yet.")
    page.get_by_role("button", name="Bring this version back").click()
    expect(page.locator(".messagelist")).to_contain_text("The rules are those of version 1 again")


def test_a_replay_without_a_script_has_a_tab_of_its_own(page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of("adam", java_script_enabled=False)
    rows = exported(page, tmp_path)
    look(page, saved([rows[0] | {"points": "9"}], tmp_path / "nine.csv"))
    page.get_by_label("Reason for this change").fill("Nine is enough.")
    with page.expect_popup() as tab:
        page.get_by_role("button", name="Replay this draft in a new tab").click()
    expect(tab.value.get_by_role("heading", name="import of nine.csv (evidence rules)")).to_be_visible()
    expect(tab.value.locator(".replay-answer")).to_contain_text("past actions would come out differently.")
    page.get_by_role("button", name="Change these rules").click()
    expect(page.locator(".messagelist")).to_contain_text("1 changed, 0 new: rulebook version")


def test_a_file_larger_than_the_server_reads(page_of: Callable[..., Page], tmp_path: Path) -> None:
    """The dispatcher cuts such a body off; the page still says why nothing came of it."""
    page = page_of("adam")
    path = tmp_path / "huge.csv"
    path.write_bytes(b"name\n" + b"x" * 6_000_000)
    look(page, path)
    expect(page.locator(".errorlist")).to_contain_text("The file is larger than 1 MB.")


@at_every_size
def test_every_page_can_be_read_by_everybody(
    page_of: Callable[..., Page], tmp_path: Path, size: dict[str, int]
) -> None:
    page = page_of("adam", viewport=size)
    rows = exported(page, tmp_path)
    rows[0]["reason"] = f"Something else, {size['width']}: a longer sentence with\u202e more in it. <b>x</b>"
    new = rows[0] | {"name": f"{size['width']}{'o' * 85}", "words": "acme\nbig corp"}
    look(page, saved([*rows, new], tmp_path / f"{'n' * 80}.csv"))
    assert_accessible(page, within=PART)
    page.get_by_label("Reason for this change").fill("A reason.")
    page.get_by_role("button", name="Change these rules").click()
    assert_accessible(page, within=PART)
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name="Change these rules").click()
    look(page, saved([rows[0] | {"points": "many", "enabled": "perhaps"}], tmp_path / "wrong.csv"))
    expect(page.get_by_role("heading", name="Wrong: 1")).to_be_visible()
    assert_accessible(page, within=PART)
    page.goto(LIST)
    page.locator("#result_list tbody th a").first.click()
    page.goto(page.url.replace("/change/", "/history/"))
    assert_accessible(page, within=PART)
    for place in ("1/compare/?other=2", "1/restore/", "1/change/"):
        page.goto(f"/admin/governance/rulebookversion/{place}")
        assert_accessible(page, within=PART)

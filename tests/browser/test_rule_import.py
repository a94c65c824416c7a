"""Rules in files, in a real browser: out, edited, looked at, confirmed, and back. Also without any script."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.live]
LIST = "/admin/governance/evidencerule/"
DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}


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


def test_out_and_in_and_back_without_a_script(page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of("adam", java_script_enabled=False)
    rows = exported(page, tmp_path)
    production = next(row for row in rows if row["name"] == "Production")
    was, production["points"] = production["points"], "7,5"
    production["enabled"] = "no"
    look(page, saved(rows, tmp_path / "mine.csv"))
    expect(page.get_by_role("heading", name="What mine.csv would change")).to_be_visible()
    expect(page.locator("ul.diff")).to_contain_text([f"points: {was} 7.5"])
    page.get_by_label("Reason for this change").fill("Agreed on Monday.")
    page.get_by_role("button", name="Change these rules").click()
    expect(page.locator(".messagelist")).to_contain_text("1 changed, 0 new: rulebook version")
    # And back, by the rule's own history.
    page.get_by_role("link", name="Production", exact=True).click()
    page.get_by_role("link", name="History", exact=True).last.click()
    expect(page.locator("#content-main")).to_contain_text("changed evidence rule Production: Agreed on Monday.")
    page.get_by_role("link", name="Restore").last.click()
    expect(page.locator("input[name=points]")).to_have_value(f"{float(was)}")
    expect(page.locator("input[name=is_enabled]")).to_be_checked()
    page.get_by_label("Reason for this change").fill("Not yet.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Save without a replay").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("is in force.")


def test_a_file_larger_than_the_server_reads(page_of: Callable[..., Page], tmp_path: Path) -> None:
    """The dispatcher cuts such a body off; the page still says why nothing came of it."""
    page = page_of("adam")
    path = tmp_path / "huge.csv"
    path.write_bytes(b"name\n" + b"x" * 6_000_000)
    look(page, path)
    expect(page.locator(".errorlist")).to_contain_text("The file is larger than 1 MB.")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(
    page_of: Callable[..., Page], tmp_path: Path, scheme: str, size: dict[str, int]
) -> None:
    page = page_of("adam", color_scheme=scheme, viewport=size)
    rows = exported(page, tmp_path)
    rows[0]["reason"] = f"Something else, {scheme} {size['width']}: a longer sentence with\u202e more in it. <b>x</b>"
    new = rows[0] | {"name": f"{scheme}{size['width']}{'o' * 80}", "words": "acme\nbig corp"}
    look(page, saved([*rows, new], tmp_path / f"{'n' * 80}.csv"))
    assert_readable(page)
    page.get_by_label("Reason for this change").fill("A reason.")
    page.get_by_role("button", name="Change these rules").click()
    look(page, saved([rows[0] | {"points": "many", "enabled": "perhaps"}], tmp_path / "wrong.csv"))
    expect(page.get_by_role("heading", name="Wrong: 1")).to_be_visible()
    assert_readable(page)
    page.goto(LIST)
    page.locator("#result_list tbody th a").first.click()
    page.goto(page.url.replace("/change/", "/history/"))
    assert_readable(page)
    for place in ("1/compare/?other=2", "1/restore/", "1/change/"):
        page.goto(f"/admin/governance/rulebookversion/{place}")
        assert_readable(page)


def assert_readable(page: Page) -> None:
    """Nothing wrong in the page's own part: the frame around it is Django's, and tested with it."""
    # Without preload: axe would put an inline style sheet into the page to read what Django's CSS imports.
    found = Axe().run(page, context={"include": [["#content-main"]]}, options={"preload": False})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"

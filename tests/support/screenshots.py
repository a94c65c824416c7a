"""`make screenshots`: the pictures of docs/screenshots, taken of a portal of their own.

The portal is new, on a free port, and holds tests/support/world.py; its clock stands at that world's NOW, so the same
pages give the same pictures. Nobody's own portal or data is touched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import environment
from tests.support.browser import CHROMIUM, sign_in
from tests.support.palette import smaller
from tests.support.portal import LivePortal, free_port, python
from tests.support.world import PASSWORD

FOLDER = environment.ROOT / "docs" / "screenshots"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MOST = 150_000

# name: (who, where); a word in braces is the id of the latest action whose description holds it.
PAGES = {
    "queue": ("nora", "/"),
    "action": ("nora", "/actions/{ACME}/"),
    "dashboard": ("nora", "/dashboard/?days=30"),
    "agent": ("nora", "/agents/2/"),
    "policies": ("nora", "/rules/"),
    "policy-form": ("ada", "/admin/governance/policy/1/change/"),
    "actions": ("nora", "/actions/"),
    "oversight": ("theo", "/oversight/"),
}
# Of these one look is enough: dark changes no more of them than of the others.
ONCE = ("actions", "oversight")
LOOKS = {
    "light": ({"viewport": DESK, "color_scheme": "light"}, tuple(PAGES)),
    "dark": ({"viewport": DESK, "color_scheme": "dark"}, tuple(name for name in PAGES if name not in ONCE)),
    "phone": (
        {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
        ("queue", "action", "dashboard", "agent", "actions"),
    ),
}


def main() -> int:
    """Take every picture; the exit status."""
    if not CHROMIUM.exists():
        print(f"no Chromium at {CHROMIUM}: install it (apt-get install chromium) or name it in CHROMIUM")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    too_big = []
    with _portal() as (portal, ids), sync_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        arguments = [*as_root, "--disable-gpu", "--font-render-hinting=none"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for path in _pictures(browser, portal, ids):
            size = path.stat().st_size
            print(f"{size // 1000:4} KB  {path.relative_to(environment.ROOT)}")
            if size > MOST:
                too_big.append(path.name)
        browser.close()
    if too_big:
        print(f"Larger than {MOST // 1000} KB: {', '.join(too_big)}.")
    return 1 if too_big else 0


@contextmanager
def _portal() -> Iterator[tuple[LivePortal, dict[str, str]]]:
    """A portal that holds the world, and the ids of its actions by the words PAGES knows them by."""
    with tempfile.TemporaryDirectory(prefix="foureyes-screenshots-") as name:
        directory = Path(name)
        portal = LivePortal(directory, f"sqlite:///{directory / 'db.sqlite3'}", {}, free_port())
        portal.server = ("tests.support.fixed_clock",)
        portal.manage("migrate", "--verbosity=0")
        ids = dict(line.split() for line in python(portal.environment, "-m", "tests.support.world").splitlines())
        portal.start()
        try:
            yield portal, ids
        finally:
            portal.kill9()


def _pictures(browser: Browser, portal: LivePortal, ids: dict[str, str]) -> Iterator[Path]:
    for look, (options, names) in LOOKS.items():
        for who in dict.fromkeys(PAGES[name][0] for name in names):
            context = browser.new_context(base_url=portal.base_url, reduced_motion="reduce", **options)  # type: ignore[arg-type]
            page = context.new_page()
            sign_in(page, who, PASSWORD)
            for name in names:
                if PAGES[name][0] == who:
                    yield _picture(page, PAGES[name][1].format(**ids), f"{name}-{look}.png")
            context.close()


def _picture(page: Page, where: str, name: str) -> Path:
    answer = page.goto(where, wait_until="networkidle" if "/admin/" in where else "load")
    assert answer and answer.ok, f"{where} answered {answer and answer.status}"
    page.evaluate("document.activeElement?.blur()")
    path = FOLDER / name
    path.write_bytes(smaller(page.screenshot(animations="disabled", caret="hide")))
    return path


if __name__ == "__main__":
    sys.exit(main())

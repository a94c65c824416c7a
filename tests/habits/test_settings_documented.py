"""Every environment variable has its line in docs/settings.md, and the page promises no other."""

from __future__ import annotations

import re

from tests.habits.tree import ROOT
from tests.support.environment import SETTINGS_FILE, variables_read


def documented(page: str) -> set[str]:
    """The names in the first column of the page's tables."""
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]*)` \|", page, re.MULTILINE))


def test_the_page_and_the_settings_agree() -> None:
    assert documented((ROOT / "docs" / "settings.md").read_text()) == variables_read(SETTINGS_FILE.read_text())


def test_the_rule_itself() -> None:
    assert documented("| `PORT` | The port. |\nsee `HOST`") == {"PORT"}
    assert variables_read('PORT = env.int("PORT", default=8000)\nX = os.path.join("HOST")') == {"PORT"}

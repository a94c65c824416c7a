"""Nothing in the repository points at one machine or at one place to install from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.habits.tree import ROOT, every_file

# Put together here, so that this file does not complain about itself.
FORBIDDEN = [
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/",
    r"(?:index-url|trusted-host|find-links)\b",
    r"\b(?:files\.python" + r"hosted|pypi\.org/simple|artifact" + r"ory|nex" + r"us\.\w+)",
]
_TEXT = {*".py .md .txt .toml .cfg .ini .html .css .js .json .yml .yaml .sh".split(), ""}


def machine_names(text: str) -> list[str]:
    """The words in a text that only mean something on one machine."""
    return [match[0] for pattern in FORBIDDEN for match in re.finditer(pattern, text)]


def _text_of(path: Path) -> str:
    return path.read_text(errors="replace") if path.suffix in _TEXT else ""


def test_no_file_names_a_machine() -> None:
    here = Path(__file__)
    found = {str(path.relative_to(ROOT)): machine_names(_text_of(path)) for path in every_file() if path != here}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("see docs/settings.md", "see /Users/grace/docs"),
        ("tests/home/x.py", "cp /home/grace/x ."),
        ("an index of urls", "pip install --index-url=x"),
    ],
)
def test_the_rule_itself(good: str, bad: str) -> None:
    assert machine_names(good) == []
    assert len(machine_names(bad)) == 1

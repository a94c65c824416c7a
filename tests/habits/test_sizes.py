"""Files one can read in one sitting."""

from __future__ import annotations

from tests.habits.tree import PACKAGES, python_sources

MOST_LINES = 320

# Longer ones, each with its reason.
LONG: dict[str, str] = {}


def too_long(name: str, text: str) -> bool:
    return len(text.splitlines()) > MOST_LINES and name not in LONG


def test_no_file_is_too_long() -> None:
    sources = python_sources(*PACKAGES, "tests", "sdk", "benchmarks")
    assert {
        source.name: len(source.text.splitlines()) for source in sources if too_long(source.name, source.text)
    } == {}


def test_the_rule_itself() -> None:
    assert not too_long("a.py", "\n" * MOST_LINES)
    assert too_long("a.py", "\n" * (MOST_LINES + 1))

"""What README.md and the guides point at is there: every relative link, picture and heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.habits.tree import ROOT

GUIDES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]

_LINK = re.compile(
    r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)|<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=\"([^\"\s]+)", re.DOTALL
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def broken(text: str, page: Path) -> Iterator[str]:
    """The relative links of a page that lead nowhere."""
    for found in _LINK.finditer(_CODE.sub("", text)):
        link = found[1] or found[2]
        if _ELSEWHERE.match(link):
            continue
        where, _, heading = link.partition("#")
        target = (page.parent / where).resolve() if where else page
        if not target.exists() or (heading and target.suffix == ".md" and heading not in _headings(target)):
            yield link


def _headings(page: Path) -> set[str]:
    """The names a heading can be linked by."""
    lines = re.findall(r"^#+ +(.+?) *$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    assert not list(broken(page.read_text(), page))


def test_a_link_that_leads_nowhere_is_found() -> None:
    text = (
        '[a](docs/none.md) ![b](docs/none.png) <img src="none.png"> [c](#no-such) `[d](x.md)` [e](https://example.org)'
    )
    assert list(broken(text, ROOT / "README.md")) == ["docs/none.md", "docs/none.png", "none.png", "#no-such"]


def test_the_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "screenshots").glob("*.png"))
    assert pictures and all(one.stat().st_size < 150_000 for one in pictures)

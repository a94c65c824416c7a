"""What a window's width changes in the style sheets is where things stand, and no colour of its own."""

from __future__ import annotations

import re

import pytest

from tests.support.environment import ROOT

SHEETS = sorted((ROOT / "reviews" / "static" / "foureyes").glob("*.css"))
# A colour by number or function: everything else is a name that both themes define.
OWN = re.compile(r"[\s:,(](#[0-9a-fA-F]{3,8}\b|(?:rgb|hsl|oklch|oklab|lab|lch|color)a?\()")


def at_widths(sheet: str) -> list[str]:
    """The insides of the queries that ask for a width."""
    found = []
    for query in re.finditer(r"@media([^{]*)\{", sheet):
        if "width" not in query[1]:
            continue
        end, depth = query.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        found.append(sheet[query.end() : end - 1])
    return found


def own_colours(sheet: str) -> list[str]:
    """Colours that only some widths have. What a mask is made of is no colour."""
    declared = (one for inside in at_widths(sheet) for one in re.split(r"[;{}]", inside) if "mask" not in one)
    return [one.strip() for one in declared if re.match(r"\s*[-\w]+\s*:", one) and OWN.search(one)]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_widths_change_no_colours(path: object) -> None:
    """So a phone's page need not be looked at in each theme: tests/browser/looks.py."""
    assert own_colours(path.read_text()) == []  # type: ignore[attr-defined]


def test_it_would_be_found() -> None:
    sheet = "p { color: #123 } @media (max-width: 46rem) { p { color: var(--ink) } b { background: #fff } }"
    assert own_colours(sheet) == ["background: #fff"]
    assert own_colours("@media print { b { color: #000 } }") == []

"""Hundreds of texts that try to deceive: what they hide is drawn on the screen, pixel by pixel (threats S3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.agents import submit
from tests.browser.corpus import KINDS, TEXTS, Text
from tests.browser.drawn import Wanted, faults, in_full_height
from tests.browser.looks import DESK, PHONE, assert_fits
from tests.reviews.pages import hostile_fields
from tests.support.portal import LivePortal

# What is drawn is the same whatever engine the text comes from.
pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]

# Only the action's own facts and the agent's own words; what may be cut elsewhere is whole in one of them.
SAID = ".said blockquote"


def submission(texts: list[Text]) -> dict[str, Any]:
    """An action with every text of a kind among its details, and the shortest in every other field of an agent's."""
    shortest = shortest_of(texts)
    fields = hostile_fields(shortest.text[:300])
    fields["description"] = shortest.text
    fields["action_details"] |= {key_of(number): one.text for number, one in enumerate(texts)}
    return fields


def shortest_of(texts: list[Text]) -> Text:
    """Without blanks around it, which the portal takes from a description."""
    return min((one for one in texts if one.text == one.text.strip()), key=lambda one: len(one.text))


def key_of(number: int) -> str:
    return f"t{number:03}"


def wanted_of(texts: list[Text]) -> list[Wanted]:
    """Where each of the words must be drawn: in the row of its text, and in the box of what the agent says."""
    shortest = shortest_of(texts)
    rows: list[Wanted] = [("", key_of(number), word) for number, one in enumerate(texts) for word in one.seen]
    return [*rows, *((SAID, None, word) for word in shortest.seen)]


@pytest.fixture
def blank(chromium: Browser) -> Any:
    """An empty page, to look at pictures in."""
    page = chromium.new_page()
    yield page
    page.close()


def test_the_corpus_is_what_it_says() -> None:
    assert len({one.text for one in TEXTS}) == len(TEXTS) >= 300
    assert Counter(one.kind for one in TEXTS) == {kind: len(texts) for kind, texts in KINDS.items()}
    assert all(one.seen for one in TEXTS)


@pytest.fixture(scope="module")
def numbers(live_portal: LivePortal) -> dict[str, int]:
    """An action for each kind of text."""
    return {kind: submit(live_portal, **submission(texts)) for kind, texts in KINDS.items()}


def test_whatever_hides_is_drawn(numbers: dict[str, int], page_of: Callable[..., Page], blank: Page) -> None:
    page, missing = page_of("sina"), {}
    for kind, number in numbers.items():
        page.goto(f"/actions/{number}/")
        for size, theme in ((DESK, "light"), (PHONE, "dark")):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            in_full_height(page, size["width"])
            assert_fits(page)
            found = faults(page, blank, wanted_of(KINDS[kind]))
            missing |= {(kind, theme, *word): fault for word, fault in found.items()}
        shown = page.locator("main").inner_text()
        assert not {char for char in shown if not char.isprintable()} - {"\n", "\t", "\xa0"}, kind
    assert not missing, "\n".join(f"{fault}: {where}" for where, fault in missing.items())


_FIND = """const lines = [...document.querySelectorAll('#payload li')];
    const row = lines.find((li) => li.querySelector('.k').textContent === key), mark = row.querySelector('.ctrl');"""
# Each of these leaves the word in the page and takes it from the reader: what a careless style could do.
HIDES = {
    "cut off": "row.style.overflow = 'hidden'; row.style.height = 0",
    "no size": "mark.style.fontSize = 0; mark.style.padding = 0",
    "hardly any size": "mark.style.display = 'inline-block'; mark.style.transform = 'scale(0.05)'",
    "transparent": "mark.style.opacity = 0.02",
    "invisible": "mark.style.visibility = 'hidden'",
    "its ground's colour": "mark.style.color = mark.style.background = 'rgb(250, 250, 250)'; mark.style.border = 0",
    "a clear colour": "mark.style.color = 'transparent'; mark.style.border = 0",
    "beyond the edge": "mark.style.position = 'absolute'; mark.style.left = '-9999px'",
    "not named": "mark.textContent = '\\u202e'",
    "clipped": "mark.style.clipPath = 'inset(50%)'; mark.style.display = 'inline-block'",
    "covered": """const lid = document.body.appendChild(document.createElement('div'));
        const box = mark.getBoundingClientRect();
        Object.assign(lid.style, {position: 'absolute', background: 'white', left: box.left + scrollX + 'px',
        top: box.top + scrollY + 'px', width: box.width + 'px', height: box.height + 'px'})""",
}


def test_the_twin_hides_and_is_caught(numbers: dict[str, int], page_of: Callable[..., Page], blank: Page) -> None:
    kind = "bidi overrides"
    page = page_of("sina")
    page.goto(f"/actions/{numbers[kind]}/")
    in_full_height(page, DESK["width"])
    rows: list[Wanted] = [("", key_of(at), KINDS[kind][at].seen[0]) for at in range(len(HIDES) + 1)]
    assert not faults(page, blank, rows)
    for (_, key, _), hide in zip(rows, HIDES.values(), strict=False):
        page.evaluate(f"(key) => {{ {_FIND} {hide} }}", key)
    assert faults(page, blank, rows).keys() == set(rows[:-1])

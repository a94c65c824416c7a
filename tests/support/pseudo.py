"""A language that nobody speaks: every translated word in letters with marks, so that whatever has none was not.

Where a page is drawn in it, a plain word is English that nobody can translate, or something of the data's.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = "áƀćďéƒğĥíĵķĺḿñóṕɋŕšťúṽŵẋýžÁɃĆĎÉƑĞĤÍĴĶĹḾÑÓṔɊŔŠŤÚṼŴẊÝŽ"
_TABLE = str.maketrans(_PLAIN, _MARKED)
# What of a message is no word of it: places for values, markup, and how Django asks for a form of writing.
_KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|{[^{}]*}|<[^<>]*>|&#?\w+;")


def marked(text: str) -> str:
    """The text in letters with marks, its places for values and its markup as they were."""
    kept = iter(_KEPT.findall(text))
    parts = (part.translate(_TABLE) for part in _KEPT.split(text))
    return "".join(part + next(kept, "") for part in parts)


def is_marked(text: str) -> bool:
    """Whether a word of this language stands in a text."""
    return re.search(rf"[{_MARKED}]{{2}}", text) is not None


def somebodys(number: int, *_limits: int) -> str:
    """What somebody wrote, who writes no Latin letter; long enough for a reason."""
    return f"{number}λόγος και λόγος και λόγος"


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let German be that language until the test ends."""
    german = trans_real.translation("de")
    monkeypatch.setattr(german, "gettext", lambda message: marked(message.rpartition("\x04")[2]), raising=False)
    monkeypatch.setattr(
        german,
        "ngettext",
        lambda one, many, number: marked((one if number == 1 else many).rpartition("\x04")[2]),
        raising=False,
    )


class _Words(HTMLParser):
    """What a page says: its text, its title, and the attributes that are read out or drawn by a script."""

    _SAID = re.compile(r"aria-label|aria-description|placeholder|title|alt|label|data-.*|hx-confirm")
    _NO_LANGUAGE = {"code", "kbd", "script", "style", "pre", "textarea"}

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._NO_LANGUAGE:
            self.within.append(tag)
        given = dict(attrs)
        is_button = tag == "input" and given.get("type") in ("submit", "button", "reset")
        for name, value in attrs:
            if value and (self._SAID.fullmatch(name) or (is_button and name == "value")):
                self.said.append(f"[{name}] {value}")

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within and data.strip():
            self.said.append(" ".join(data.split()))


def said(page: str) -> list[str]:
    """Everything a page says, in the order in which it stands."""
    words = _Words()
    words.feed(page)
    return words.said

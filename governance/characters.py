"""Which characters of an agent's text would deceive a reader, and how each is named instead. PURE.

Nothing here knows HTML: reviews/rendering.py draws what this module finds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Literal

# `show` is drawn as it is; the others are drawn as a visible mark.
Kind = Literal["show", "hidden", "newline", "spaces", "mixed"]

ELLIPSIS = "…"

# Line breaks a text is drawn with; every later one is a mark only, so that no text can push the page away.
MAX_BREAKS = 40
# As many combining marks in a row as a written language needs; what comes after is a flood.
MAX_MARKS = 3

# Invisible although str.isprintable() accepts them: fillers, blanks, joiners and variation selectors.
_BLANKS = frozenset(
    map(
        chr,
        (
            0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
            0xFFFC, 0x1D159, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip

# Cyrillic, Greek, Armenian and Cherokee letters that look like a Latin one, and that one; by code point.
LATIN_TWINS = dict(
    zip(
        map(ord, "асеорухіјѕһԁԛԝӏАВСЕНІЈКМОРЅТХҮԌԜοαινρτυχϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹօսոցհᎪᎬᏔᏃᎻ"),
        "aceopyxijshdqwlABCEHIJKMOPSTXYGWoaivptuxcjABEZHIKMNOPTYXCounghAEWZH",
        strict=True,
    )
)
_FOREIGN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})

# No quantifier below stands beside another that could take the same character: hostile text costs linear time.
_NEWLINES = re.compile(r"((?:\r?\n)+)")
_TOKENS = re.compile(r"(?P<spaces> {4,})|(?P<word>[^\W_]+)|(?P<ascii>[!-/:-@\[-`{-~]+| {1,3})|(?P<other>.)", re.S)


# How to draw a stretch of text, the text, what its mark says, and how often in a row it stands there.
Run = tuple[Kind, str, str, int]
_Piece = tuple[Kind, str, str]


def is_plain(text: str) -> bool:
    """Whether nothing in the text needs a second look: printable ASCII, no flood of spaces, and none at an end."""
    return text.isascii() and text.isprintable() and "    " not in text and text.strip(" ") == text


def is_hidden(char: str) -> bool:
    """Whether a reader would not see this character, or not see it for what it is.

    str.isprintable() is false for Cc, Cf, Cs, Co, Cn, Zl, Zp and every Zs but the plain space.
    """
    return not char.isprintable() or char in _BLANKS


def name_of(char: str) -> str:
    """The visible name of a character: U+200B."""
    return f"U+{ord(char):04X}"


def runs(text: str) -> list[Run]:
    """Cut a text into what may be shown as it is and what must be shown as a mark. Nothing is left out."""
    found: list[Run] = []
    last: _Piece = ("show", "", "")
    inner = text.strip(" ")
    before = text.index(inner) if inner else len(text)
    for piece in chain(_end(before), _pieces(inner), _end(len(text) - len(inner) - before)):
        if piece == last and piece[0] in ("hidden", "spaces", "newline"):
            found[-1] = (*piece, found[-1][3] + 1)
        else:
            found.append((*piece, 1))
            last = piece
    return found


def _end(spaces: int) -> list[_Piece]:
    """Spaces at an end of a text, where nobody sees them."""
    return [("spaces", " " * spaces, "space" if spaces == 1 else f"space × {spaces}")] if spaces else []


def _pieces(text: str) -> Iterator[_Piece]:
    has_latin = any("a" <= char <= "z" or "A" <= char <= "Z" for char in text)
    for index, chunk in enumerate(_NEWLINES.split(text)):
        if index % 2:
            yield "newline", chunk, _newlines(chunk)
        elif is_plain(chunk):
            yield "show", chunk, ""
        else:
            yield from _line(chunk, has_latin)


def _line(line: str, has_latin: bool) -> Iterator[_Piece]:
    # How many more combining marks the last character may carry; none where they would land on a mark of ours.
    room = 0
    for match in _TOKENS.finditer(line):
        group, token = match.lastgroup, match[0]
        if group == "ascii":
            yield "show", token, ""
            room = 0 if token[-1] == " " else MAX_MARKS
        elif group == "word":
            yield from _word(token, has_latin)
            room = MAX_MARKS
        elif group == "spaces":
            yield "spaces", token, f"space × {len(token)}"
            room = 0
        else:
            kind, name = _lone(token)
            if kind == "mark":
                yield ("show", token, "") if room else ("hidden", token, name)
                room = max(0, room - 1)
            else:
                yield kind, token, name  # type: ignore[misc]
                room = 0 if kind == "hidden" else MAX_MARKS


@lru_cache(maxsize=4096)
def _lone(char: str) -> tuple[str, str]:
    """How to draw a character that is no letter and no digit, and its name."""
    if is_hidden(char):
        return "hidden", name_of(char)
    if unicodedata.category(char)[0] == "M":
        return "mark", name_of(char)
    return ("mixed", name_of(char)) if _ascii_twin(char) else ("show", "")


def _newlines(token: str) -> str:
    count = token.count("\n")
    note = "⏎" if count == 1 else f"⏎ × {count}"
    return f"U+000D {note}" if "\r" in token else note


def _word(word: str, has_latin: bool) -> list[_Piece]:
    """A word of letters and digits; fillers hidden inside count as letters, so they are looked for here too."""
    if word.isascii():
        return [("show", word, "")]
    note = _disguise(word, has_latin)
    found: list[_Piece] = []
    start = 0
    for index, char in enumerate(word):
        if is_hidden(char):
            if index > start:
                found.append(("show", word[start:index], ""))
            found.append(("hidden", char, name_of(char)))
            start = index + 1
    if start < len(word):
        found.append(("mixed" if note else "show", word[start:], note))
    return found


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "?").split(" ", 1)[0] if char.isalpha() else ""


@lru_cache(maxsize=4096)
def _ascii_twin(char: str) -> bool:
    """Whether the character is a styled twin of an ASCII one: full-width, mathematical, one-dot leader."""
    if char <= "\u00ff":
        return False
    twin = unicodedata.normalize("NFKC", char)
    return len(twin) == 1 and "!" <= twin <= "~"


def _disguise(word: str, has_latin: bool) -> str:
    """What is wrong with the letters of a word, in words; empty when nothing is."""
    scripts = {_script(char) for char in word} - {""}
    foreign = sorted(scripts & _FOREIGN)
    if foreign and "LATIN" in scripts:
        return f"mixed Latin+{'+'.join(name.title() for name in foreign)}"
    if foreign and has_latin and all(ord(char) in LATIN_TWINS or char.isdigit() for char in word):
        return f"looks Latin, is {foreign[0].title()}"
    if any(map(_ascii_twin, word)):
        return "styled letters"
    return ""


def plain(text: str, *, limit: int | None = None) -> str:
    """A text without HTML, for titles, messages and exports; hidden characters are named in brackets: [U+200B]."""
    whole = text if limit is None or len(text) <= limit else text[:limit] + ELLIPSIS
    return whole if is_plain(whole) else _named(whole)


def _named(text: str) -> str:
    parts: list[str] = []
    for kind, shown, note, count in runs(text):
        if kind == "show":
            parts.append(shown)
        elif kind == "mixed":
            parts.append(f"{shown}[{note}]")
        elif note == "⏎":
            parts.append(" ⏎ " * count)
        else:
            parts.append(f"[{note}]" if count == 1 else f"[{note} × {count}]")
    return "".join(parts)

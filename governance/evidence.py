"""Whole words and phrases found in an action's own text, by RE2: linear time, whatever an admin types. PURE.

A word ends where letters end, so "prod" is in prod_db, prod-01 and prodDb, and not in product_db. Text is
made plain first: compatibility forms, accents and invisible characters can hide a word from a rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import re2
from django.utils.translation import gettext as _

from governance.errors import InvalidRule

MAX_WORDS = 200  # per rule
MAX_WORD_LENGTH = 100  # characters

# Ends a word, and no phrase reaches across it.
_SEPARATOR = "\x1f"

# Our own constant patterns; what an admin types goes through RE2 only.
_BETWEEN_WORDS = re.compile(r"(?:[^\w\x1f]|_)+")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
# A capital after a small letter or a digit, or between a capital and a small letter: a name begins anew before it. The
# capital comes first in the expression, because the engine then looks at capitals only.
_INSIDE_IDENTIFIERS = re.compile(r"[A-Z](?:(?<=[a-z0-9].)|(?<=[A-Z].)(?=[a-z]))")
# The same as _BETWEEN_WORDS where there is ASCII only, which is nearly everywhere.
_BETWEEN_ASCII_WORDS = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != _SEPARATOR}


class Pattern(Protocol):
    """A compiled RE2 expression (the library publishes no type for it)."""

    def search(self, text: str) -> Any: ...


def words_in(lines: str) -> tuple[str, ...]:
    """The words and phrases an admin typed, one per line: plain, lower case, no punctuation, each once.

    Raises InvalidRule when there are none, too many, or one that is too short or too long to mean something.
    """
    words = dict.fromkeys(_spaced(_plain(line)).strip() for line in lines.splitlines())
    words.pop("", None)
    if not words:
        raise _invalid(_("Name at least one word."))
    if len(words) > MAX_WORDS:
        raise _invalid(
            _("{words} words are too many; {max_words} is the limit for one rule.").format(
                words=len(words), max_words=MAX_WORDS
            )
        )
    for word in words:
        if len(word) > MAX_WORD_LENGTH:
            raise _invalid(
                _("“{word}…” is longer than {max_word_length} characters.").format(
                    word=word[:40], max_word_length=MAX_WORD_LENGTH
                )
            )
        if len(word) < 2:
            raise _invalid(_("“{word}” is too short: a word has at least two letters or digits.").format(word=word))
    return tuple(words)


def pattern(words: Iterable[str]) -> Pattern:
    """One expression that finds any of the words (as `words_in` gives them) in a searchable text.

    Raises InvalidRule, with RE2's own sentence, when the words do not make an expression.
    """
    by_edges: dict[tuple[str, str], list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_edges.setdefault((_edge(word[0], "^"), _edge(word[-1], "$")), []).append(re2.escape(word))
    try:
        return re2.compile("|".join(f"{left}({'|'.join(alike)}){right}" for (left, right), alike in by_edges.items()))
    except re2.error as exc:
        raise _invalid(_("The words cannot be searched for: {exc}.").format(exc=exc)) from exc


def found(searched: Pattern, text: str, parts: int) -> tuple[str, int] | None:
    """The first of the words in a searchable text of so many parts, and the number of its part (from 0)."""
    match = searched.search(text)
    if match is None:
        return None
    place = next(number for number, group in enumerate(match.groups(), 1) if group is not None)
    return match.group(place), text.count(_SEPARATOR, 0, match.start(place)) % parts


def searchable(parts: Sequence[str]) -> str:
    """The text to search: the parts in plain lower-case words, then again with namesLikeThis taken apart."""
    text = _SEPARATOR.join(parts)
    if text.count(_SEPARATOR) != len(parts) - 1:  # an agent wrote our separator
        text = _SEPARATOR.join(part.replace(_SEPARATOR, " ") for part in parts)
    # An invisible character may hide a word by standing in it or by standing beside it, so it is read both ways.
    readings = dict.fromkeys([_plain(text), _plain(text, invisible=" ")])
    readings |= dict.fromkeys([_INSIDE_IDENTIFIERS.sub(r" \g<0>", reading) for reading in readings])
    return _spaced(_SEPARATOR.join(readings))


def strings_in(value: Any) -> list[str]:
    """Every string in a JSON value, keys included, however deep (a loop: the depth is the agent's choice)."""
    strings: list[str] = []
    waiting = [value]
    while waiting:
        here = waiting.pop()
        kind = type(here)
        if kind is str:
            strings.append(here)
        elif kind is dict:  # before the general question, which costs ten times as much
            strings += [key for key in here if type(key) is str]
            waiting += here.values()
        elif kind is int or kind is float or kind is bool or here is None:
            continue
        elif isinstance(here, str):
            strings.append(here)
        elif isinstance(here, Mapping):
            strings.extend(key for key in here if isinstance(key, str))
            waiting.extend(here.values())
        elif isinstance(here, list | tuple):
            waiting.extend(here)
    return strings


def _plain(text: str, invisible: str = "") -> str:
    """Compatibility forms resolved, accents dropped, characters nobody sees replaced."""
    if text.isascii():
        return text
    # RE2 reads UTF-8, which has no lone surrogates; they are no letters either.
    text = text.encode("utf-8", "replace").decode()
    instead = {"Mn": "", "Me": "", "Cf": invisible}  # marks on letters, and format characters
    category = unicodedata.category
    seen = [c if c.isascii() else instead.get(category(c), c) for c in unicodedata.normalize("NFKD", text)]
    return _FOREIGN_DIGIT.sub("0", "".join(seen))


def _spaced(text: str) -> str:
    if text.isascii():
        text = text.translate(_BETWEEN_ASCII_WORDS)
        while "  " in text:
            text = text.replace("  ", " ")
        return text.lower()
    return _BETWEEN_WORDS.sub(" ", text).lower()


def _edge(character: str, end: str) -> str:
    """What stands beside a word: no letter beside a letter, neither letter nor digit beside a digit."""
    beside = " " if character.isdigit() else " 0-9"
    return rf"(?:{end}|[{beside}\x1f])"


def _invalid(problem: str) -> InvalidRule:
    return InvalidRule(_("{problem} Nothing was changed.").format(problem=problem), errors={"words": problem})

"""What in an action's content would deceive a hurried eye, in words: what nobody sees, what looks like another. PURE.

The marks where they stand are drawn by rendering.py; these sentences stand at the top of the page, and shorter ones in
the queue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.characters import is_hidden, name_of, plain, runs
from reviews import lookalikes
from reviews.changes import changes
from reviews.character_names import plain_name

HIDDEN = gettext_lazy("holds hidden characters")
DISGUISED = gettext_lazy("holds lookalike letters of another alphabet")
LOOKS_ALIKE = gettext_lazy("looks like the value before, but is another")

# Sentences at the top of a page; of more places it says how many.
MOST = 5
_NAMED = 3
# They are marked where they stand, but honest texts are full of them.
_HONEST = frozenset("\t\r\n\xa0\u202f")
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d\ufe0f")
_JOINED_SCRIPTS = re.compile(
    r"ARABIC|SYRIAC|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|MONGOLIAN|KHMER"
)
# Without a character of these, no word can pose as a Latin one.
_FOREIGN = re.compile("[^\x00-\u017e\u2010-\u2023\u2025-\u2027\u20ac]")


def flags(content: str, payload: Mapping[str, Any]) -> list[str]:
    """For a row of the queue, from the action's content as it was sent and as a value. Plain content costs nothing."""
    found = []
    if not (content.isascii() and "\\u" not in content and "\x7f" not in content):
        texts = [text for _place, text in _texts(payload, "") if not _is_plain(text)]
        if any(True for text in texts for _char in _unseen(text)):
            found.append(str(HIDDEN))
        if any(True for text in texts for _word in _disguised(text)):
            found.append(str(DISGUISED))
    if any(lookalikes.look_alike(one.before, one.after) for one in changes(payload)):
        found.append(str(LOOKS_ALIKE))
    return found


def warnings(payload: Mapping[str, Any]) -> list[str]:
    """For the top of the action's page, one sentence for each place."""
    found = [sentence for place, text in _texts(payload, "") if not _is_plain(text) for sentence in _said(place, text)]
    found += [
        f"{plain(one.label, limit=60)}: {lookalikes.warning(one.before, one.after)}"
        for one in changes(payload)
        if lookalikes.look_alike(one.before, one.after)
    ]
    if (more := len(found) - MOST) > 0:
        said = ngettext("And {number} more place like these.", "And {number} more places like these.", more)
        return [*found[:MOST], said.format(number=more)]
    return found


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every key and every text, with where it stands."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            inside = f"{place}.{key}" if place else key
            if not _is_plain(key):
                yield inside, key
            yield from _texts(item, inside)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _texts(item, f"{place}[{number}]")


def _unseen(text: str) -> Iterator[str]:
    """The characters nobody can see, without those that honest writing needs."""
    before = ""
    for char in text:
        if char in _HONEST or not is_hidden(char):
            before = char
        elif char not in _JOINERS or not _is_joined(before):
            yield char


def _is_joined(before: str) -> bool:
    """Whether a joiner after it is part of an emoji, or of a script that needs it."""
    if not before:
        return False
    return unicodedata.category(before) in ("So", "Sk") or bool(_JOINED_SCRIPTS.match(unicodedata.name(before, "")))


def _disguised(text: str) -> Iterator[str]:
    if _FOREIGN.search(text):
        yield from (shown for kind, shown, _note, _count in runs(text) if kind == "mixed")


def _said(place: str, text: str) -> Iterator[str]:
    unseen = list(_unseen(text))
    where = plain(place, limit=80)
    turning = [char for char in unseen if char in _TURNS]
    hiding = [char for char in unseen if char not in _TURNS]
    if hiding:
        yield ngettext(
            "{number} character that cannot be seen, in {place}: {names}. Do not trust how it looks.",
            "{number} characters that cannot be seen, in {place}: {names}. Do not trust how it looks.",
            len(hiding),
        ).format(number=len(hiding), place=where, names=_names(hiding))
    if turning:
        yield ngettext(
            "{number} character that turns the order of reading, in {place}: {names}. Do not trust how it looks.",
            "{number} characters that turn the order of reading, in {place}: {names}. Do not trust how it looks.",
            len(turning),
        ).format(number=len(turning), place=where, names=_names(turning))
    if words := list(dict.fromkeys(_disguised(text))):
        listed = ", ".join(plain(word, limit=30) for word in words[:_NAMED])
        yield _("Letters that look like others, in {place}: {words}. Do not trust how it looks.").format(
            place=where, words=f"{listed}…" if len(words) > _NAMED else listed
        )


def _names(chars: list[str]) -> str:
    kinds = list(dict.fromkeys(chars))
    listed = ", ".join(f"{plain_name(char)} ({name_of(char)})" for char in kinds[:_NAMED])
    return f"{listed}…" if len(kinds) > _NAMED else listed

"""Two texts that look alike and are not: examp1e.com for example.com; and where two texts differ. PURE."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.characters import LATIN_TWINS, is_hidden, name_of, runs
from reviews.character_names import plain_name

# Longer texts are read, not recognised by their looks.
MOST = 300
# What differs is compared sign by sign up to here; more is one stretch.
_CLOSELY = 200
_MOST_STRETCHES = 8
_NAMED = 3
_ONE_FOR_ANOTHER = str.maketrans("01i|5", "ollls")
_BLANKS = re.compile(r"\s+")


class Piece(NamedTuple):
    """A stretch of two texts. Equal ones stand in both."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        """Whether nothing changes here."""
        return self.before == self.after


def skeleton(text: str) -> str:
    """What is left of a text for an eye in a hurry: two that share it are taken for each other."""
    if not text.isascii():
        text = "".join(char for char in text if not is_hidden(char) or char.isspace())
        text = unicodedata.normalize("NFKC", text).translate(LATIN_TWINS)
    text = _BLANKS.sub(" ", text.strip()).casefold().replace("rn", "m").replace("vv", "w")
    return text.translate(_ONE_FOR_ANOTHER)


def look_alike(before: object, after: object) -> bool:
    """Whether one may be taken for the other although they differ. By case alone nobody is deceived."""
    if not isinstance(before, str) or not isinstance(after, str) or not 0 < max(len(before), len(after)) <= MOST:
        return False
    return before.casefold() != after.casefold() and skeleton(before) == skeleton(after)


def pieces(before: str, after: str) -> list[Piece]:
    """Both texts cut into what is equal and what differs; one piece, where hardly anything is equal."""
    found = [Piece(*piece) for piece in _cut(before, after) if any(piece)]
    equal = sum(len(piece.before) for piece in found if piece.same)
    differing = sum(1 for piece in found if not piece.same)
    if differing > _MOST_STRETCHES or equal * 2 < max(len(before), len(after)):
        return [Piece(before, after)]
    return found


def _cut(before: str, after: str) -> Iterator[tuple[str, str]]:
    most = min(len(before), len(after))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    tail = next((at for at in range(most - head) if before[-1 - at] != after[-1 - at]), most - head)
    yield before[:head], after[:head]
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(old), len(new)) > _CLOSELY:
        yield old, new
    else:
        for _tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            yield old[a:b], new[c:d]
    yield before[len(before) - tail :], after[len(after) - tail :]


def is_cuttable(text: str) -> bool:
    """Whether every part of it is drawn as it is within the whole: nothing hides, nothing is disguised or combined."""
    return all(kind == "show" for kind, *_rest in runs(text)) and not any(map(unicodedata.combining, text))


def became(before: str, after: str) -> str:
    """What became what, in words."""
    found = [_worded(piece) for piece in pieces(before, after) if not piece.same]
    more = len(found) - _NAMED
    if more > 0:
        more_words = ngettext("{number} more change", "{number} more changes", more).format(number=more)
        return ", ".join([*found[:_NAMED], more_words])
    return ", ".join(found)


def warning(before: str, after: str) -> str:
    """The sentence for two that look alike."""
    return _("Looks like the value before, but is another: {what}.").format(what=became(before, after))


def _worded(piece: Piece) -> str:
    if not piece.before:
        return _("{new} was added").format(new=_said(piece.after))
    if not piece.after:
        return _("{old} was removed").format(old=_said(piece.before))
    return _("{old} became {new}").format(old=_said(piece.before), new=_said(piece.after))


def _said(text: str) -> str:
    """A few signs; what is not plain ASCII by its name, too."""
    if len(text) > 24:
        text = f"{text[:24]}…"
    if text.isspace() and text.isascii():
        return ngettext("a space", "{number} spaces", len(text)).format(number=len(text))
    if text.isascii() and text.isprintable():
        return text
    return " ".join(map(_sign, text[:6])) + ("…" if len(text) > 6 else "")


def _sign(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if is_hidden(char) or unicodedata.combining(char):
        return f"{plain_name(char)} ({name_of(char)})"
    return f"{char} ({plain_name(char)}, {name_of(char)})"

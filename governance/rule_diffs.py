"""Before and after, as pieces to show: words for text, members for lists. PURE."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "gone", "new"]

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_LONG = 24  # characters; a shorter value is compared as a whole: "high" and "highest" share nothing worth showing


class Piece(NamedTuple):
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


class FieldDiff(NamedTuple):
    """One field that is different."""

    name: str
    before: str
    after: str
    between: str = ""

    @property
    def pieces(self) -> list[Piece]:
        """What to show, in reading order."""
        if self.between:
            return members(_split(self.before, self.between), _split(self.after, self.between))
        return words(self.before, self.after)


def differences(
    before: Mapping[str, str], after: Mapping[str, str], lists: Mapping[str, str] | None = None
) -> list[FieldDiff]:
    """The fields that are different, in the order of `after`; `lists` says what stands between a list's members."""
    lists = lists or {}
    return [
        FieldDiff(name, before.get(name, ""), text, lists.get(name, ""))
        for name, text in after.items()
        if before.get(name, "") != text
    ]


def words(before: str, after: str) -> list[Piece]:
    """A text compared word by word; as a whole when it is short, or most of it is other words."""
    if before == after:
        return [Piece("same", visible(after))]
    if min(len(before), len(after)) > _LONG:
        pieces = _word_pieces(_TOKEN.findall(before), _TOKEN.findall(after))
        if 2 * sum(len(piece.text) for piece in pieces if piece.kind == "same") > max(len(before), len(after)):
            return [Piece(kind, visible(text)) for kind, text in pieces]
    return _apart([Piece("gone", before), Piece("new", after)])


def members(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """Lists as sets: what went, what came, what stayed."""
    old, new = set(before), set(after)
    return _apart(
        [
            *(Piece("gone", member) for member in before if member not in new),
            *(Piece("new", member) for member in after if member not in old),
            *(Piece("same", member) for member in after if member in old),
        ]
    )


def visible(text: str) -> str:
    """The text with characters nobody sees, and those that turn its order around, named: a diff must not lie."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == "\n" or not _hides(c) else f"⟨U+{ord(c):04X}⟩" for c in text)


def _hides(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")


def _split(text: str, between: str) -> list[str]:
    return [member for member in text.split(between) if member]


def _apart(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces that say something, a blank between them."""
    found: list[Piece] = []
    for kind, text in pieces:
        if text:
            found += [Piece("same", " ")] if found else []
            found.append(Piece(kind, visible(text)))
    return found


def _word_pieces(old: list[str], new: list[str]) -> list[Piece]:
    """Stretches that stayed, went and came. A blank alone between two changes belongs to them: less to read."""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found: list[Piece] = []
    gone = came = ""
    for place, (what, i, j, k, m) in enumerate(steps):
        before, after = "".join(old[i:j]), "".join(new[k:m])
        if what != "equal" or (after.isspace() and 0 < place < len(steps) - 1):
            gone, came = gone + before, came + after
            continue
        found += [Piece("gone", gone), Piece("new", came), Piece("same", after)]
        gone = came = ""
    found += [Piece("gone", gone), Piece("new", came)]
    return [piece for piece in found if piece.text]

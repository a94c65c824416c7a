"""A condition taken apart at its && and ||, to show which of its parts held. PURE.

Text only, so that each part is what its author wrote. What cannot be split for certain (a ? b : c, a loop, !( )) stays
one part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Joined = Literal["", "all", "any"]

_OPENS, _CLOSES = "([{", ")]}"

# Texts (raw, triple-quoted or plain) and comments, whose brackets and signs mean nothing.
_SKIPPED = re.compile(
    r"""(?P<raw>[rR][bB]?|[bB][rR])(?:'{3}.*?'{3}|"{3}.*?"{3}|'[^']*'|"[^"]*")"""
    r"""|'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|//[^\n]*""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition. `joined` says how its own parts are: all must hold, any may, or it has none."""

    text: str
    joined: Joined = ""
    parts: tuple[Part, ...] = ()


def split(text: str) -> Part:
    """The parts of a well-formed condition."""
    text = _stripped(text)
    signs = list(_outer_signs(text))
    if any(sign == "?" for _, sign in signs):
        return Part(text)
    for sign, joined in (("||", "any"), ("&&", "all")):
        places = [at for at, found in signs if found == sign]
        if places:
            begins = [0, *(at + 2 for at in places)]
            pieces = [text[begin:end] for begin, end in zip(begins, [*places, len(text)], strict=True)]
            return Part(text, joined, tuple(split(piece) for piece in pieces))  # type: ignore[arg-type]
    return Part(text)


def together(joined: Joined, answers: Sequence[bool | None]) -> bool | None:
    """What the answers of parts come to (None: no answer): one may settle it, whatever the others say."""
    settles = joined == "any"
    if settles in answers:
        return settles
    return None if None in answers else not settles


def _stripped(text: str) -> str:
    """Without blanks and without brackets around all of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    """Where the first bracket closes."""
    return next((at for at, sign, depth in _signs(text) if sign in _CLOSES and depth == 0), -1)


def _outer_signs(text: str) -> Iterator[tuple[int, str]]:
    """Every && and || outside of brackets, and the ? of a choice."""
    for at, sign, depth in _signs(text):
        is_choice = sign == "?" and text[at - 1 : at] != "."
        if depth == 0 and (is_choice or sign in ("&&", "||")):
            yield at, sign


def _signs(text: str) -> Iterator[tuple[int, str, int]]:
    """Brackets and signs outside of texts and comments: place, sign, and how deep in brackets (after a closing one)."""
    at = depth = 0
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
            continue
        sign = text[at : at + 2] if text[at : at + 2] in ("&&", "||") else text[at]
        if sign in _CLOSES:
            depth -= 1
        yield at, sign, depth
        if sign in _OPENS:
            depth += 1
        at += len(sign)

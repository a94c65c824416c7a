"""Sentences of our words and an agent's values: as HTML, and as text for titles and exports. PURE.

No value is ever read as words of ours: each is cut and drawn by rendering.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from django.utils.html import escape
from django.utils.safestring import SafeString

from reviews.rendering import plain, visible_line

_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Value:
    """Something of the agent's inside a sentence of ours, cut where it is too long."""

    text: str
    limit: int = _LIMIT


# Words of ours and values of the agent's, one after the other.
Parts = tuple[str | Value, ...]


class Phrase:
    """A sentence of our words and the agent's values; as HTML, and as text for titles and exports."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str | Value):
        self.parts = parts

    @property
    def html(self) -> SafeString:
        """The sentence with every value cut and made visible."""
        drawn = (visible_line(p.text, limit=p.limit) if isinstance(p, Value) else escape(p) for p in self.parts)
        return SafeString("".join(drawn))

    @property
    def text(self) -> str:
        """The sentence without HTML, hidden characters named."""
        return "".join(plain(part.text, limit=part.limit) if isinstance(part, Value) else part for part in self.parts)

    def __str__(self) -> str:
        return self.text


def said(template: object, **values: Value | Parts | str) -> Phrase:
    """The sentence of a template of ours, with each value in its place. No value is ever read as a template."""
    return Phrase(*filled(template, **values))


def filled(template: object, **values: Value | Parts | str) -> Parts:
    """The parts of such a sentence, to stand in another."""
    parts: list[str | Value] = []
    for literal, name in _parsed(str(template)):
        parts += [literal] if literal else []
        if name is not None:
            value = values[name]
            parts += value if isinstance(value, tuple) else [value]
    return tuple(parts)


@lru_cache(maxsize=512)
def _parsed(template: str) -> list[tuple[str, str | None]]:
    return [(literal, name) for literal, name, _form, _conversion in Formatter().parse(template)]


def width(parts: Parts) -> int:
    """About how many characters they take on a line."""
    return sum(min(len(part.text), part.limit) if isinstance(part, Value) else len(part) for part in parts)

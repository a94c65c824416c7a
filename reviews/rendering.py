"""An agent's text and payload as safe HTML in which nothing is hidden and nothing pretends. PURE.

Every function returns escaped HTML; nothing in it is ever a link, an image or markup of the agent's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from governance.characters import ELLIPSIS, MAX_BREAKS, is_plain, plain, runs
from governance.ledger.canonical import MAX_SAFE_INTEGER
from reviews import lookalikes
from reviews.character_names import plain_name

_NOT_ASCII = re.compile(r"[^\x20-\x7e\n]")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.-]{1,60}\Z")

__all__ = ["Tree", "compared", "editable", "leaf", "plain", "tree", "typed", "visible", "visible_line"]


# From so many values on, branches can be closed; those that begin after so many more are closed to begin with.
FOLDS_FROM = 60
OPEN_UP_TO = 400


class Tree(NamedTuple):
    """A payload drawn whole, how many values it holds, and how many of those stand in branches that are open."""

    html: SafeString
    fields: int
    open: int

    @property
    def folds(self) -> bool:
        """Whether its branches can be closed."""
        return self.fields >= FOLDS_FROM


def visible(text: str, *, breaks: int = MAX_BREAKS) -> SafeString:
    """A text as HTML: every character shown or named, line breaks marked, at most `breaks` of them drawn."""
    return escape(text) if is_plain(text) else SafeString(_marked(text, breaks))


def visible_line(text: str, *, limit: int = 80) -> SafeString:
    """A text as HTML on one line, cut at `limit` characters with a visible ellipsis that says how much is missing."""
    if len(text) <= limit:
        return visible(text, breaks=0)
    begins = text[:limit].rstrip(" ") or text[:limit]
    missing = len(text) - len(begins)
    return format_html(
        '{}<span class="cut" title="{}">{}</span>',
        visible(begins, breaks=0),
        ngettext("{number} more character", "{number} more characters", missing).format(number=missing),
        ELLIPSIS,
    )


def typed(text: str) -> SafeString:
    """A text of a person of ours: its line breaks are line breaks, up to as many as a page bears."""
    lines = text.replace("\r\n", "\n").split("\n")
    head, rest = lines[:MAX_BREAKS], lines[MAX_BREAKS:]
    drawn = [visible(line) for line in head] + ([visible("\n".join(rest), breaks=0)] if rest else [])
    return SafeString("<br>".join(drawn))


def compared(before: Any, after: Any) -> tuple[SafeString, SafeString] | None:
    """Two texts with what differs between them marked; None where no part of them can be drawn by itself."""
    if not isinstance(before, str) or not isinstance(after, str):
        return None
    pieces = lookalikes.pieces(before, after)
    if len(pieces) < 2 or not (lookalikes.is_cuttable(before) and lookalikes.is_cuttable(after)):
        return None
    old = "".join(_part("del", one.before, same=one.same) for one in pieces)
    new = "".join(_part("ins", one.after, same=one.same) for one in pieces)
    return SafeString(f'<span class="s">"{old}"</span>'), SafeString(f'<span class="s">"{new}"</span>')


def _part(tag: str, text: str, *, same: bool) -> str:
    return escape(text) if same or not text else f'<{tag} class="part">{escape(text)}</{tag}>'


def tree(payload: Mapping[str, Any]) -> Tree:
    """A JSON object as nested lists: every key, every value, its type, in the order given."""
    drawing = _Drawing(folds=_holds(payload, FOLDS_FROM))
    html = SafeString(drawing.branch(payload.items()))
    return Tree(html, drawing.fields, drawing.fields - drawing.closed)


def leaf(value: Any) -> SafeString:
    """One JSON value on its own, as the tree shows it."""
    return SafeString(_Drawing().value(value))


def editable(payload: Mapping[str, Any]) -> str:
    """A JSON object as indented text for a person to edit: what could hide or deceive stands there as an escape."""
    text = json.dumps(_exact(payload), indent=2, ensure_ascii=False, sort_keys=True)
    return _NOT_ASCII.sub(lambda found: found[0] if plain(found[0]) == found[0] else json.dumps(found[0])[1:-1], text)


def _exact(value: Any) -> Any:
    """The same value with whole numbers beyond 2^53-1 written as fractions, as which they are taken again."""
    if type(value) is dict:
        return {key: _exact(item) for key, item in value.items()}
    if type(value) is list:
        return [_exact(item) for item in value]
    return float(value) if type(value) is int and abs(value) > MAX_SAFE_INTEGER else value


# -- Text: plain str inside, for speed; everything that is not a literal of ours goes through escape ---------------


def _marked(text: str, breaks: int) -> str:
    parts: list[str] = []
    language = get_language()
    for kind, shown, note, count in runs(text):
        if kind == "show":
            parts.append(escape(shown))
        elif kind == "newline":
            for index in range(count):
                css = "nl" if note == "⏎" else "nl ctrl"
                parts.append(f'<span class="{css}">{note}</span>{"<br>" if index < breaks else " "}')
            breaks -= count
        elif kind == "mixed":
            parts.append(f'<span class="mixed">{escape(shown)}</span><span class="ctrl">{note}</span>')
        elif count > 3:
            parts.append(f'<span class="ctrl"{_title(shown, language)}>{note} × {count}</span>')
        else:
            parts.append(f'<span class="ctrl"{_title(shown, language)}>{note}</span>' * count)
    return "".join(parts)


@lru_cache(maxsize=4096)
def _title(hidden: str, _language: str | None) -> str:
    """What a mark says to whoever points at it; a flood of spaces says it all itself."""
    return "" if hidden.isspace() and hidden.isascii() and len(hidden) > 1 else f' title="{escape(plain_name(hidden))}"'


# -- Payload ---------------------------------------------------------------------------------------------------


def _holds(value: Any, number: int) -> bool:
    """Whether it has at least so many values; an empty object or array is one."""
    waiting, found = [value], 0
    while waiting and found < number:
        one = waiting.pop()
        if type(one) in (dict, list) and one:
            waiting.extend(one.values() if type(one) is dict else one)
        else:
            found += 1
    return found >= number


class _Drawing:
    """Draws a payload and counts its values on the way, and those of them that stand in closed branches."""

    def __init__(self, *, folds: bool = False) -> None:
        self.fields = 0
        self.closed = 0
        self._folds = folds
        self._is_inside_closed = False

    def branch(self, rows: Iterable[tuple[str | int, Any]]) -> str:
        return f'<ul class="tree">{"".join(f"<li>{self._row(key, item)}</li>" for key, item in rows)}</ul>'

    def _row(self, key: str | int, item: Any) -> str:
        if not self._folds or type(item) not in (dict, list) or not _branches(item):
            return f"{_key(key)} {self.value(item)}"
        is_closed, before = self.fields >= OPEN_UP_TO, self.fields
        outermost = is_closed and not self._is_inside_closed
        self._is_inside_closed |= outermost
        counted, rows = self._counted_rows(item)
        inside = self.branch(rows)
        if outermost:
            self._is_inside_closed = False
            self.closed += self.fields - before
        opened = "" if is_closed else " open"
        return f'<details{opened}><summary>{_key(key)} <span class="t">{counted}</span></summary>{inside}</details>'

    def _counted_rows(self, item: Any) -> tuple[str, Iterable[tuple[str | int, Any]]]:
        if type(item) is dict:
            return ngettext("{number} field", "{number} fields", len(item)).format(number=len(item)), item.items()
        return ngettext("{number} item", "{number} items", len(item)).format(number=len(item)), enumerate(item, 1)

    def value(self, value: Any) -> str:
        kind = type(value)
        if kind is int:  # first and inline: 64 KiB hold 32,000 of them
            self.fields += 1
            return f'<span class="n">{value}</span>'
        if kind in (dict, list) and value:
            if _branches(value):
                counted, rows = self._counted_rows(value)
                return f'<span class="t">{counted}</span>{self.branch(rows)}'
            return f"[{', '.join(map(self.value, value))}]"
        self.fields += 1
        return _scalar(value, kind)


def _branches(value: Any) -> bool:
    """Whether an object or array is drawn as a list of its own; a plain array stands in its line."""
    if type(value) is dict:
        return bool(value)
    return any(type(item) in (dict, list) for item in value)


def _key(key: str | int) -> str:
    if isinstance(key, int):
        return f'<span class="t">{key}.</span>'
    if _PLAIN_KEY.match(key):
        return f'<span class="k">{key}</span>'
    return f'<span class="k">"{visible(key, breaks=0)}"</span>'


_WORDS = {None: "null", True: "true", False: "false"}


def _scalar(value: Any, kind: type) -> str:
    if kind is str:
        # A text of several lines is drawn as a block, so that its second line cannot pose as a field of ours.
        return f'<span class="{"s lines" if chr(10) in value else "s"}">"{visible(value)}"</span>'
    if value is None or kind is bool:
        return f'<span class="w">{_WORDS[value]}</span>'
    if kind in (dict, list):
        return f'<span class="w">{"{}" if kind is dict else "[]"}</span>'
    return f'<span class="n">{escape(str(value))}</span>'

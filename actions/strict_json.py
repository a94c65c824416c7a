"""Strict JSON: one text, one meaning, on every parser and database it will ever meet (threats AC15, AC16). PURE.

Python's own parser takes duplicate keys, NaN, integers of any size, lone surrogates and NUL in silence; each of
them lets two readers of one text see two different values. Here each is refused with the place it stands at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from governance.errors import MalformedBody
from governance.ledger.canonical import MAX_SAFE_INTEGER

MAX_DEPTH = 32


class _Refused:
    """Stands in the parsed value where something unacceptable was, until the walk gives it its place."""

    __slots__ = ("why",)

    def __init__(self, why: str):
        self.why = why


def parse(raw: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises MalformedBody naming the place (a JSON pointer, or line and column)."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise MalformedBody(f"The body is not UTF-8 at byte {exc.start}. Nothing was written. Send UTF-8.") from None
    try:
        value = _decode(text)
    except json.JSONDecodeError as exc:
        raise MalformedBody(
            f"The body is not JSON at line {exc.lineno}, column {exc.colno}: {exc.msg}. Nothing was written."
        ) from None
    except RecursionError:
        raise _malformed("", f"nested deeper than {MAX_DEPTH} levels") from None
    _walk(value, [], 0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    return _Refused(f"duplicate key {json.dumps(twice)}")


def _integer(text: str) -> Any:
    # The length is checked first: turning a million digits into a number is itself an attack.
    if len(text) <= 17 and abs(value := int(text)) <= MAX_SAFE_INTEGER:
        return value
    return _Refused("an integer beyond 2^53-1; send it as a string")


def _fraction(text: str) -> Any:
    value = float(text) if len(text) <= 400 else math.inf
    return value if math.isfinite(value) else _Refused("a number too large to be exact; send it as a string")


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=lambda word: _Refused(f"{word} is not JSON"),
).decode


def _walk(value: Any, place: list[str | int], depth: int) -> None:
    """Look at every key and value once; raise for the first that is unacceptable."""
    kind = type(value)
    if kind is str:
        _check_text(value, place)
    elif kind is dict or kind is list:
        if depth == MAX_DEPTH:
            raise _malformed(_pointer(place), f"nested deeper than {MAX_DEPTH} levels")
        items: Iterable[tuple[str | int, Any]] = value.items() if kind is dict else enumerate(value)
        for key, item in items:
            place.append(key)
            if type(key) is str:
                _check_text(key, place)
            _walk(item, place, depth + 1)
            place.pop()
    elif kind is _Refused:
        raise _malformed(_pointer(place), value.why)


def _check_text(text: str, place: list[str | int]) -> None:
    if text.isascii():
        if "\x00" in text:
            raise _malformed(_pointer(place), "the character NUL")
        return
    try:
        if "\x00" in text:
            raise _malformed(_pointer(place), "the character NUL")
        text.encode()
    except UnicodeEncodeError:
        raise _malformed(_pointer(place), "a lone surrogate") from None


def _pointer(place: list[str | int]) -> str:
    """The RFC 6901 pointer of a place, with anything unprintable escaped."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "".join(f"/{ascii(part)[1:-1]}" for part in parts)


def _malformed(place: str, why: str) -> MalformedBody:
    where = place or "the top level"
    return MalformedBody(
        f"The body is not acceptable at {where}: {why}. Nothing was written.", errors={place or "/": why}
    )

"""The tree of a compiled condition, read from the engine's own serialised form (cel.expr.CheckedExpr). PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class Node(NamedTuple):
    """One place of a condition's tree. `name` is a variable's, a field's or a function's; `text` a literal's."""

    kind: str
    name: str = ""
    text: str | None = None
    parts: tuple[Node, ...] = ()


def read(serialised: bytes) -> Node:
    """The tree of what the engine serialised: a checked expression, packed into an Any."""
    checked = next(value for number, value in _fields(serialised) if number == 2)
    return _node(next(value for number, value in _fields(checked) if number == 4))


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer's message: number, and an integer or bytes."""
    at, end = 0, len(message)

    def integer() -> int:
        nonlocal at
        result = shift = 0
        while True:
            byte = message[at]
            at += 1
            result |= (byte & 127) << shift
            if byte < 128:
                return result
            shift += 7

    while at < end:
        key = integer()
        if key & 7 == 0:
            yield key >> 3, integer()
        else:
            length = {1: 8, 5: 4}[key & 7] if key & 7 in (1, 5) else integer()
            yield key >> 3, message[at : at + length]
            at += length


_KINDS = {3: "literal", 4: "variable", 5: "field", 6: "call", 7: "list", 8: "map", 9: "loop"}


def _node(message: bytes) -> Node:
    kind, inside = next((_KINDS[number], value) for number, value in _fields(message) if number in _KINDS)
    fields = list(_fields(inside))
    if kind == "literal":
        text = next((value for number, value in fields if number in (6, 7)), None)
        return Node(kind, text=None if text is None else text.decode(errors="replace"))
    if kind == "variable":
        return Node(kind, _text(fields, 1))
    if kind == "field":
        return Node(kind, _text(fields, 2), parts=_parts(fields, 1))
    if kind == "call":
        return Node(kind, _text(fields, 2), parts=_parts(fields, 1) + _parts(fields, 3))
    if kind == "list":
        return Node(kind, parts=_parts(fields, 1))
    if kind == "map":
        entries = [list(_fields(value)) for number, value in fields if number == 2]
        return Node(kind, parts=tuple(part for entry in entries for n in (3, 4) for part in _parts(entry, n)))
    # Range, first value of what is gathered, condition of a round, its step, result; the names of both variables.
    names = f"{_text(fields, 1)} {_text(fields, 8)} {_text(fields, 3)}"
    return Node(kind, names, parts=tuple(part for n in (2, 4, 5, 6, 7) for part in _parts(fields, n)))


def _text(fields: Iterable[tuple[int, Any]], number: int) -> str:
    return next((value.decode() for found, value in fields if found == number), "")


def _parts(fields: Iterable[tuple[int, Any]], number: int) -> tuple[Node, ...]:
    return tuple(_node(value) for found, value in fields if found == number)

"""What is wrong with an entry as it is stored: its hash, its place in its stream, its text, its columns. PURE.

This sees what was altered, taken out of a stream, put into one or moved. It cannot see that the last entries of a
stream are gone, or a whole stream, nor a stream that somebody wrote anew from one entry to its end: nothing outside
the stream speaks of it. And the team is a column only, so that one is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from governance.ledger.canonical import canonical_entry, leaf_hash, timestamp

FIELDS = frozenset("v id o app type ts stream seq prev req actor subject policy risk data".split())

# How much of a text that differs is quoted.
_QUOTED = 400


class Stored(NamedTuple):
    """An entry as the database holds it. `before` is the leaf stored one place earlier in its stream, if any is."""

    id: int
    stream: str
    seq: int
    prev: str | None
    leaf: str
    body: str
    ts: datetime
    type: str
    actor_kind: str
    actor_id: str
    actor_name: str
    subject: str
    action_id: int | None
    before: str | None
    shares_place: bool


class Fault(NamedTuple):
    """One thing that is wrong: what, in which words, and what would be right."""

    what: str
    sentence: str
    expected: str
    found: str


def faults(entry: Stored) -> list[Fault]:
    """Everything that is wrong with an entry; nothing when it is as it was written."""
    if not isinstance(entry.body, str):
        return [Fault("body", "The text is not a text.", "text", type(entry.body).__name__)]
    found = [*_hash(entry), *_place(entry)]
    body, complaint = _read(entry.body)
    if body is None:
        return [*found, *complaint]
    return [*found, *complaint, *_columns(entry, body)]


def verify(entries: Iterable[Stored]) -> Iterator[tuple[Stored, list[Fault]]]:
    """Every entry with what is wrong with it, one at a time."""
    return ((entry, faults(entry)) for entry in entries)


def _hash(entry: Stored) -> Iterator[Fault]:
    try:
        expected = leaf_hash(entry.body)
    except UnicodeEncodeError:
        yield Fault("body", "The text holds what no UTF-8 text can hold.", "UTF-8", "half a character")
        return
    if expected != entry.leaf:
        yield _fault("leaf", "The hash is not that of the text: one of the two was altered.", expected, entry.leaf)


def _place(entry: Stored) -> Iterator[Fault]:
    if entry.shares_place:
        sentence = "Another entry has the same place in this stream: one of them was put in."
        yield _fault("place", sentence, "one entry", f"several at {entry.seq}")
    if entry.seq == 1:
        if entry.prev is not None:
            yield _fault("prev", "The first of a stream follows nothing.", None, entry.prev)
    elif entry.before is None:
        sentence = "The entry before it in its stream is not there: it was taken out, or this one was moved."
        yield _fault("gap", sentence, f"an entry at {_less(entry.seq)}", "none")
    elif entry.prev != entry.before:
        sentence = "It does not follow the entry before it: one of the two was altered or exchanged."
        yield _fault("prev", sentence, entry.before, entry.prev)


def _less(seq: Any) -> str:
    return str(seq - 1) if isinstance(seq, int) else "the place before"


def _read(text: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The body as a value, and what is wrong with the text that says it."""
    try:
        body = json.loads(text)
        again = canonical_entry(body)
    except (ValueError, TypeError, RecursionError) as exc:
        sentence = "The text is not canonical JSON of whole numbers and texts."
        return None, [_fault("canonical", sentence, "RFC 8785", f"{type(exc).__name__}: {exc}")]
    if not isinstance(body, dict):
        return None, [_fault("body", "The text is not an object.", "an object", type(body).__name__)]
    wrong = []
    if again != text:
        wrong.append(_fault("canonical", "The text is not in canonical form: it was written anew.", again, text))
    if body.get("v") != 1:
        wrong.append(_fault("v", "No version of entries that is known.", 1, body.get("v")))
    if set(body) != FIELDS:
        missing, strange = sorted(FIELDS - set(body)), sorted(set(body) - FIELDS)
        wrong.append(_fault("fields", "The text has other fields than an entry has.", missing, strange))
    return body, wrong


def _columns(entry: Stored, body: dict[str, Any]) -> Iterator[Fault]:
    """Where a column that is searched by says another thing than the text that was hashed."""
    actor, subject = _part(body, "actor"), _part(body, "subject")
    about_action = subject.get("kind") == "action"
    said = {
        "stream": body.get("stream"),
        "seq": body.get("seq"),
        "prev": body.get("prev"),
        "ts": body.get("ts"),
        "type": body.get("type"),
        "actor_kind": actor.get("kind"),
        "actor_id": _start(actor.get("id"), 255),
        "actor_name": _start(actor.get("name"), 255),
        "subject": f"{subject.get('kind')}:{subject.get('id')}"[:300],
        "action_id": str(subject.get("id")) if about_action else None,
    }
    for name, expected in said.items():
        found = getattr(entry, name)
        if name == "ts":
            found = timestamp(found) if isinstance(found, datetime) else found
        elif name == "action_id":
            found = None if found is None else str(found)
        if type(found) is not type(expected) or found != expected:
            yield _fault(name, f"The column {name} says another thing than the text.", expected, found)


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _start(value: Any, length: int) -> Any:
    return value[:length] if isinstance(value, str) else value


def _fault(what: str, sentence: str, expected: Any, found: Any) -> Fault:
    return Fault(what, sentence, *_quoted(_words(expected), _words(found)))


def _words(value: Any) -> str:
    return "nothing" if value is None or value == [] else str(value)


def _quoted(expected: str, found: str) -> tuple[str, str]:
    """Two texts, long ones from a little before they begin to differ."""
    if max(len(expected), len(found)) <= _QUOTED:
        return expected, found
    pairs = zip(expected, found, strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(expected), len(found)))
    begin = max(0, same - 40)
    before = "…" if begin else ""
    return tuple(  # type: ignore[return-value]
        before + text[begin : begin + _QUOTED] + ("…" if len(text) > begin + _QUOTED else "")
        for text in (expected, found)
    )

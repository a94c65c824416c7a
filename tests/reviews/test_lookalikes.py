"""reviews.lookalikes and reviews.deceptions: what looks like another, and what nobody can see, said in words."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.utils import translation

from reviews.character_names import plain_name
from reviews.deceptions import DISGUISED, HIDDEN, LOOKS_ALIKE, MOST, flags, warnings
from reviews.lookalikes import became, look_alike, pieces


def changed(before: Any, after: Any) -> dict[str, Any]:
    return {"action_details": {"field": "email", "old_value": before, "new_value": after}}


def flagged(payload: dict[str, Any]) -> list[str]:
    return flags(json.dumps(payload, ensure_ascii=False), payload)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("mara.holt@example.com", "mara.holt@examp1e.com", "l became 1"),
        ("paypal.com", "paypaI.com", "l became I"),
        ("mail|x", "mailIx", "| became I"),
        ("office", "0ffice", "o became 0"),
        ("DE5S", "DE55", "S became 5"),
        ("modern", "modem", "rn became m"),
        ("wvvw", "www", "vv became w"),
        ("paypal", "p\u0430ypal", "a became \u0430 (cyrillic small letter a, U+0430)"),
        ("a.b@c", "a.b\u200b@c", "zero width space (U+200B) was added"),
        ("a.b\u200b@c", "a.b@c", "zero width space (U+200B) was removed"),
        ("ACME Ltd", "ACME  Ltd", "a space was added"),
        ("admin", "\uff41dmin", "a became \uff41 (fullwidth latin small letter a, U+FF41)"),
    ],
)
def test_lookalikes_are_recognised_and_said(before: str, after: str, what: str) -> None:
    assert look_alike(before, after)
    assert became(before, after) == what
    assert warnings(changed(before, after))[-1] == f"email: Looks like the value before, but is another: {what}."
    assert str(LOOKS_ALIKE) in flagged(changed(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mara@example.com", "mara@example.org"),
        ("berlin", "Berlin"),
        ("105", "150"),
        ("same", "same"),
        ("", ""),
        (10, "1O"),
        ("x" * 400 + "l", "x" * 400 + "1"),
        ("M\u00fcller", "Muller"),
    ],
)
def test_others_are_not(before: Any, after: Any) -> None:
    assert not look_alike(before, after)
    assert warnings(changed(before, after)) == flagged(changed(before, after)) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\u200bb", "1 character that cannot be seen, in context.note: zero width space (U+200B)."),
        ("\u200b\x1b\u200b", "3 characters that cannot be seen, in context.note: zero width space (U+200B), escape"),
        ("a\u202eb", "1 character that turns the order of reading, in context.note: right-to-left override (U+202E)."),
        ("p\u0430ypal", "Letters that look like others, in context.note: p\u0430ypal[mixed Latin+Cyrillic]."),
    ],
)
def test_what_cannot_be_seen_is_said_once_and_where(text: str, sentence: str) -> None:
    payload = {"context": {"note": text}}
    (said,) = warnings(payload)
    assert said.startswith(sentence)
    assert said.endswith("Do not trust how it looks.")
    assert flagged(payload) == [str(DISGUISED if "Letters" in sentence else HIDDEN)]


def test_keys_and_lists_are_looked_into_and_many_places_counted() -> None:
    assert "in a[2].k[U+200B]y" in warnings({"a": ["x", {"k\u200by": 1}]})[0]
    many = warnings({"a": ["\u200b"] * 9})
    assert len(many) == MOST + 1
    assert many[-1] == "And 4 more places like these."


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "two\nlines\tand a tab",
        "12\xa0\u20ac \u2013 \u201efein\u201c",
        "\u26a0\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u043f\u0440\u0438\u0432\u0435\u0442",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_honest_writing_is_left_alone(text: str) -> None:
    assert warnings({"description": text}) == flagged({"description": text}) == []


def test_names_are_in_the_language_of_the_reader() -> None:
    with translation.override("de"):
        assert plain_name("\u200b") == "Leerzeichen ohne Breite"
    assert plain_name("\ue000") == "character of private use"
    assert plain_name("\U000e0079") == "hidden letter y"


def test_what_hardly_agrees_is_one_piece_and_the_longest_takes_no_time() -> None:
    assert len(pieces("abcdef", "uvwxyz")) == 1
    start = time.process_time()
    assert pieces("ab" * 16_000, "ba" * 16_000)
    assert time.process_time() - start < 0.5

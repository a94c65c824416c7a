"""Words in text: whole ones only, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import evidence
from governance.default_evidence import EVIDENCE
from governance.errors import InvalidRule
from tests.governance.rules import labels, scored


def hit(words: str, *parts: str) -> tuple[str, int] | None:
    """The first of the words in the parts, and the part's number."""
    pattern = evidence.pattern(evidence.words_in(words))
    return evidence.found(pattern, evidence.searchable(parts), parts=len(parts))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("prod", "prod"),
        ("prod", "PROD"),
        ("prod", "copy to Prod."),
        ("prod", "prod_db"),
        ("prod", "prod-db-main"),
        ("prod", "db.prod.example"),
        ("prod", "prod01"),
        ("prod", "eu2prod"),
        ("prod", "prodDb"),
        ("prod", "myProdDb"),
        ("prod", "pre-prod"),
        ("db", "DBFile"),
        ("file", "HTTPFile2"),
        ("delete", "deleteAllCustomers"),
        ("delete", "DeLeTe"),
        ("drop table", "DROP TABLE users"),
        ("drop table", "drop\n   table"),
        ("drop table", "drop_table"),
        ("drop table", "dropTable"),
        ("rm -rf", "sudo rm -rf /"),
        ("s3", "s3://bucket"),
        ("s3", "copy_to_s3"),
        ("all customers", "All customers!"),
        # written to hide
        ("delete", "del\u200bete"),
        ("delete", "ｄｅｌｅｔｅ"),
        ("delete", "d\u0336e\u0336lete"),
        ("delete", "\U0001d41d\U0001d41e\U0001d425\U0001d41e\U0001d42d\U0001d41e"),
        ("delete", "x\u202edelete"),
        ("delete", "delete\u0663"),
        ("file", "ﬁle"),
        ("delete", "\ud800delete"),
        ("drop table", "drop\x1ftable"),
        # other languages
        ("löschen", "Bitte LÖSCHEN"),
        ("удалить", "Удалить_всё"),
    ],
)
def test_a_word_is_found(word: str, text: str) -> None:
    assert hit(word, text) is not None


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("prod", "product"),
        ("prod", "product_db"),
        ("prod", "productDb"),
        ("prod", "reproduce"),
        ("prod", "prodé"),
        ("file", "profile"),
        ("file", "customer_profiles"),
        ("live", "deliver"),
        ("live", "delivery_live2x"[:8]),
        ("phi", "philosophy and graphics"),
        ("db", "feedback"),
        ("auth", "author"),
        ("acl", "oracle"),
        ("delete", "deleted items"),
        ("s3", "s33"),
        ("s3", "as3"),
        ("drop table", "drop the table"),
        ("drop table", "drops table"),
        ("all customers", "all-time customers"),
        ("prod", ""),
    ],
)
def test_a_part_of_a_word_is_not(word: str, text: str) -> None:
    assert hit(word, text) is None


def test_the_guides_own_examples_hold_no_alarming_word() -> None:
    """Wire-contract 14, row 11: "Update customer email" is no e-mail, a profile is no file."""
    words = "file\nlive\nprod\nauth\nacl\nphi\ndb"
    assert hit(words, "Retrieve customer profile for support ticket #4521", "customer_profiles") is None
    assert hit(words, "Update customer email per verified change request CR-789", "customer_database") is None


# Every word and phrase the shipped rules look for.
SHIPPED = evidence.words_in("\n".join(word for rule in EVIDENCE for word in rule["words"]))

# Wire-contract 14, row 11: what each of these was taken for.
MISTAKEN = {
    "philosophy": "phi", "graphics": "phi", "feedback": "db", "profile": "file", "product": "prod",
    "deliver": "live", "author": "auth", "oracle": "acl",
}  # fmt: skip


def naive(words: Iterable[str], text: str) -> bool:
    """How a search by substring answers."""
    return any(word in text.lower() for word in words)


def whole(words: Iterable[str], text: str) -> bool:
    """How a reader answers: the letters of a text fall into words, and a phrase is some of them in a row."""
    tokens = re.findall(r"[a-z]+|[0-9]+", text)
    rows = [word.split() for word in words]
    return any(tokens[at : at + len(row)] == row for row in rows for at in range(len(tokens)))


@pytest.mark.parametrize(("text", "word"), MISTAKEN.items())
def test_no_word_is_found_inside_another(text: str, word: str) -> None:
    """Wire-contract 14, row 11."""
    assert naive([word], text)
    assert hit(word, text, f"{text}_table", f"my{text.title()}", f"{text}s") is None
    result = scored("query", description=f"Read the {text} list", resource=f"{text}_list", details={text: text})
    assert (result.score, labels(result, "raise")) == (35.0, [])


_AROUND = st.text("abcdefghijklmnopqrstuvwxyz", max_size=4)
_LETTERS = st.text("abcdefghijklmnopqrstuvwxyz 01", max_size=30)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(SHIPPED), _AROUND, _AROUND, _LETTERS)
def test_no_shipped_word_is_found_inside_another(word: str, before: str, after: str, rest: str) -> None:
    """A shipped word with letters around it is found when, and only when, a reader would find a whole one there."""
    text = f"{before}{word}{after} {rest}"
    assert (hit("\n".join(SHIPPED), text) is not None) == whole(SHIPPED, text)


def test_searching_for_substrings_would_not_pass_that() -> None:
    text = "reproduce the wipers list passwordless"
    assert naive(SHIPPED, text)
    assert not whole(SHIPPED, text)
    assert hit("\n".join(SHIPPED), text) is None


def test_it_says_which_part_holds_the_word() -> None:
    assert hit("prod", "a", "b", "in prod") == ("prod", 2)
    assert hit("prod", "a", "inProd", "b") == ("prod", 1)
    assert hit("prod", "a\x1fb\x1fprod", "b") == ("prod", 0)


def test_no_phrase_reaches_across_two_parts() -> None:
    assert hit("drop table", "drop", "table") is None


def test_the_longest_word_is_named() -> None:
    assert hit("drop\ndrop table", "drop table x") == ("drop table", 0)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("Drop  TABLE\n\n drop table \nrm -rf", ("drop table", "rm rf")),
        ("Löschen", ("loschen",)),
    ],
)
def test_words_are_stored_plain(lines: str, words: tuple[str, ...]) -> None:
    assert evidence.words_in(lines) == words


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "at least one word"),
        (" \n--\n", "at least one word"),
        ("x", "two letters"),
        ("word\n" + "y" * 101, "longer than 100"),
        ("\n".join(f"word{number}" for number in range(201)), "201 words"),
    ],
)
def test_words_that_mean_nothing_are_refused(lines: str, says: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        evidence.words_in(lines)
    assert says in refusal.value.errors["words"]


def test_two_hundred_long_words_still_make_a_pattern() -> None:
    words = "\n".join(f"{'long word ' * 8}{number}x" for number in range(200))
    assert hit(words, f"has {'long word ' * 8}199x") is not None


def test_strings_are_found_at_any_depth() -> None:
    deep: object = "innermost"
    for _ in range(5000):
        deep = {"key": [deep]}
    assert "innermost" in evidence.strings_in(deep)
    assert sorted(evidence.strings_in({"a": [1, None, True, "b", {"c": 2.5}]})) == ["a", "b", "c"]


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=5), st.sampled_from(["prod", "drop table", "s3"]))
def test_a_word_added_between_blanks_is_always_found(parts: list[str], word: str) -> None:
    assert hit(word, *parts, f"{parts[0]} {word} {parts[-1]}") is not None

"""The short ways of evidence.py find what the plain ones find."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from governance import evidence

_ASCII = st.text(st.characters(max_codepoint=127), max_size=40) | st.text("abAB01 _-.\x1f\n", max_size=20)

# As it was written first: places between letters, instead of capitals.
_BETWEEN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@given(_ASCII)
@settings(max_examples=500, deadline=None)
def test_ascii_words_are_spaced_like_all_words(text: str) -> None:
    assert evidence._spaced(text) == evidence._BETWEEN_WORDS.sub(" ", text).lower()


@given(_ASCII | st.text(max_size=20))
@settings(max_examples=500, deadline=None)
def test_names_begin_anew_at_the_same_places(text: str) -> None:
    assert evidence._INSIDE_IDENTIFIERS.sub(r" \g<0>", text) == _BETWEEN.sub(" ", text)


def _plainly(value: Any) -> list[str]:
    """The strings of a value, last branch first, as strings_in has always given them."""
    strings, waiting = [], [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            strings.append(here)
        elif isinstance(here, Mapping):
            strings.extend(key for key in here if isinstance(key, str))
            waiting.extend(here.values())
        elif isinstance(here, list | tuple):
            waiting.extend(here)
    return strings


class _Text(str):
    """A kind of str, as a choice of Django's is."""


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
_VALUES = st.recursive(
    _LEAVES | st.text(max_size=5).map(_Text),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3).map(MappingProxyType)
    ),
)


@given(_VALUES)
@settings(max_examples=500, deadline=None)
def test_every_string_of_a_value_is_found_in_the_same_order(value: Any) -> None:
    assert evidence.strings_in(value) == _plainly(value)

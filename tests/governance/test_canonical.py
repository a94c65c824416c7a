"""Canonical JSON equals RFC 8785 (threats F4), with the reference package as the judge."""

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ledger.canonical import MAX_SAFE_INTEGER, canonical, sha256

texts = st.text(st.characters(blacklist_categories=["Cs"]))
numbers = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=2000, deadline=None)
@given(values)
def test_it_equals_the_reference(value):
    assert canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (1e-7, "1e-7"),
        (0.000001, "0.000001"),
        (1e21, "1e+21"),
        (123456789012345680000.0, "123456789012345680000"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (0.1, "0.1"),
        (100.0, "100"),
        (-1.5, "-1.5"),
    ],
)
def test_numbers_are_written_as_ecmascript_does(value, text):
    assert canonical(value) == text


def test_keys_are_ordered_by_utf16_units():
    value = {"\ufb33": 1, "\U0001f600": 2}
    assert canonical(value).encode() == rfc8785.dumps(value)
    assert canonical(value).index("\U0001f600") < canonical(value).index("\ufb33")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), {"a": [1.5, 2**53]}])
def test_what_json_cannot_hold_exactly_is_refused(value):
    with pytest.raises(ValueError):
        canonical(value)


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(TypeError):
        canonical({"a": [1.5, object()]})


def test_domains_separate_digests():
    text = json.dumps({})
    assert sha256("foureyes/action/v1", text) != sha256("foureyes/report/v1", text)

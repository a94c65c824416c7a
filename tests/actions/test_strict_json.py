"""One text, one meaning: what the parser refuses, and where it says it stands (threats AC15, AC16, F3)."""

import pytest

from actions import strict_json
from governance.errors import MalformedBody

HOSTILE = {
    "duplicate key": (b'{"to": "alice", "to": "mallory"}', "the top level"),
    "duplicate key, nested": (b'{"a": [{"b": 1, "b": 1}]}', "/a/0"),
    "duplicate key, escaped": (b'{"to": 1, "\\u0074o": 2}', "the top level"),
    "NaN": (b'{"a": NaN}', "/a"),
    "Infinity": (b'{"a": [-Infinity]}', "/a/0"),
    "integer beyond 2^53-1": (b'{"a": 9007199254740992}', "/a"),
    "negative integer beyond": (b'{"a": -9007199254740992}', "/a"),
    "a million digits": (b'{"a": ' + b"9" * 60000 + b"}", "/a"),
    "float overflow": (b'{"a": 1e999}', "/a"),
    "NUL": (b'{"a": "x\\u0000y"}', "/a"),
    "NUL in a key": (b'{"a\\u0000": 1}', "/a\\x00"),
    "NUL beside other letters": (b'{"a": "\xc3\xa9\\u0000"}', "/a"),
    "lone surrogate": (b'{"a": "\\ud800"}', "/a"),
    "lone surrogate in a key": (b'{"\\udc00": 1}', "/\\udc00"),
    "depth 33": (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32"),
    "depth 100000": (b"[" * 30000, ""),
    "not UTF-8": (b'{"a": "\xff"}', "byte 7"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "byte 0"),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', "column 1"),
    "trailing comma": (b'{"a": 1,}', "column"),
    "comment": (b'{"a": 1} // x', "column"),
    "two values": (b'{"a": 1}{"b": 2}', "column"),
    "single quotes": (b"{'a': 1}", "column"),
    "control character": (b'{"a": "\x01"}', "column"),
    "empty": (b"", "column"),
}


@pytest.mark.parametrize(("raw", "place"), HOSTILE.values(), ids=HOSTILE.keys())
def test_it_refuses_and_says_where(raw, place):
    with pytest.raises(MalformedBody) as refused:
        strict_json.parse(raw)
    assert place in refused.value.sentence
    assert "Nothing was written" in refused.value.sentence


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": 9007199254740991}', {"a": 2**53 - 1}),
        (b'{"a": -9007199254740991}', {"a": -(2**53) + 1}),
        (b'{"a": 1.5e3, "b": [true, false, null]}', {"a": 1500.0, "b": [True, False, None]}),
        ('{"\U0001f600": "é"}'.encode(), {"\U0001f600": "é"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b"[" * 32 + b"]" * 32, None),
    ],
)
def test_it_accepts(raw, value):
    parsed = strict_json.parse(raw)
    assert value is None or parsed == value

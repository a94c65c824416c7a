"""Canonical JSON (RFC 8785): one text for one value, whoever writes it down.

Two profiles share one function. Agents' content may hold floats and any keys; ledger bodies hold neither, so there
the fast path always applies. In the fast path Python's own encoder equals RFC 8785.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

# The largest integer every JSON implementation keeps exactly (RFC 7493, section 2.2).
MAX_SAFE_INTEGER = 2**53 - 1

_fast = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_text = json.JSONEncoder(ensure_ascii=False).encode


def canonical(value: Any) -> str:
    """The RFC 8785 text of a JSON value.

    Raises ValueError for NaN, infinities and integers beyond 2^53-1, TypeError for anything JSON has no word for.
    """
    return _fast(value) if _is_plain(value) else _slow(value)


def canonical_entry(value: Any) -> str:
    """The canonical text of a ledger body, which holds no fractions: every verifier must read one text one way.

    Raises TypeError for a float, or anything JSON has no word for.
    """
    if not _is_plain(value):
        raise TypeError("A ledger entry holds text, whole numbers up to 2^53-1, true, false, null, lists and objects.")
    return _fast(value)


def sha256(domain: str, text: str) -> str:
    """Hex SHA-256 of a canonical text, separated by domain so that one kind of digest never passes for another."""
    return hashlib.sha256(f"{domain}\n{text}".encode()).hexdigest()


def leaf_hash(body: str) -> str:
    """Hex hash of one ledger entry as a Merkle leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + body.encode()).hexdigest()


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_plain(value: Any) -> bool:
    """Whether the fast path writes exactly what RFC 8785 wants: no floats, string keys within the basic plane."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER
    if kind is dict:
        return all(type(key) is str and (key.isascii() or max(key) <= "\uffff") for key in value) and all(
            map(_is_plain, value.values())
        )
    return kind in (list, tuple) and all(map(_is_plain, value))


def _slow(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise ValueError(f"{value} is beyond 2^53-1")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        # Keys are ordered by UTF-16 code units (RFC 8785, section 3.2.3), which differs from Python's order
        # for characters outside the basic plane.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{_slow(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_slow, value)) + "]"
    raise TypeError(f"{type(value).__name__} is not JSON")


@lru_cache(maxsize=1024)  # a rulebook writes the same few numbers a thousand times
def _number(value: float) -> str:
    """ECMAScript's Number-to-string, which RFC 8785 section 3.2.2.3 prescribes.

    Python's repr gives the same shortest digits; only the notation differs.
    """
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} is not JSON")
    if value == 0:
        return "0"
    sign, digit_tuple, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, digit_tuple)).rstrip("0")
    assert isinstance(exponent, int)  # noqa: S101  (finite, checked above)
    point = len(digit_tuple) + exponent  # where the decimal point stands, counted from the first digit
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        power = point - 1
        mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        text = f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"
    return f"-{text}" if sign else text

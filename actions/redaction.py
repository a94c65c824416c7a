"""Secrets agents send along by accident, taken out before anything is stored, shown or hashed. PURE.

The published clients put live arguments, passwords included, into action_details (wire-contract 4.1).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

REDACTED = "[redacted]"

_SECRET_WORDS = frozenset(
    (
        "password passwd passphrase pwd secret secrets token authorization credential credentials cookie"
        " bearer apikey cvv cvc"
    ).split()
)
_SECRET_PAIRS = frozenset(
    {("api", "key"), ("private", "key"), ("access", "key"), ("secret", "key"), ("signing", "key")}
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Our own keys, wherever they stand (actions/agent_keys.py gives the format).
_OUR_KEYS = re.compile(r"ascend_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}")


def redact(value: Any) -> Any:
    """A copy of a JSON value with the values of secret-looking keys, and API keys of ours anywhere, replaced."""
    kind = type(value)
    if kind is dict:
        return {_without_keys(key): _hide(item) if is_secret(key) else redact(item) for key, item in value.items()}
    if kind is list:
        return [redact(item) for item in value]
    return _without_keys(value) if kind is str else value


def is_secret(key: str) -> bool:
    """Whether a key's own words say that its value is a secret: `db_password`, `apiKey`; not `max_tokens`."""
    words = [word.lower() for word in _WORDS.findall(key)]
    return not _SECRET_WORDS.isdisjoint(words) or any(pair in _SECRET_PAIRS for pair in pairwise(words))


def _without_keys(text: str) -> str:
    return _OUR_KEYS.sub(REDACTED, text) if "ascend_" in text else text


def _hide(value: Any) -> Any:
    """Everything below a secret-looking key; true, false and null tell nothing and stay."""
    if type(value) is dict:
        return {key: _hide(item) for key, item in value.items()}
    if type(value) is list:
        return [_hide(item) for item in value]
    return value if value is None or type(value) is bool else REDACTED

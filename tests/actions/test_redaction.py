"""Secrets an agent sends along by accident are taken out before anything is stored, shown or hashed."""

import pytest

from actions.redaction import REDACTED, is_secret, redact


@pytest.mark.parametrize(
    "key",
    (
        "password PASSWORD db_password userPassword api_key apiKey API-KEY x-api-key private_key accessKey"
        " client_secret token access_token Authorization credentials signingKey"
    ).split(),
)
def test_secret_words(key):
    assert is_secret(key)


@pytest.mark.parametrize(
    "key", ["max_tokens", "tokenizer", "secretary", "passwordless", "key", "keyboard", "monkey_id", "compass"]
)
def test_words_that_only_look_alike(key):
    assert not is_secret(key)


def test_everything_below_a_secret_key_is_hidden():
    value = {"credentials": {"user": "root", "pins": [1234, None, True]}, "amount": 5}
    assert redact(value) == {
        "credentials": {"user": REDACTED, "pins": [REDACTED, None, True]},
        "amount": 5,
    }


def test_our_own_keys_are_hidden_wherever_they_stand():
    key = "ascend_" + "a" * 8 + "_" + "B" * 43 + "_" + "c" * 6
    assert redact({"note": f"use {key} please"}) == {"note": f"use {REDACTED} please"}
    assert redact([key]) == [REDACTED]


def test_the_rest_stays_as_it_is():
    value = {"to": "ACME", "n": [1, 2.5, None, {"deep": True}]}
    assert redact(value) == value

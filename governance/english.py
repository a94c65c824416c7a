"""Words that are kept or sent to others: English, whatever the language of whoever is at the page. PURE."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import override


def in_english(words: Callable[[], object]) -> str:
    """What the call says in English: for the ledger, and for whatever else is stored."""
    with override("en"):
        return str(words())

"""German words for one test, whatever the real translation says."""

from __future__ import annotations

import pytest
from django.utils.translation import trans_real


def teach(monkeypatch: pytest.MonkeyPatch, words: dict[str, str]) -> None:
    """Let German say these, until the test ends."""
    catalog = trans_real.translation("de")._catalog._catalogs[0]
    for english, german in words.items():
        monkeypatch.setitem(catalog, english, german)

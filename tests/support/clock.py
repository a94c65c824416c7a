"""The day of a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def midday() -> Iterator[None]:
    """Today from noon on, in UTC: for tests that say "today", which ends while one runs at midnight."""
    with time_machine.travel(timezone.now().replace(hour=12, minute=0), tick=True):
        yield

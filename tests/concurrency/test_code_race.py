"""One code of an app, given twice at the same moment: taken once, whichever process is asked (RFC 6238, 5.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from governance.models import LastCode, Person
from governance.second_factor import take_code
from tests.support.codes import code, switch_on
from tests.support.people import person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12


@pytest.fixture
def secret(sign_in: Callable[..., Client]) -> Iterator[str]:
    """The key in Rita's app."""
    cache.clear()
    yield switch_on(sign_in(person_called("rita")))
    cache.clear()


def forgetful(rita: Person, given: str) -> bool:
    """A server process that remembers nothing of what another one did."""
    cache.clear()
    return take_code(rita, given)


def test_one_of_two_takes_it(secret: str) -> None:
    rita = person_called("rita")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _round in range(ROUNDS):
            clock.shift(30)
            given = code(secret)
            assert sorted(together(*[partial(forgetful, rita, given)] * 2)) == [False, True]
            # Nor is the one before it: who looked over a shoulder had time to type.
            assert not take_code(rita, code(secret, steps=-1))


def test_the_code_that_proved_the_app_is_taken_too(secret: str) -> None:
    rita, now = person_called("rita"), timezone.now()
    with time_machine.travel(now, tick=False):
        assert LastCode.objects.exists()
        assert not forgetful(rita, code(secret))
        spaced = code(secret, steps=1)
        assert take_code(rita, f" {spaced[:3]}-{spaced[3:]} ")
        assert not forgetful(rita, spaced)


def test_the_naive_twin_takes_it_twice(secret: str) -> None:
    """Look, then write: both look before either has written."""
    looked = threading.Barrier(2)

    def naive() -> bool:
        is_fresh = not LastCode.objects.filter(step__gte=step).exists()
        looked.wait(timeout=10)
        LastCode.objects.update(step=step)
        return is_fresh

    step: Any = LastCode.objects.get().step + 1
    assert together(naive, naive) == [True, True]

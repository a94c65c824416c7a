"""Where the ledger cannot take the entry, nothing of oversight happens either (threats A1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.models import Action
from governance.models import LedgerEntry
from reviews.break_glass import break_glass, glass_alarms, review_break_glass
from reviews.canaries import plant_canary
from reviews.models import BreakGlass
from reviews.samples import look_at_sample
from tests.reviews.pages import pay, row
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called

pytestmark = pytest.mark.django_db


def _break(action: Action) -> Any:
    sina = person_called("sina")
    why = "The line stops in ten minutes."
    return break_glass(action.pk, actor=lifecycles.actor_of(sina), person=sina, reason=why, digest=action.digest)


def _late(action: Action) -> Any:
    BreakGlass.objects.update(review_by=action.created_at)
    return glass_alarms()


def _review(action: Action) -> Any:
    return review_break_glass(action.pk, actor=SETUP, person=person_called("adam"), finding="right", note="Seen.")


def _look(action: Action) -> Any:
    return look_at_sample(action.pk, actor=SETUP, person=person_called("rita"), finding="fine")


# What it starts from, and one call that would change something.
VERBS: dict[str, tuple[str, Callable[[Action], Any]]] = {
    "break_glass": ("pending", _break),
    "review_break_glass": ("broken", _review),
    "glass_alarms": ("broken", _late),
    "look_at_sample": ("sample", _look),
    "plant_canary": ("pending", lambda action: plant_canary(actor=SETUP, copy_of=action.pk, flaw="tenfold")),
}


@pytest.fixture
def start(api: Api, settings: Any) -> Callable[[str], Action]:
    for username in ("sina", "adam", "rita"):
        person_called(username)
    settings.SAMPLE_ONE_IN = 1

    def action_of(kind: str) -> Action:
        if kind == "sample":
            return row(lifecycles.auto_approved(api))
        action = pay(api, 5)
        if kind == "broken":
            _break(action)
        return row(action.pk)

    return action_of


@pytest.mark.parametrize("name", VERBS)
def test_no_entry_no_change(
    start: Callable[[str], Action], nothing_written: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind, verb = VERBS[name]
    action = start(kind)
    before = Action.objects.values().get(pk=action.pk)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("governance.ledger.entries.leaf_hash", full)
    with nothing_written(), pytest.raises(OSError, match="disk full"):
        verb(action)
    assert Action.objects.values().get(pk=action.pk) == before
    assert not BreakGlass.objects.exclude(finding="", alarmed_at=None).exists()


@pytest.mark.parametrize("name", VERBS)
def test_the_same_call_does_change_something(start: Callable[[str], Action], name: str) -> None:
    kind, verb = VERBS[name]
    action = start(kind)
    before = LedgerEntry.objects.count()
    assert verb(action)
    assert LedgerEntry.objects.count() > before

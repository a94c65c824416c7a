"""Several workers on replays at once: they share the work, and double none of it."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from governance import past_actions, replays
from governance.models import Replay, ReplayChange
from governance.past_actions import Window
from governance.replays import work, work_on
from tests.governance.test_replays import LONG, found
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import asked, copies
from tests.support.threads import failures, together


def looked_at(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each action was handed out, whoever asked."""
    seen: Counter[int] = Counter()
    whole = type(past_actions.source()).page

    def page(*args: Any) -> Any:
        found = whole(*args)
        seen.update(past.action_id for past in found)
        return found

    monkeypatch.setattr(type(past_actions.source()), "page", page)
    return seen


@pytest.fixture
def many(transactional_db: None, api: Api, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sixty actions, in pages of five."""
    lifecycles.auto_approved(api)
    monkeypatch.setattr(replays, "PAGE", 5)
    return copies(59)


def test_two_workers_share_the_work_and_double_none(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = asked(), asked(window=Window(latest=30))
    seen = looked_at(monkeypatch)
    results = together(*[lambda: work(LONG)] * 3)
    assert failures(results) == []
    for replay, ids in ((first, many), (second, many[30:])):
        replay.refresh_from_db()
        assert (replay.state, replay.done, replay.changed) == ("done", len(ids), len(ids))
        assert [number for number, _, _ in found(replay)] == ids[::-1]
    assert sum(seen.values()) == 90


def test_two_who_want_the_same_one(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    replay = asked()
    seen = looked_at(monkeypatch)
    assert failures(together(*[lambda: work_on(replay.pk, seconds=LONG)] * 4)) == []
    replay.refresh_from_db()
    assert (replay.state, replay.done) == ("done", 60)
    assert set(seen.values()) == {1}


def test_without_the_hold_the_work_doubles(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin: the test above is able to fail."""
    replay = asked()
    seen = looked_at(monkeypatch)
    monkeypatch.setattr(replays, "_free", lambda: replays.Q())
    whole = replays._compared
    turn = threading.Barrier(2)

    def side_by_side(*args: Any) -> Any:
        turn.wait(timeout=10)
        return whole(*args)

    monkeypatch.setattr(replays, "_compared", side_by_side)
    together(*[lambda: work_on(replay.pk, seconds=0)] * 2)
    assert max(seen.values()) == 2


def test_who_is_overtaken_writes_nothing(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that slept through its hold comes back: the cursor has moved on, and its page counts for nothing."""
    replay = asked()
    whole = replays._compared

    def sleeps(*args: Any) -> Any:
        monkeypatch.setattr(replays, "_compared", whole)
        with time_machine.travel(timezone.now() + replays.HOLD + timedelta(seconds=1)):
            assert work_on(replay.pk, seconds=LONG).state == "done"
        return whole(*args)

    monkeypatch.setattr(replays, "_compared", sleeps)
    late = work_on(replay.pk, seconds=LONG)
    assert (late.state, late.done, late.changed, late.changes.count()) == ("done", 60, 60, 60)


def test_without_the_comparison_a_late_worker_doubles(many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin of the test above: the row is written whoever holds it."""
    replay = asked()
    whole = replays._compared
    monkeypatch.setattr(replays, "_if_ours", lambda replay: Replay.objects.filter(pk=replay.pk))
    monkeypatch.setattr(ReplayChange.objects, "bulk_create", lambda changes: None)

    def sleeps(*args: Any) -> Any:
        monkeypatch.setattr(replays, "_compared", whole)
        with time_machine.travel(timezone.now() + replays.HOLD + timedelta(seconds=1)):
            work_on(replay.pk, seconds=LONG)
        return whole(*args)

    monkeypatch.setattr(replays, "_compared", sleeps)
    assert work_on(replay.pk, seconds=LONG).done > 60

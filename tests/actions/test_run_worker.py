"""The worker: deadlines first, then a while of replays, and no rest while there is work."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from actions.models import Action, State
from governance import replays
from governance.errors import DeadlinePassed
from governance.models import Replay
from reviews.management.commands import run_worker
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import asked, copies


def work_once() -> str:
    out = io.StringIO()
    call_command("run_worker", "--once", stdout=out)
    return out.getvalue()


def test_it_expires_and_replays(api: Api) -> None:
    pending = lifecycles.pending(api)
    replay = asked()
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert work_once() == "Expired 1 actions.\n"
    assert Action.objects.get(pk=pending).state == State.EXPIRED
    replay.refresh_from_db()
    assert (replay.state, replay.done) == ("done", 1)


def test_a_round_is_short_however_much_waits(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    copies(20)
    replay = asked()
    monkeypatch.setattr(run_worker, "_REPLAY_SECONDS", 0.0)
    monkeypatch.setattr(replays, "PAGE", 2)
    work_once()
    replay.refresh_from_db()
    assert replay.done == 0
    monkeypatch.setattr(run_worker, "_REPLAY_SECONDS", 60.0)
    work_once()
    replay.refresh_from_db()
    assert (replay.state, replay.done) == ("done", 21)


class Stop:
    """Stands in for the event that ends the worker: after so many rounds, noting each rest it would take."""

    def __init__(self, rounds: int):
        self.rounds, self.rests = rounds, 0

    def is_set(self) -> bool:
        self.rounds -= 1
        return self.rounds < 0

    def set(self) -> None: ...

    def wait(self, seconds: float) -> None:
        self.rests += 1


def rests_of(monkeypatch: pytest.MonkeyPatch, rounds: int) -> int:
    stop = Stop(rounds)
    monkeypatch.setattr(run_worker.threading, "Event", lambda: stop)
    monkeypatch.setattr(run_worker.signal, "signal", lambda *_: None)
    call_command("run_worker")
    return stop.rests


def test_it_does_not_rest_while_replays_wait(transactional_db: None, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    copies(5)
    asked()
    assert rests_of(monkeypatch, 2) == 2  # done in the first round
    asked()
    monkeypatch.setattr(run_worker, "_REPLAY_SECONDS", 0.0)
    assert rests_of(monkeypatch, 3) == 0
    assert Replay.objects.filter(state="done").count() == 1


def test_old_replays_are_forgotten_once_an_hour(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(replays, "forget_old_replays", lambda: called.append(1))
    rests_of(monkeypatch, 3)
    assert len(called) == 1


def test_a_database_that_is_away_ends_the_round_only(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> Any:
        raise DatabaseError("away")

    monkeypatch.setattr(replays, "work", away)
    assert rests_of(monkeypatch, 2) == 2


def test_it_escalates_and_reminds(api: Api) -> None:
    lifecycles.escalating(api)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        said = "Escalated 1 actions.\nReminded of 1 actions.\nTold people of 1 actions.\n"
        assert work_once() == said
        assert work_once() == ""


def test_what_is_past_its_deadline_is_only_expired(api: Api) -> None:
    lifecycles.escalating(api)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert work_once() == "Expired 1 actions.\n"


@pytest.mark.parametrize("broken", [duty.name for duty in run_worker.DUTIES])
def test_a_duty_that_fails_does_not_stop_the_others(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    did: list[str] = []

    def duty(name: str) -> run_worker.Duty:
        def do() -> int:
            did.append(name)
            return 1 // (name != broken)

        return run_worker.Duty(name, do, f"{name} {{}}.")

    duties = run_worker.DUTIES
    monkeypatch.setattr(run_worker, "DUTIES", [duty(duty_.name) for duty_ in duties])
    monkeypatch.setattr(replays, "work", lambda seconds: did.append("replay"))
    assert rests_of(monkeypatch, 2) == 2
    assert did == [*(duty_.name for duty_ in duties), "replay"] * 2
    assert f"{broken} failed" in caplog.text
    monkeypatch.setattr(run_worker.threading, "Event", lambda: Stop(1))
    with pytest.raises(CommandError, match=f"Failed: {broken}"):
        call_command("run_worker", "--once", stdout=io.StringIO())


def test_without_any_worker_a_late_vote_does_not_count(api: Api) -> None:
    """The first touch expires it; nothing depends on a worker having been there."""
    action_id = lifecycles.escalating(api)
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        with pytest.raises(DeadlinePassed):
            lifecycles.decide(action_id, "approve")
        assert work_once() == ""
    assert Action.objects.get(pk=action_id).state == State.EXPIRED

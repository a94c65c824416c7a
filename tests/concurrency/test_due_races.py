"""What comes due, what is withdrawn and what is decided at once: one winner each, and the loser is told the truth."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from actions.cancel import cancel_action
from actions.expire import expire_action, expire_overdue
from actions.models import Action, Agent, Outcome, State
from actions.report import report_outcome
from governance.errors import Conflict, DeadlinePassed, NotApproved, NotCancellable, NotPending, ReportRefused
from governance.models import LedgerEntry, Person
from reviews.escalate import escalate_action, escalate_due
from reviews.models import Vote
from reviews.remind import remind_due
from reviews.revoke import revoke_approval
from reviews.vote import cast_vote
from tests.support import environment, lifecycles
from tests.support.api import Api
from tests.support.people import SETUP
from tests.support.portal import LivePortal, python
from tests.support.threads import failures, together

ROUNDS = 15

in_threads = pytest.mark.django_db(transaction=True)


def approve(action: Action, by: Person) -> Callable[[], Vote]:
    actor = lifecycles.actor_of(by)
    return lambda: cast_vote(action.pk, actor=actor, person=by, verdict="approve", digest=action.digest, reason="Fine.")


def entries_of(action_id: int) -> list[str]:
    return [entry.type for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("seq")][1:]


def one(api: Api, n: int, make: Callable[..., int] = lifecycles.pending) -> Action:
    return Action.objects.get(pk=make(api, description=f"number {n}"))


def settled(action: Action) -> str:
    return Action.objects.values_list("state", flat=True).get(pk=action.pk)


@in_threads
def test_decide_and_expire(api: Api, senior: Person) -> None:
    for n in range(ROUNDS):
        action = one(api, n)
        Action.objects.filter(pk=action.pk).update(deadline=timezone.now() + timedelta(milliseconds=4 * n))
        voted, _ = together(approve(action, senior), partial(expire_action, action.pk))
        if isinstance(voted, Vote):
            assert (settled(action), entries_of(action.pk)) == (State.APPROVED, ["action.approved"])
        else:
            assert isinstance(voted, DeadlinePassed | NotPending)
            assert (settled(action), entries_of(action.pk)) == (State.EXPIRED, ["action.expired"])


@in_threads
def test_decide_and_cancel(api: Api, agent: Agent, senior: Person) -> None:
    """Cancelling wins either way, for an approval can be withdrawn; a vote counts only when it came first."""
    for n in range(ROUNDS):
        action = one(api, n)
        cancel = partial(cancel_action, action.pk, agent=agent, actor=SETUP)
        voted, cancelled = together(approve(action, senior), cancel)
        assert (cancelled.state, settled(action)) == (State.CANCELLED, State.CANCELLED)
        if isinstance(voted, Vote):
            assert entries_of(action.pk) == ["action.approved", "action.cancelled"]
        else:
            assert isinstance(voted, NotPending)
            assert "decided by the agent" in voted.sentence
            assert entries_of(action.pk) == ["action.cancelled"]


@in_threads
def test_decide_and_escalate(api: Api, senior: Person, second_reviewer: Person) -> None:
    for n in range(ROUNDS):
        action = one(api, n, lifecycles.escalating)
        escalate = partial(
            escalate_action,
            action.pk,
            actor=lifecycles.actor_of(second_reviewer),
            person=second_reviewer,
            reason="Now.",
        )
        voted, escalated = together(approve(action, senior), escalate)
        assert isinstance(voted, Vote)
        assert settled(action) == State.APPROVED
        if isinstance(escalated, Action):
            assert entries_of(action.pk) == ["action.escalated", "action.approved"]
        else:
            assert isinstance(escalated, NotPending)
            assert "decided by sina" in escalated.sentence
            assert entries_of(action.pk) == ["action.approved"]
            assert Action.objects.get(pk=action.pk).escalated is False


@in_threads
def test_report_and_revoke(api: Api, agent: Agent, senior: Person) -> None:
    for n in range(ROUNDS):
        action = one(api, n, lifecycles.auto_approved)
        report = partial(report_outcome, action.pk, agent=agent, kind=Outcome.Kind.COMPLETED, report={}, actor=SETUP)
        revoke = partial(revoke_approval, action.pk, actor=lifecycles.actor_of(senior), person=senior, reason="Stop.")
        reported, revoked = together(report, revoke)
        assert isinstance(reported, Action) is not isinstance(revoked, Action)
        if isinstance(reported, Action):
            assert isinstance(revoked, NotApproved)
            assert "the agent has acted" in revoked.sentence
            assert (settled(action), entries_of(action.pk)) == (State.EXECUTED, ["action.executed"])
        else:
            assert isinstance(reported, ReportRefused)
            assert "is cancelled, not approved" in reported.sentence
            assert (settled(action), entries_of(action.pk)) == (State.CANCELLED, ["action.revoked", "report.refused"])


@in_threads
def test_cancel_and_report(api: Api, agent: Agent) -> None:
    for n in range(ROUNDS):
        action = one(api, n, lifecycles.auto_approved)
        cancel = partial(cancel_action, action.pk, agent=agent, actor=SETUP)
        report = partial(report_outcome, action.pk, agent=agent, kind=Outcome.Kind.FAILED, report={}, actor=SETUP)
        cancelled, reported = together(cancel, report)
        assert sorted(isinstance(answer, Conflict) for answer in (cancelled, reported)) == [False, True]
        assert isinstance(cancelled, Action | NotCancellable)
        assert settled(action) == (State.CANCELLED if isinstance(cancelled, Action) else State.FAILED)


@in_threads
def test_two_workers_do_each_thing_once(api: Api) -> None:
    ids = [one(api, n, lifecycles.escalating).pk for n in range(20)]
    past = timezone.now() - timedelta(seconds=1)
    Action.objects.filter(pk__in=ids).update(remind_at=past, escalate_at=past)
    Action.objects.filter(pk__in=ids[:5]).update(deadline=past)
    rounds = together(*[lambda: (expire_overdue(), escalate_due(), remind_due())] * 2)
    assert failures(rounds) == []
    assert [sum(done) for done in zip(*rounds, strict=True)] == [5, 15, 15]
    for action_id in ids[:5]:
        assert entries_of(action_id) == ["action.expired"]
    for action_id in ids[5:]:
        assert sorted(entries_of(action_id)) == ["action.escalated", "action.reminded"]


@in_threads
def test_the_naive_twin_does_it_twice(api: Api) -> None:
    """Ask what is due, then write, without looking again behind the lock: the test above is able to fail."""
    action_id = one(api, 0, lifecycles.escalating).pk
    looked = threading.Barrier(2)
    told: list[int] = []

    def naive() -> None:
        if not Action.objects.get(pk=action_id).escalated:
            looked.wait(timeout=60)
            Action.objects.filter(pk=action_id).update(escalated=True)
            told.append(action_id)

    together(naive, naive)
    assert told == [action_id, action_id]


ACTIONS, KILLS = 60, 4
_PREPARE = f"""
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from actions.models import Action
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID
from tests.support.people import key_for
api = Api(key_for(AGENT_ID))
ids = [lifecycles.escalating(api, description=f"number {{n}}") for n in range({ACTIONS})]
past = timezone.now() - timedelta(seconds=1)
Action.objects.filter(pk__in=ids).update(escalate_at=past, remind_at=past)
Action.objects.filter(pk__in=ids[::3]).update(deadline=past)
"""
# A worker that says when it is about to write an entry, and takes its time over it.
_WORKER = """
import django, time; django.setup()
from django.core.management import call_command
from governance.ledger import entries
real = entries.leaf_hash
def slowly(text):
    print("writing", flush=True)
    time.sleep(0.02)
    return real(text)
entries.leaf_hash = slowly
call_command("run_worker", "--once")
"""
_RESULT = """
import django, json; django.setup()
from actions.models import Action, Seat
from governance.models import LedgerEntry
found = []
for action in Action.objects.order_by("pk"):
    kinds = sorted(entry.type for entry in LedgerEntry.objects.filter(action_id=action.pk))
    called_in = Seat.objects.filter(action=action, group__name="Directors").count()
    found.append([action.state, action.escalated, action.remind_at is None, called_in, kinds])
print(json.dumps(found))
"""


@pytest.mark.live
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(live_portal: LivePortal) -> None:
    live_portal.stop()
    python(live_portal.environment, "-c", _PREPARE)
    for _ in range(KILLS):
        command = [sys.executable, "-c", _WORKER]
        worker = subprocess.Popen(
            command, cwd=environment.ROOT, env=live_portal.environment, stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None
        for _ in range(random.randint(4, 12)):
            assert worker.stdout.readline(), "the worker was done before it was killed"
        time.sleep(random.uniform(0, 0.02))  # before, in or after the entry, its commit included
        worker.kill()
        worker.wait()
    live_portal.manage("run_worker", "--once")
    found: list[Any] = json.loads(python(live_portal.environment, "-c", _RESULT))
    expired = ["expired", False, False, 0, ["action.expired", "action.submitted"]]
    told = ["pending", True, True, 1, ["action.escalated", "action.reminded", "action.submitted"]]
    assert found == [expired if n % 3 == 0 else told for n in range(ACTIONS)]

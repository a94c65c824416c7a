"""cast_vote: what is written, and what is refused with nothing written."""

import json

import pytest
import time_machine

from actions.models import Action
from governance.errors import DeadlinePassed, MalformedBody, ReasonRequired, StaleContent
from governance.models import LedgerEntry
from reviews.vote import cast_vote
from tests.support import lifecycles

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(api):
    return Action.objects.get(pk=lifecycles.pending(api))


def vote(person, action, verdict="approve", **overrides):
    fields = {"digest": action.digest, "reason": "Because.", **overrides}
    return cast_vote(action.pk, actor=lifecycles.actor_of(person), person=person, verdict=verdict, **fields)


@pytest.mark.parametrize(("verdict", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_it_works(action, reviewer, verdict, state):
    cast = vote(reviewer, action, verdict)
    action.refresh_from_db()
    assert (action.state, action.decided_via, action.decided_by, action.reason) == (
        state,
        "person",
        reviewer,
        "Because.",
    )
    entry = LedgerEntry.objects.get(action_id=action.pk, seq=2)
    body = json.loads(entry.body)
    assert (entry.type, entry.actor_id) == (f"action.{state}", str(reviewer.pk))
    assert body["subject"]["digest"] == cast.digest == action.digest
    assert body["data"]["reason"] == "Because."


@pytest.mark.parametrize("verdict", ["", "APPROVE", "approved", "yes", "on"])
def test_only_the_two_verdicts_count(action, reviewer, nothing_written, verdict):
    with nothing_written(), pytest.raises(MalformedBody):
        vote(reviewer, action, verdict)


@pytest.mark.parametrize("digest", ["", "0" * 64, "é"])
def test_another_digest_is_refused(action, reviewer, nothing_written, digest):
    with nothing_written(), pytest.raises(StaleContent):
        vote(reviewer, action, digest=digest)


def test_a_rejection_needs_a_reason(action, reviewer, nothing_written):
    with nothing_written(), pytest.raises(ReasonRequired):
        vote(reviewer, action, "reject", reason="  ")
    vote(reviewer, action, reason="")


def test_a_critical_approval_needs_a_reason(api, senior, nothing_written):
    critical = Action.objects.get(pk=lifecycles.pending(api, action_type="system_operation"))
    with nothing_written(), pytest.raises(ReasonRequired):
        vote(senior, critical, reason="")
    vote(senior, critical)


@pytest.mark.parametrize("reason", ["x" * 4001, "a\x00b"])
def test_an_unusable_reason_is_refused(action, reviewer, nothing_written, reason):
    with nothing_written(), pytest.raises(MalformedBody):
        vote(reviewer, action, reason=reason)


def test_a_late_vote_finds_it_expired(api, reviewer):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        action = Action.objects.get(pk=lifecycles.pending(api))
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False), pytest.raises(DeadlinePassed):
        vote(reviewer, action)
    action.refresh_from_db()
    assert (action.state, action.votes.count()) == ("expired", 0)
    assert LedgerEntry.objects.get(action_id=action.pk, seq=2).type == "action.expired"


def test_the_ledger_refusing_means_no_decision(action, reviewer, monkeypatch, nothing_written):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("governance.ledger.entries.leaf_hash", broken)
    with nothing_written(), pytest.raises(OSError, match="disk full"):
        vote(reviewer, action)
    action.refresh_from_db()
    assert action.state == "pending"

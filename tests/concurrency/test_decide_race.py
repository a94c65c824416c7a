"""Several reviewers at once: exactly one decides (threats AC09, C1, C2)."""

import json
import threading

import pytest
from django.db import connections

from actions.models import Action, State
from governance.actors import Actor
from governance.errors import Conflict
from governance.models import LedgerEntry, Person
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.support import lifecycles
from tests.support.people import person_called
from tests.support.threads import together

ACTIONS = 200
VERDICTS = ("approve", "reject", "approve", "reject")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reviewers(team):
    from governance.people import create_person
    from tests.support.people import SETUP

    names = [f"racer{n}" for n in range(len(VERDICTS))]
    return [create_person(actor=SETUP, username=name, role="reviewer", team=team) for name in names]


def vote(person: Person, verdict: str, action_id: int, digest: str) -> Vote:
    actor = Actor(kind="person", id=str(person.pk), name=person.shown_name)
    return cast_vote(action_id, actor=actor, person=person, verdict=verdict, digest=digest, reason="Because.")


def test_one_winner_each_and_the_losers_are_told_who(api, reviewers):
    """200 actions, 4 simultaneous contradictory decisions each."""
    digests = {}
    for n in range(ACTIONS):
        action_id = lifecycles.pending(api, resource=f"account {n}")
        digests[action_id] = Action.objects.get(pk=action_id).digest

    outcomes: dict[int, list] = {}
    barrier = threading.Barrier(len(VERDICTS))

    def decide_all(person, verdict):
        def run():
            for action_id, digest in digests.items():
                barrier.wait(timeout=60)
                try:
                    result = vote(person, verdict, action_id, digest)
                except Conflict as exc:
                    result = exc
                outcomes.setdefault(action_id, []).append(result)

        return run

    results = together(*[decide_all(person, verdict) for person, verdict in zip(reviewers, VERDICTS, strict=True)])
    assert results == [None] * len(VERDICTS)

    for action_id, answers in outcomes.items():
        winners = [answer for answer in answers if isinstance(answer, Vote)]
        losers = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (len(winners), len(losers)) == (1, 3)
        action = Action.objects.get(pk=action_id)
        assert action.state == {"approve": State.APPROVED, "reject": State.REJECTED}[winners[0].verdict]
        assert action.decided_by_id == winners[0].person_id
        assert Vote.objects.filter(action_id=action_id).count() == 1
        entries = LedgerEntry.objects.filter(action_id=action_id).exclude(type="action.submitted")
        assert [json.loads(entry.body)["actor"]["id"] for entry in entries] == [str(winners[0].person_id)]
        for loser in losers:
            assert loser.status == 409
            assert action.decided_by_name in loser.sentence
            assert f"{action.decided_at:%H:%M:%S}" in loser.sentence


def test_over_http_the_loser_gets_409_and_the_name(api, sign_in):
    people = [person_called("rita"), person_called("ravi")]
    browsers = [sign_in(person) for person in people]
    action_id = lifecycles.pending(api)
    digest = Action.objects.get(pk=action_id).digest

    def decide(browser, verdict):
        form = {"digest": digest, "verdict": verdict, "reason": "Because."}
        return lambda: browser.post(f"/actions/{action_id}/decide/", form)

    answers = together(decide(browsers[0], "approve"), decide(browsers[1], "reject"))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert Action.objects.get(pk=action_id).decided_by_name in loser.content.decode()


def test_the_naive_twin_lets_both_win(api, reviewers):
    """Look, then write, without a lock: the test above is able to fail."""
    action_id = lifecycles.pending(api)
    looked = threading.Barrier(2)
    won = []

    def naive(name):
        def run():
            action = Action.objects.get(pk=action_id)
            if action.state == State.PENDING:
                looked.wait(timeout=60)
                won.append(name)

        return run

    together(naive("first"), naive("second"))
    connections.close_all()
    assert sorted(won) == ["first", "second"]


def test_decide_and_expire_have_one_winner(api, reviewers):
    """A vote and the sweeper meet at the deadline; whoever locks first settles it, once."""
    from datetime import timedelta

    from django.utils import timezone

    from actions.expire import expire_action

    for n in range(30):
        action_id = lifecycles.pending(api, resource=f"account {n}")
        action = Action.objects.get(pk=action_id)
        Action.objects.filter(pk=action_id).update(deadline=timezone.now() + timedelta(milliseconds=3 * n))
        decided, swept = together(
            lambda a=action: vote(reviewers[0], "approve", a.pk, a.digest),
            lambda a=action: expire_action(a.pk),
        )
        state = Action.objects.get(pk=action_id).state
        settled = LedgerEntry.objects.filter(action_id=action_id).exclude(type="action.submitted")
        assert settled.count() <= 1
        if isinstance(decided, Vote):
            assert state == State.APPROVED
        else:
            assert isinstance(decided, Conflict)
            assert state == State.EXPIRED
        assert not isinstance(swept, Exception)

"""Many submissions for few uses: never one too many, and whoever comes too late waits for people."""

from __future__ import annotations

import threading

import pytest

from actions.models import Action, StandingApproval, StandingUse
from governance.models import LedgerEntry
from reviews.standing.verbs import revoke_standing
from tests.actions.test_standing_at_submit import PAYMENT, give
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

SUBMITS, USES, THREADS = 16, 5, 2


def pay(key: str, name: str) -> str:
    answer = Api(key).submit(**PAYMENT, description=f"Pay {name}")
    assert answer.status == 200, answer.json
    return answer["status"]


def test_sixteen_submits_for_five_uses(api: Api, agent_key: str) -> None:
    standing = give(api, max_uses=USES)

    def some(thread: int) -> list[str]:
        return [pay(agent_key, f"{thread}/{n}") for n in range(SUBMITS // THREADS)]

    answers = together(*[lambda thread=thread: some(thread) for thread in range(THREADS)])
    said = [one for answer in answers for one in answer]
    assert (said.count("approved"), said.count("pending_approval")) == (USES, SUBMITS - USES)
    standing.refresh_from_db()
    assert standing.uses == StandingUse.objects.filter(standing=standing).count() == USES
    assert Action.objects.filter(decided_via="standing").count() == USES
    chain = list(LedgerEntry.objects.filter(stream=standing.stream).order_by("seq"))
    assert [entry.prev for entry in chain] == [None, *[entry.leaf for entry in chain[:-1]]]


def test_the_naive_twin_counts_one_too_many(api: Api) -> None:
    """Look, then count, without a lock: the test above is able to fail."""
    standing = give(api, max_uses=1)
    looked, passed = threading.Barrier(2), []

    def naive() -> None:
        if StandingApproval.objects.get(pk=standing.pk).uses < 1:
            looked.wait(timeout=60)
            passed.append(True)

    together(naive, naive)
    assert len(passed) == 2


def test_a_revocation_and_a_submission_meet(api: Api, agent_key: str) -> None:
    """Whoever is second sees the first: nothing passes after the revocation's entry."""
    sina = person_called("sina")
    for n in range(5):
        standing = give(api)
        together(
            lambda n=n: pay(agent_key, f"round {n}"),
            lambda pk=standing.pk: revoke_standing(
                pk, actor=lifecycles.actor_of(sina), person=sina, reason="No more of it."
            ),
        )
        kinds = list(LedgerEntry.objects.filter(stream=standing.stream).order_by("seq").values_list("type", flat=True))
        assert kinds[-1] == "standing.revoked"
        standing.refresh_from_db()
        assert kinds.count("standing.used") == standing.uses
        assert pay(agent_key, f"after {n}") == "pending_approval"

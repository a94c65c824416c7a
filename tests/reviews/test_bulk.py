"""One press for many rows: each is decided for itself, on what its row showed; and what may not be approved so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, State
from governance.models import LedgerEntry, Person
from reviews import folding, queues
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.reviews.pages import pay, row, text_of
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def press(browser: Client, actions: list[Action], verdict: str = "reject", reason: str = "Not these.") -> Any:
    chosen = [f"{one.pk}:{one.digest}" for one in actions]
    return browser.post("/bulk/", {"chosen": chosen, "verdict": verdict, "reason": reason})


def medium(api: Api, n: int = 0) -> Action:
    """A pending action of medium risk."""
    action = row(
        lifecycles.pending(api, action_type="query", description=f"Look {n}", context={"require_human_approval": True})
    )
    assert action.risk_level in ("low", "medium")
    return action


def test_it_works(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    actions = [pay(api, n) for n in (1, 2, 3)]
    browser = sign_in(reviewer)
    page = browser.get("/").content.decode()
    assert all(f'value="{one.pk}:{one.digest}"' in page for one in actions)
    answer = press(browser, actions[:2])
    assert "2 of 2 rejected" in text_of(answer)
    assert [row(one.pk).state for one in actions] == ["rejected", "rejected", "pending"]
    assert set(Vote.objects.values_list("reason", flat=True)) == {"Not these."}
    entries = LedgerEntry.objects.filter(type="action.rejected")
    assert [json.loads(entry.body)["data"]["bulk_of"] for entry in entries] == [2, 2]


def test_what_is_refused_stops_none_of_the_others(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    fine, decided, hot, changed = pay(api, 1), pay(api, 2), row(lifecycles.critical(api)), pay(api, 4)
    lifecycles.decide(decided.pk, "approve", by=person_called("ravi"))
    changed.digest = "0" * 64
    text = text_of(press(sign_in(reviewer), [hot, decided, changed, fine]))
    assert "1 of 4 rejected" in text
    assert "decided by ravi" in text
    assert "above your approval level" in text
    assert "not the content stored" in text
    states = [row(one.pk).state for one in (fine, decided, hot, changed)]
    assert states == ["rejected", "approved", "pending", "pending"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"chosen": []}, "No action was selected"),
        ({"reason": " "}, "A reason is required"),
        ({"verdict": ""}, "neither approve nor reject"),
        ({"chosen": ["1:abc"]}, "did not say which content"),
        ({"chosen": [f"{n}:{'0' * 64}" for n in range(51)]}, "50 is the most"),
        ({"chosen": [f"1:{'0' * 64}"] * 2}, "selected twice"),
    ],
)
def test_nothing_is_decided(api: Api, reviewer: Person, sign_in: SignIn, change: dict[str, Any], sentence: str) -> None:
    action = pay(api, 1)
    sent = {"chosen": [f"{action.pk}:{action.digest}"], "verdict": "reject", "reason": "No."} | change
    answer = sign_in(reviewer).post("/bulk/", sent)
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert row(action.pk).state == "pending"


def test_strangers_decide_nothing(api: Api, outsider: Person, sign_in: SignIn, client: Client) -> None:
    action = pay(api, 1)
    text = text_of(press(sign_in(outsider), [action]))
    assert "no such action among yours" in text
    assert "ACME" not in text
    assert press(client, [action]).status_code == 302
    assert sign_in(outsider).get("/bulk/").status_code == 302
    assert row(action.pk).state == "pending"


def test_approving_together_is_for_routes_that_say_so(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    browser, first = sign_in(reviewer), medium(api)
    assert "Approve selected" not in text_of(browser.get("/"))
    assert "on its own page only" in text_of(press(browser, [first], "approve"))
    new_route(stages=[stage((1, None, 1))], bulk_approve=True)
    one, two = medium(api, 1), medium(api, 2)
    assert "Approve selected" in text_of(browser.get("/"))
    text = text_of(press(browser, [one, first], "approve"))
    assert "because of the others selected with it" in text
    assert "2 of 2 approved" in text_of(press(browser, [one, two], "approve", ""))
    assert [row(one.pk).state for one in (first, one, two)] == ["pending", "approved", "approved"]


@pytest.mark.parametrize("state", [lifecycles.pending, lifecycles.critical], ids=["high", "critical"])
def test_high_and_critical_never_whatever_the_form_says(
    api: Api, senior: Person, sign_in: SignIn, state: Callable[..., int]
) -> None:
    new_route(stages=[stage((1, None, 1))], bulk_approve=True)
    risky, harmless = row(state(api)), medium(api)
    text = text_of(press(sign_in(senior), [harmless, risky], "approve", "All of it."))
    assert "0 of 2 approved" in text
    assert [row(one.pk).state for one in (risky, harmless)] == ["pending", "pending"]


@pytest.mark.django_db(transaction=True)
def test_a_bulk_and_a_decision_meet(api: Api, sign_in: SignIn) -> None:
    """Each action is settled once, by whoever was first; the page says who that was."""
    rita, ravi = person_called("rita"), person_called("ravi")
    actions = [pay(api, n) for n in range(8)]
    browser = sign_in(rita)

    def approve_all() -> int:
        won = 0
        for one in reversed(actions):
            actor = lifecycles.actor_of(ravi)
            try:
                cast_vote(one.pk, actor=actor, person=ravi, verdict="approve", digest=one.digest, reason="Fine.")
            except Exception:
                continue
            won += 1
        return won

    answer, won = together(lambda: press(browser, actions), approve_all)
    states = [row(one.pk).state for one in actions]
    assert (states.count(State.REJECTED), states.count(State.APPROVED)) == (8 - won, won)
    assert Vote.objects.count() == 8
    assert f"{8 - won} of 8 rejected" in text_of(answer)
    assert text_of(answer).count("decided by ravi") == won


# -- Equal ones are one row -----------------------------------------------------------------------------------------


def test_a_flood_of_equal_ones_is_one_row(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    flood = [row(lifecycles.pending(api, resource="the same")) for _ in range(queues.PAGE_SIZE + 5)]
    other = pay(api, 1)
    browser = sign_in(reviewer)
    page = browser.get("/")
    assert [one.action.pk for one in page.context["rows"]] == [flood[0].pk, other.pk]
    assert f"and {len(flood) - 1} more like it" in text_of(page)
    assert page.context["tally"].number == len(flood) + 1
    assert all(f'value="{one.pk}:{one.digest}"' in page.content.decode() for one in flood)
    press(browser, flood[:2])
    assert [one.action.pk for one in browser.get("/").context["rows"]] == [flood[2].pk, other.pk]


def test_folding_loses_none(api: Api, reviewer: Person, senior: Person) -> None:
    """Leaders and what is folded into them are exactly the queue, also where the first of a kind is not one's own."""
    new_route(stages=[stage((2, None, 1))], score_from=70.0)
    actions = [row(lifecycles.pending(api, resource=name)) for name in ("a", "b", "a", "a", "b", "c")]
    lifecycles.decide(actions[0].pk, "approve", by=reviewer)
    for person, first in ((reviewer, actions[2].pk), (senior, actions[0].pk)):
        for queue in (queues.MINE, queues.ALL):
            rows = queue.rows(queues.reviewer_of(person))
            leaders = list(folding.leaders(rows).order_by("pk"))
            twins = folding.twins_of(rows, leaders)
            shown = [one.pk for one in leaders] + [twin.pk for some in twins.values() for twin in some]
            assert sorted(shown) == sorted(rows.values_list("pk", flat=True)), (person.username, queue.slug)
            assert len(leaders) == 3
        assert min(folding.leaders(queues.mine(person)).values_list("pk", flat=True)) == min(first, actions[1].pk)

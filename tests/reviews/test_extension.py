"""More time: forward only, within bounds, by the right people; and the deadline in force is the one that counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from actions.expire import expire_overdue
from actions.models import Action
from governance.errors import (
    DeadlinePassed,
    InvalidDeadline,
    NotEligible,
    NotPending,
    NotYours,
    ReasonRequired,
    Refusal,
)
from governance.models import LedgerEntry, Person
from reviews.extend import extend_deadline
from tests.reviews.pages import row, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

pytestmark = pytest.mark.django_db
DAY = 24 * 60


def extend(action_id: int, by: Person, minutes: int | None = None, until: datetime | None = None) -> Action:
    actor = lifecycles.actor_of(by)
    return extend_deadline(action_id, actor=actor, person=by, minutes=minutes, until=until, reason="Legal is asked.")


def deadline_of(action_id: int) -> datetime:
    deadline = row(action_id).deadline
    assert deadline is not None
    return deadline


def test_it_works(api: Api, reviewer: Person) -> None:
    action_id = lifecycles.pending(api)
    before = deadline_of(action_id)
    extend(action_id, reviewer, 90)
    assert deadline_of(action_id) == before + timedelta(minutes=90)
    assert datetime.fromisoformat(api.status(action_id)["expires_at"]) == deadline_of(action_id)
    entry = json.loads(LedgerEntry.objects.filter(action_id=action_id).latest("seq").body)
    assert (entry["type"], entry["actor"]["name"]) == ("deadline.extended", "rita")
    assert datetime.fromisoformat(entry["data"]["to"]) - datetime.fromisoformat(entry["data"]["from"]) == timedelta(
        minutes=90
    )


def test_a_vote_between_the_old_and_the_new_deadline_counts_and_one_after_it_does_not(api: Api, senior: Person) -> None:
    one, two = lifecycles.pending(api), lifecycles.pending(api, resource="other")
    old = deadline_of(one)
    for action_id in (one, two):
        extend(action_id, senior, 60)
    with time_machine.travel(old + timedelta(minutes=30), tick=False):
        assert expire_overdue() == 0
        lifecycles.decide(one, "approve")
    with time_machine.travel(old + timedelta(minutes=60, seconds=1), tick=False), pytest.raises(DeadlinePassed):
        lifecycles.decide(two, "approve")
    assert (row(one).state, row(two).state) == ("approved", "expired")


def test_the_bounds(api: Api, senior: Person) -> None:
    action_id = lifecycles.pending(api)
    first = deadline_of(action_id)
    for minutes in (0, -5, 7 * DAY + 1):
        with pytest.raises(InvalidDeadline, match="Nothing was changed"):
            extend(action_id, senior, minutes)
    for until in (first, first - timedelta(hours=1)):
        with pytest.raises(InvalidDeadline, match="only be moved to a later moment"):
            extend(action_id, senior, until=until)
    with pytest.raises(InvalidDeadline, match="at most 7 days at once"):
        extend(action_id, senior, until=first + timedelta(days=8))
    for both in ({}, {"minutes": 5, "until": first + timedelta(hours=1)}):
        with pytest.raises(InvalidDeadline, match="Say by how many minutes"):
            extend(action_id, senior, **both)
    assert deadline_of(action_id) == first
    for _ in range(4):
        extend(action_id, senior, 7 * DAY)
    with pytest.raises(InvalidDeadline, match="30 days after the first deadline"):
        extend(action_id, senior, 3 * DAY)
    extend(action_id, senior, 2 * DAY)
    assert deadline_of(action_id) == first + timedelta(days=30)
    with pytest.raises(InvalidDeadline, match="30 days"):
        extend(action_id, senior, 1)


def test_a_reason_is_required(api: Api, senior: Person) -> None:
    action_id = lifecycles.pending(api)
    with pytest.raises(ReasonRequired):
        extend_deadline(action_id, actor=lifecycles.actor_of(senior), person=senior, minutes=60, reason="  ")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("aude", NotEligible), ("adam", NotEligible), ("olga", NotEligible), ("oscar", NotYours)],
)
def test_nobody_else_extends(api: Api, who: str, refusal: type[Refusal]) -> None:
    action_id = lifecycles.pending(api)
    before, person = deadline_of(action_id), person_called(who)
    with pytest.raises(refusal):
        extend(action_id, person, 60)
    assert deadline_of(action_id) == before


def test_a_reviewer_below_the_score_does_not_but_a_senior_who_voted_does(
    api: Api, reviewer: Person, senior: Person
) -> None:
    action_id = lifecycles.critical(api)
    with pytest.raises(NotEligible, match=r"above your approval level.*seniors of its team"):
        extend(action_id, reviewer, 60)
    extend(action_id, senior, 60)


def test_what_is_over_stays_over(api: Api, senior: Person) -> None:
    with pytest.raises(NotPending):
        extend(lifecycles.rejected(api), senior, 60)
    action_id = lifecycles.pending(api)
    with time_machine.travel(deadline_of(action_id) + timedelta(seconds=1), tick=False), pytest.raises(DeadlinePassed):
        extend(action_id, senior, 60)
    assert row(action_id).state == "expired"


def test_the_page(api: Api, reviewer: Person, auditor: Person, sign_in: Callable[..., Client]) -> None:
    action_id = lifecycles.pending(api)
    before, browser = deadline_of(action_id), sign_in(reviewer)
    assert "Extend the deadline" in text_of(browser.get(f"/actions/{action_id}/"))
    assert "Extend the deadline" not in text_of(sign_in(auditor).get(f"/actions/{action_id}/"))
    path = f"/actions/{action_id}/extend/"
    for fields in ({}, {"extend-minutes": "61", "extend-reason": "x"}, {"extend-minutes": "60", "extend-reason": ""}):
        refused = browser.post(path, fields)
        assert (refused.status_code, "Nothing was changed" in text_of(refused)) == (400, True)
    assert deadline_of(action_id) == before
    done = browser.post(path, {"extend-minutes": "60", "extend-reason": "Legal is asked."}, follow=True)
    until = before + timedelta(hours=1)
    assert f"may now be decided until {until:%Y-%m-%d %H:%M:%S} UTC" in text_of(done)
    assert "rita moved the deadline from" in text_of(done)


def test_a_retry_of_the_submission_reads_the_deadline_in_force(api: Api, senior: Person) -> None:
    first = api.submit(action_type="transaction", idempotency_key="one")
    extend(first["id"], senior, 60)
    again = api.submit(action_type="transaction", idempotency_key="one")
    assert again.json == {**first.json, "expires_at": api.status(first["id"])["expires_at"]}

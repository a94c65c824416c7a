"""Approving a critical action takes the password again, in the very form that shows what is approved (threats AC31)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.errors import StepUpRequired
from governance.models import LedgerEntry, Person
from governance.sign_in import MAX_TRIES
from reviews.vote import cast_vote
from tests.reviews.pages import critical, decide, pay, row, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD
from tests.support.threads import together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
WRONG = "battery-horse-staple-correct"


def failed_tries() -> int:
    return LedgerEntry.objects.filter(type="person.confirm_failed").count()


def auth_at(action: Action) -> str | None:
    return json.loads(LedgerEntry.objects.get(action_id=action.pk, type="action.approved").body)["actor"]["auth_at"]


def test_it_works(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = critical(api)
    before = timezone.now()
    assert decide(sign_in(senior), action, "approve", reason="Planned.", password=PASSWORD).status_code == 302
    assert row(action.pk).state == "approved"
    assert before.strftime("%Y-%m-%dT%H:%M") <= str(auth_at(action)) <= timezone.now().isoformat()


def test_only_where_it_is_needed(api: Api, senior: Person, sign_in: SignIn) -> None:
    action, client = pay(api, 5), sign_in(senior)
    assert 'type="password"' not in _panel(client, action)
    assert 'type="password"' in _panel(client, critical(api))
    assert decide(client, action, "approve", password="").status_code == 302
    assert auth_at(action) is None


def _panel(client: Client, action: Action) -> str:
    """The decision form alone."""
    page = client.get(f"/actions/{action.pk}/").content.decode()
    return page.partition(f'action="/actions/{action.pk}/decide/"')[2].partition("</form>")[0]


def test_without_a_password_nothing_is_decided(api: Api, senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = critical(api), sign_in(senior)
    with nothing_written():
        answer = decide(client, action, "approve", reason="Planned.", password="")
    assert answer.status_code == 403
    assert "Not decided. Confirm with your password" in text_of(answer)
    assert "Planned." in answer.content.decode()


def test_a_wrong_one_is_recorded_and_never_shown(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = critical(api)
    answer = decide(sign_in(senior), action, "approve", reason="Planned.", password=WRONG)
    assert answer.status_code == 403
    assert "The password is wrong. Nothing was decided." in text_of(answer)
    assert WRONG not in answer.content.decode()
    assert (row(action.pk).state, failed_tries()) == ("pending", 1)
    assert not any(WRONG in entry.body or PASSWORD in entry.body for entry in LedgerEntry.objects.all())


def test_somebody_elses_password_is_a_wrong_one(api: Api, senior: Person, sign_in: SignIn) -> None:
    senior.set_password(WRONG)
    senior.save()
    assert decide(sign_in(senior), critical(api), "approve", reason="Planned.", password=PASSWORD).status_code == 403


def test_rejecting_never_needs_it(api: Api, senior: Person, sign_in: SignIn) -> None:
    first, second, client = critical(api), critical(api, resource="other"), sign_in(senior)
    assert decide(client, first, "reject", reason="No.", password="").status_code == 302
    assert decide(client, second, "reject", reason="No.", password=WRONG).status_code == 302
    assert failed_tries() == 0


def test_five_wrong_ones_and_not_even_the_right_one_counts(api: Api, senior: Person, sign_in: SignIn) -> None:
    action, client = critical(api), sign_in(senior)
    for _ in range(MAX_TRIES):
        assert decide(client, action, "approve", reason="x", password=WRONG).status_code == 403
    for password in (PASSWORD, WRONG):
        answer = decide(client, action, "approve", reason="x", password=password)
        assert answer.status_code == 429
        assert "Too many wrong passwords within five minutes." in text_of(answer)
    assert (row(action.pk).state, failed_tries()) == ("pending", MAX_TRIES)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=False):
        assert decide(client, action, "approve", reason="x", password=PASSWORD).status_code == 302


def test_a_stranger_at_the_sign_in_page_keeps_nobody_from_deciding(
    api: Api, senior: Person, sign_in: SignIn, client: Client
) -> None:
    for _ in range(MAX_TRIES):
        client.post("/accounts/login/", {"login": senior.username, "password": WRONG})
    assert LedgerEntry.objects.filter(type="person.sign_in_failed").exists()
    assert decide(sign_in(senior), critical(api), "approve", reason="Planned.").status_code == 302


@pytest.mark.parametrize("ago", [None, timedelta(minutes=5, seconds=1), timedelta(seconds=-30)])
def test_the_verb_itself_asks(api: Api, senior: Person, nothing_written: Any, ago: timedelta | None) -> None:
    """Never, too long ago, or not yet: whoever calls the verb, from whichever page."""
    action, now = critical(api), timezone.now()
    actor = replace(lifecycles.actor_of(senior), confirmed_at=None if ago is None else now - ago)
    fields = {"person": senior, "verdict": "approve", "digest": action.digest, "reason": "Planned."}
    with time_machine.travel(now, tick=False), nothing_written(), pytest.raises(StepUpRequired):
        cast_vote(action.pk, actor=actor, **fields)
    with time_machine.travel(now, tick=False):
        fresh = replace(actor, confirmed_at=now - timedelta(minutes=5))
        assert cast_vote(action.pk, actor=fresh, **fields).verdict == "approve"


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_five_in_all(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = critical(api)
    clients = [sign_in(senior) for _ in range(MAX_TRIES + 2)]

    def guess(client: Client) -> Callable[[], int]:
        return lambda: decide(client, action, "approve", reason="x", password=WRONG).status_code

    answers = together(*(guess(client) for client in clients))
    assert sorted(answers) == [403] * MAX_TRIES + [429] * 2
    assert failed_tries() == MAX_TRIES


def test_the_naive_twin_lets_more_through() -> None:
    """Count, then record, without a lock: the test above is able to fail."""
    tries: list[int] = [0] * (MAX_TRIES - 1)
    counted = threading.Barrier(3)

    def guess() -> None:
        if len(tries) < MAX_TRIES:
            counted.wait(timeout=10)
            tries.append(0)

    together(guess, guess, guess)
    assert len(tries) > MAX_TRIES

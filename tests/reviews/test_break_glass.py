"""Break-glass: one senior, alone, loudly; and somebody else who looks afterwards (threats AC42)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.errors import (
    AlreadyLookedAt,
    Conflict,
    DeadlinePassed,
    MalformedBody,
    NotEligible,
    NotPending,
    NotYours,
    ReasonRequired,
    StaleContent,
    StepUpRequired,
)
from governance.models import LedgerEntry, Person
from governance.people import change_person
from reviews.break_glass import break_glass, glass_alarms, review_break_glass
from reviews.models import BreakGlass, Vote
from reviews.vote import cast_vote
from tests.reviews.pages import pay, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD
from tests.support.people import SETUP, browser_of, person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
WHY = "The supplier stops the line in ten minutes; Compliance does not answer."


@pytest.fixture
def action(api: Api) -> Action:
    """Waits for two people of a group nobody is in."""
    new_route(stages=[stage((2, "Compliance", 3))])
    return pay(api, 12400)


def broken(action: Action, by: Person, **overrides: Any) -> Action:
    fields = {"actor": lifecycles.actor_of(by), "reason": WHY, "digest": action.digest, **overrides}
    return break_glass(action.pk, person=by, **fields)


def looked(action: Action, by: Person, finding: str = "right", note: str = "Called the supplier.") -> BreakGlass:
    return review_break_glass(action.pk, actor=lifecycles.actor_of(by), person=by, finding=finding, note=note)


def test_it_works(api: Api, action: Action, senior: Person) -> None:
    before = timezone.now()
    broken(action, senior)
    now = row(action.pk)
    assert (now.state, now.decided_via, now.decided_by, now.reason) == ("approved", "glass", senior, WHY)
    glass = BreakGlass.objects.get(action=action)
    assert glass.review_by - glass.broken_at == timedelta(hours=24)
    assert glass.broken_at >= before
    body = json.loads(LedgerEntry.objects.get(action_id=action.pk, type="action.glass_broken").body)
    assert body["data"]["reason"] == WHY
    assert body["actor"]["auth_at"]
    for address in (f"/api/v1/actions/{action.pk}/status", f"/api/v1/actions/{action.pk}"):
        told = api.get(address)
        assert (told["break_glass"], told["status"], told["approved_by"]) == (True, "approved", "sina")


def test_other_approvals_are_no_break_glass(api: Api, reviewer: Person) -> None:
    assert api.status(lifecycles.approved(api, by=reviewer))["break_glass"] is False


def test_no_agent_may_say_so_itself(api: Api, nothing_written: Any) -> None:
    with nothing_written():
        assert api.submit(break_glass=True).status == 400


def test_votes_already_cast_stay(action: Action, senior: Person) -> None:
    colleague = member("carla", "Compliance", level=3)
    lifecycles.decide(action.pk, "approve", by=colleague)
    broken(action, senior)
    assert list(Vote.objects.filter(action=action).values_list("person__username", "verdict")) == [("carla", "approve")]


def test_who_approved_it_before_may(action: Action) -> None:
    both = member("sven", "Compliance", "Payments", role="senior")
    lifecycles.decide(action.pk, "approve", by=both)
    assert broken(action, both).state == "approved"


def downgraded() -> Person:
    person = person_called("sina")
    person.approval_level = 3
    return change_person(person, actor=SETUP)


def owning(action: Action) -> Person:
    person = person_called("sina")
    type(action.agent).objects.filter(pk=action.agent_id).update(owner=person)
    return person


def linked_to_owner(action: Action) -> Person:
    person = person_called("sina")
    Person.objects.filter(pk=person.pk).update(same_as=action.agent.owner)
    return Person.objects.get(pk=person.pk)


def gone(action: Action) -> Person:
    person = person_called("sina")
    person.is_active = False
    return change_person(person, actor=SETUP)


def unconfirmed(by: Person) -> Any:
    return replace(lifecycles.actor_of(by), confirmed_at=None)


# What it is, who tries, with what instead, and how it is refused.
REFUSED: dict[str, tuple[Callable[[Action], Person], dict[str, Any], type[Exception], str]] = {
    "no reason": (lambda a: person_called("sina"), {"reason": ""}, ReasonRequired, "at least 20 characters"),
    "a word of a reason": (lambda a: person_called("sina"), {"reason": "emergency!" + " " * 30}, ReasonRequired, "20"),
    "a NUL": (lambda a: person_called("sina"), {"reason": WHY + "\x00."}, MalformedBody, "NUL"),
    "another digest": (lambda a: person_called("sina"), {"digest": "0" * 64}, StaleContent, "not the content"),
    "no digest": (lambda a: person_called("sina"), {"digest": ""}, StaleContent, "not the content"),
    "no password": (
        lambda a: person_called("sina"), {"actor": unconfirmed}, StepUpRequired, "Confirm with your password",
    ),
    "a reviewer": (lambda a: person_called("rita"), {}, NotEligible, "Only a senior"),
    "an admin": (lambda a: person_called("adam"), {}, NotEligible, "Your role reads"),
    "an auditor": (lambda a: person_called("aude"), {}, NotEligible, "Your role reads"),
    "another team": (lambda a: member("otto", "Logistics", role="senior"), {}, NotYours, "no such action"),
    "a senior of level 3": (lambda a: downgraded(), {}, NotEligible, "takes approval level 4; yours is 3"),
    "the owner": (owning, {}, NotEligible, "You own this agent"),
    "the owner's other account": (linked_to_owner, {}, NotEligible, "You own this agent"),
    "a deactivated senior": (gone, {}, NotEligible, "not active"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(action: Action, nothing_written: Any, case: str) -> None:
    who, overrides, error, sentence = REFUSED[case]
    person = who(action)
    fields = {name: value(person) if callable(value) else value for name, value in overrides.items()}
    with nothing_written(), pytest.raises(error, match=sentence):
        broken(action, person, **fields)
    assert row(action.pk).state == "pending"


def test_who_rejected_it_may_not(api: Api, nothing_written: Any) -> None:
    new_route(stages=[stage((2, "Compliance", 3))], rejections_needed=2)
    action, both = pay(api, 5), member("sven", "Compliance", "Payments", role="senior")
    lifecycles.decide(action.pk, "reject", by=both)
    with nothing_written(), pytest.raises(NotEligible, match="already voted"):
        broken(action, both)


def test_decided_is_decided(api: Api, senior: Person, nothing_written: Any) -> None:
    for made in (lifecycles.approved, lifecycles.rejected, lifecycles.auto_approved, lifecycles.expired):
        action = row(made(api, resource=made.__name__))
        with nothing_written(), pytest.raises(NotPending):
            broken(action, senior)


def test_too_late_it_expires(action: Action, senior: Person) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False), pytest.raises(DeadlinePassed):
        broken(action, senior)
    assert row(action.pk).state == "expired"
    assert not BreakGlass.objects.exists()


def test_the_page_asks_and_does(api: Api, action: Action, senior: Person, reviewer: Person, sign_in: SignIn) -> None:
    assert "Break the glass" not in text_of(sign_in(reviewer).get(f"/actions/{action.pk}/"))
    client, address = sign_in(senior), f"/actions/{action.pk}/break-glass/"
    assert "Break the glass" in text_of(client.get(f"/actions/{action.pk}/"))
    form = {"break-glass-digest": action.digest, "break-glass-reason": WHY}
    refused = client.post(address, form)
    assert refused.status_code == 403
    assert WHY in refused.content.decode()
    assert client.post(address, {**form, "break-glass-password": "wrong"}).status_code == 403
    done = client.post(address, {**form, "break-glass-password": PASSWORD}, follow=True)
    assert "sina approved action" in text_of(done)
    assert "Approved by break-glass: sina decided this alone." in text_of(done)
    assert LedgerEntry.objects.filter(type="person.confirm_failed").count() == 1


@pytest.mark.parametrize(("username", "told"), [("sina", 1), ("adam", 1), ("aude", 1), ("rita", 0), ("oscar", 0)])
def test_a_banner_stands_until_somebody_looked(action: Action, senior: Person, username: str, told: int) -> None:
    broken(action, senior)
    client = browser_of(person_called(username))
    banner = "1 approval by break-glass waits for somebody else to look"
    assert text_of(client.get("/")).count(banner) == told
    tab = client.get("/queues/glass/")
    assert tab.status_code == (200 if told else 404)
    if told:
        assert WHY in text_of(tab)
        assert "Break-glass1" in text_of(tab)
    looked(action, person_called("adam"))
    assert banner not in text_of(client.get("/"))


def test_looking_afterwards(action: Action, senior: Person, auditor: Person, sign_in: SignIn) -> None:
    broken(action, senior)
    assert "Look at the broken glass" not in text_of(sign_in(senior).get(f"/actions/{action.pk}/"))
    client, address = sign_in(auditor), f"/actions/{action.pk}/review-glass/"
    assert "Look at the broken glass" in text_of(client.get(f"/actions/{action.pk}/"))
    assert client.post(address, {"review-glass-finding": "wrong"}).status_code == 400
    form = {"review-glass-finding": "wrong", "review-glass-note": "Compliance was at their desks."}
    page = text_of(client.post(address, form, follow=True))
    assert "Approved by break-glass, not justified: aude looked at it" in page
    entry = LedgerEntry.objects.get(action_id=action.pk, type="glass.reviewed")
    assert json.loads(entry.body)["data"]["note"] == "Compliance was at their desks."
    assert row(action.pk).state == "approved"


def same_human() -> Person:
    other = member("sina2", "Payments", role="senior")
    Person.objects.filter(pk=other.pk).update(same_as=person_called("sina"))
    return Person.objects.get(pk=other.pk)


REVIEW_REFUSED: dict[str, tuple[Callable[[], Person], dict[str, str], type[Exception], str]] = {
    "the one who broke it": (lambda: person_called("sina"), {}, NotEligible, "You broke this glass yourself"),
    "their other account": (same_human, {}, NotEligible, "You broke this glass yourself"),
    "a reviewer": (lambda: person_called("rita"), {}, NotEligible, "your role does not"),
    "another team": (lambda: member("otto", "Logistics", role="senior"), {}, NotYours, "no such action"),
    "another finding": (lambda: person_called("adam"), {"finding": "maybe"}, MalformedBody, "neither right nor wrong"),
    "no note": (lambda: person_called("adam"), {"note": " "}, ReasonRequired, "A note is required"),
}


@pytest.mark.parametrize("case", REVIEW_REFUSED)
def test_review_refused(action: Action, senior: Person, nothing_written: Any, case: str) -> None:
    broken(action, senior)
    who, overrides, error, sentence = REVIEW_REFUSED[case]
    person = who()
    with nothing_written(), pytest.raises(error, match=sentence):
        looked(action, person, **overrides)


def test_nothing_to_look_at(api: Api, action: Action, admin_person: Person, nothing_written: Any) -> None:
    for number in (action.pk, lifecycles.auto_approved(api)):
        with nothing_written(), pytest.raises(Conflict, match="No glass was broken"):
            looked(row(number), admin_person)


def test_nobody_looked_in_time(action: Action, senior: Person, caplog: Any, admin_person: Person) -> None:
    broken(action, senior)
    assert glass_alarms() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)), caplog.at_level(logging.ERROR):
        call_command("run_worker", "--once")
        call_command("run_worker", "--once")
        page = text_of(browser_of(admin_person).get("/queues/glass/"))
    assert [record.levelname for record in caplog.records if "broken glass" in record.message] == ["ERROR"]
    assert LedgerEntry.objects.filter(action_id=action.pk, type="glass.review_overdue").count() == 1
    assert "1 overdue" in page
    assert looked(action, admin_person).finding == "right"


def test_looked_at_in_time_rings_no_alarm(action: Action, senior: Person, admin_person: Person) -> None:
    broken(action, senior)
    looked(action, admin_person)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert glass_alarms() == 0


@pytest.mark.django_db(transaction=True)
def test_glass_and_vote_have_one_winner(api: Api) -> None:
    """A senior breaks the glass while a reviewer rejects; whoever locks first settles it, the other is told."""
    senior, reviewer = person_called("sina"), person_called("rita")
    for number in range(10):
        action = pay(api, 5, resource=f"account {number}")
        fields = {"person": reviewer, "verdict": "reject", "digest": action.digest, "reason": "No."}
        alone, vote = together(
            lambda a=action: broken(a, senior),
            lambda a=action, f=fields: cast_vote(a.pk, actor=lifecycles.actor_of(reviewer), **f),
        )
        now = row(action.pk)
        loser = vote if isinstance(alone, Action) else alone
        assert isinstance(loser, NotPending), (alone, vote)
        assert now.state == ("approved" if loser is vote else "rejected")
        assert BreakGlass.objects.filter(action=action).count() == (1 if loser is vote else 0)
        assert str(now.decided_by_name) in loser.sentence


@pytest.mark.django_db(transaction=True)
def test_two_lookers_have_one_finding(api: Api) -> None:
    action = pay(api, 5)
    broken(action, person_called("sina"))
    people = [person_called("adam"), person_called("aude")]
    results = together(*(lambda p=person: looked(action, p, note=p.username) for person in people))
    [refused] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, AlreadyLookedAt)
    assert BreakGlass.objects.get().note in refused.sentence
    assert LedgerEntry.objects.filter(type="glass.reviewed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_ring_once(api: Api) -> None:
    action = pay(api, 5)
    broken(action, person_called("sina"))
    BreakGlass.objects.update(review_by=timezone.now())
    assert sorted(together(glass_alarms, glass_alarms)) == [0, 1]
    assert LedgerEntry.objects.filter(type="glass.review_overdue").count() == 1

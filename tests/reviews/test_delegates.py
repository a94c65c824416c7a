"""Deciding for somebody who is away: every rule holds for both of them (threats AC06-AC08, I3, I4, I19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from actions.agents import change_agent
from actions.models import Action, Agent
from governance.errors import NotEligible, NotYours
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.eligibility import Seat, refusal, seat_for
from reviews.models import Vote
from tests.reviews.away import away, back, changed, same_human
from tests.reviews.pages import text_of
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def two_of_compliance() -> None:
    new_route(stages=[stage((2, "Compliance", 1))])


@pytest.fixture
def absent() -> Person:
    """Cora of Compliance, who is away."""
    return member("cora", "Compliance")


@pytest.fixture
def stand_in(absent: Person) -> Person:
    """Dan of Sales, who acts for her."""
    person = member("dan", "Sales")
    away(absent, person)
    return person


@pytest.fixture
def action(two_of_compliance: None, api: Api) -> Action:
    return Action.objects.get(pk=lifecycles.pending(api))


def agree(person: Person, action: Action) -> bool:
    """Whether this person may decide it: the rule and the queue must say the same."""
    action = Action.objects.get(pk=action.pk)
    person = Person.objects.get(pk=person.pk)
    seen = Action.objects.visible_to(person).filter(pk=action.pk).exists()
    may = seen and refusal(person, action) is None
    assert queues.mine(person).filter(pk=action.pk).exists() == may
    return may


def test_it_works(action: Action, absent: Person, stand_in: Person) -> None:
    seat = seat_for(stand_in, action)
    assert isinstance(seat, Seat)
    assert (seat.on_behalf_of, seat.holder) == (absent, absent)
    lifecycles.decide(action.pk, "approve", by=stand_in)
    vote = Vote.objects.get()
    assert (vote.person, vote.on_behalf_of, vote.identity) == (stand_in, absent, stand_in.pk)
    data = json.loads(LedgerEntry.objects.get(type="vote.approved").body)["data"]
    assert data["on_behalf_of"] == {"id": str(absent.pk), "name": "cora"}


def test_pages_history_and_agent_name_both(api: Api, absent: Person, stand_in: Person, sign_in: SignIn) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    action_id = lifecycles.pending(api)
    browser = sign_in(stand_in)
    assert "You would decide for cora" in text_of(browser.get("/"))
    page = text_of(browser.get(f"/actions/{action_id}/"))
    assert "You act for cora until" in page
    assert "You decide this for cora, who is away." in page
    digest = Action.objects.get(pk=action_id).digest
    form = {"digest": digest, "verdict": "approve", "reason": "Looked at it."}
    answer = browser.post(f"/actions/{action_id}/decide/", form, follow=True)
    page = text_of(answer)
    assert f"dan for cora approved action {action_id}" in page
    assert "dan for cora approved it" in page  # the timeline
    assert api.status(action_id)["approved_by"] == "dan for cora"
    auditor = member("auda", "Compliance", role="auditor")
    assert "dan for cora person" in text_of(sign_in(auditor).get("/history/"))
    assert "By dan for cora" in text_of(sign_in(auditor).get(f"/actions/{action_id}/"))


def test_an_own_seat_goes_first(action: Action, absent: Person, sign_in: SignIn) -> None:
    cyril = member("cyril", "Compliance")
    away(absent, cyril)
    seat = seat_for(cyril, action)
    assert isinstance(seat, Seat)
    assert seat.on_behalf_of is None
    assert "You would decide for" not in text_of(sign_in(cyril).get("/"))
    lifecycles.decide(action.pk, "approve", by=cyril)
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(action.pk, "approve", by=cyril)
    assert Vote.objects.get().on_behalf_of is None


@pytest.mark.parametrize(("own", "theirs", "may"), [(4, 4, True), (2, 4, False), (4, 2, False), (3, 3, True)])
def test_the_lower_of_both_levels_counts(
    action: Action, absent: Person, stand_in: Person, own: int, theirs: int, may: bool
) -> None:
    changed(stand_in, approval_level=own)
    changed(absent, approval_level=theirs)
    assert agree(stand_in, action) is may


CHANGES: dict[str, Callable[[Person, Person], Any]] = {
    "the absent person is deactivated": lambda absent, _: changed(absent, is_active=False),
    "the absent person decides no more": lambda absent, _: changed(absent, role="none"),
    "the absent person has no level": lambda absent, _: changed(absent, approval_level=None),
    "the absent person left the group": lambda absent, _: changed(absent, teams=[group("Elsewhere")]),
    "the delegate decides no more": lambda _, delegate: changed(delegate, role="auditor"),
    "the delegate has no level": lambda _, delegate: changed(delegate, approval_level=None),
    "both turn out to be one": lambda absent, delegate: same_human(delegate, absent),
    "the delegation is ended": lambda absent, _: back(absent.delegations.get()),
    "the absent person owns the agent": lambda absent, _: owned_by(absent),
    "the delegate owns the agent": lambda _, delegate: owned_by(delegate),
    "the absent person's other account does": lambda absent, _: owned_by(same_human(member("cora2", "X"), absent)),
    "the delegate's other account does": lambda _, delegate: owned_by(same_human(member("dan2", "X"), delegate)),
}


def owned_by(person: Person) -> None:
    agent = Agent.objects.get()
    agent.owner = person
    change_agent(agent, actor=lifecycles.actor_of(person))


@pytest.mark.parametrize("name", CHANGES)
def test_a_right_that_went_is_gone_at_the_next_vote(
    action: Action, absent: Person, stand_in: Person, sign_in: SignIn, name: str
) -> None:
    """Between the page and the vote, as seen by the rule, the queue, the verb and the page (I19)."""
    browser = sign_in(stand_in)
    assert 'name="verdict"' in browser.get(f"/actions/{action.pk}/").content.decode()
    assert agree(stand_in, action)
    CHANGES[name](absent, stand_in)
    assert not agree(stand_in, action)
    with pytest.raises((NotEligible, NotYours)):
        lifecycles.decide(action.pk, "approve", by=stand_in)
    form = {"digest": action.digest, "verdict": "approve", "reason": "Because."}
    assert browser.post(f"/actions/{action.pk}/decide/", form).status_code in (403, 404)
    assert not Vote.objects.exists()


def test_only_one_of_both_counts_whoever_is_first(action: Action, absent: Person, stand_in: Person) -> None:
    lifecycles.decide(action.pk, "approve", by=absent)
    assert not agree(stand_in, action)
    with pytest.raises(NotEligible, match="cora has already voted on this action"):
        lifecycles.decide(action.pk, "approve", by=stand_in)


def test_nor_the_absent_person_after_their_delegate(action: Action, absent: Person, stand_in: Person) -> None:
    lifecycles.decide(action.pk, "approve", by=stand_in)
    assert not agree(absent, action)
    with pytest.raises(NotEligible, match="dan has already voted on this action on your behalf"):
        lifecycles.decide(action.pk, "approve", by=absent)
    other = same_human(member("cora2", "Compliance"), absent)
    assert not agree(other, action)


def test_two_absent_people_give_their_delegate_one_vote(action: Action, absent: Person, stand_in: Person) -> None:
    away(member("cyril", "Compliance"), stand_in)
    lifecycles.decide(action.pk, "approve", by=stand_in)
    assert not agree(stand_in, action)
    action.refresh_from_db()
    assert action.state == "pending"


def test_what_was_lent_is_not_lent_on(action: Action, absent: Person, stand_in: Person) -> None:
    """Dan is away himself: Eve acts for him in Sales, and sees nothing of what Cora lent to Dan."""
    eve = member("eve", "Marketing")
    away(stand_in, eve)
    assert set(eve.acts_for()) == {group("Marketing"), group("Sales")}
    assert not Action.objects.visible_to(eve).exists()
    assert not agree(eve, action)
    with pytest.raises(NotYours):
        lifecycles.decide(action.pk, "approve", by=eve)


def test_a_delegation_has_its_hours(api: Api, absent: Person, two_of_compliance: None) -> None:
    from datetime import timedelta

    from django.utils import timezone

    dan, now = member("dan", "Sales"), timezone.now()
    away(absent, dan, starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=4))
    action = Action.objects.get(pk=lifecycles.pending(api))
    for hours, may in ((0, False), (1.9, False), (2.1, True), (3.9, True), (4.0, False), (5, False)):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            assert agree(dan, action) is may, hours


def test_a_team_is_lent_like_a_group(api: Api, reviewer: Person, outsider: Person, other_team: Group) -> None:
    """The default route asks for somebody of the agent's team."""
    action = Action.objects.get(pk=lifecycles.pending(api))
    assert not agree(outsider, action)
    away(reviewer, outsider)
    assert agree(outsider, action)
    lifecycles.decide(action.pk, "approve", by=outsider)
    assert Vote.objects.get().in_team

"""Giving a standing approval: by the quorum it stands in for, within its limits, and taking it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.agents import change_agent
from actions.models import Action, Agent, StandingApproval, StandingVote
from governance.errors import Conflict, InvalidStanding, NotEligible, NotPending, NotYours, ReasonRequired, StaleContent
from governance.models import LedgerEntry, Person
from governance.people import change_person
from reviews.standing import terms
from reviews.standing.verbs import propose_standing, revoke_standing, vote_standing
from tests.reviews.pages import XSS, assert_only_ours, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID
from tests.support.people import SETUP, person_called

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
DETAILS = {"amount": 100, "recipient": "ACME GmbH", "lines": [1, 2]}


def payment(api: Api, **fields: Any) -> Action:
    return row(lifecycles.pending(api, action_details=DETAILS, **fields))


def propose(example: Action, by: Person, **changes: Any) -> StandingApproval:
    given: dict[str, Any] = {
        "digest": example.digest,
        "condition": terms.preset(example),
        "score_up_to": example.risk_score,
        "max_uses": 5,
        "days": 7,
        "reason": "The same supplier each week.",
    }
    return propose_standing(example.pk, actor=lifecycles.actor_of(by), person=by, **(given | changes))


def vote(standing: StandingApproval, by: Person, verdict: str = "approve", **changes: Any) -> StandingApproval:
    given = {"digest": standing.digest, "reason": "Agreed."} | changes
    return vote_standing(standing.pk, actor=lifecycles.actor_of(by), person=by, verdict=verdict, **given)


def revoke(standing: StandingApproval, by: Person, reason: str = "No more.") -> StandingApproval:
    return revoke_standing(standing.pk, actor=lifecycles.actor_of(by), person=by, reason=reason)


def kinds(standing: StandingApproval) -> list[str]:
    return list(LedgerEntry.objects.filter(stream=standing.stream).order_by("seq").values_list("type", flat=True))


def test_where_one_person_is_asked_it_is_in_force_at_once(api: Api, reviewer: Person) -> None:
    example = payment(api)
    standing = propose(example, reviewer)
    assert standing.status == "active"
    assert kinds(standing) == ["standing.proposed", "standing.activated"]
    said = json.loads(LedgerEntry.objects.get(stream=standing.stream, seq=1).body)["data"]
    assert (said["condition"], said["max_uses"], said["example"]) == (standing.condition, 5, str(example.pk))
    assert row(example.pk).state == "pending"  # the example is decided by itself


def test_two_people_where_two_are_asked(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, two = member("cora", "Compliance"), member("cyril", "Compliance")
    standing = propose(payment(api), one)
    assert standing.status == "proposed"
    with pytest.raises(NotEligible, match="already voted on this standing approval"):
        vote(standing, one)
    assert vote(standing, two).status == "active"
    assert kinds(standing) == ["standing.proposed", "standing.vote", "standing.activated"]
    with pytest.raises(NotPending):
        vote(standing, member("carla", "Compliance"))


def test_two_accounts_of_one_human_being_are_one_vote(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, other = member("cora", "Compliance"), member("cora2", "Compliance")
    Person.objects.filter(pk=other.pk).update(same_as=one)
    standing = propose(payment(api), one)
    with pytest.raises(NotEligible):
        vote(standing, other)


def test_a_rejection_declines_it_and_says_why(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, two = member("cora", "Compliance"), member("cyril", "Compliance")
    standing = propose(payment(api), one)
    with pytest.raises(ReasonRequired):
        vote(standing, two, "reject", reason="")
    with pytest.raises(StaleContent):
        vote(standing, two, digest="0" * 64)
    done = vote(standing, two, "reject", reason="Too wide.")
    assert (done.status, done.ended_reason, done.ended_by) == ("declined", "Too wide.", two)
    assert kinds(standing)[-1] == "standing.declined"


def test_who_may_not_decide_the_action_may_not_allow_it(
    api: Api, owner: Person, outsider: Person, admin_person: Person, auditor: Person, reviewer: Person
) -> None:
    example = payment(api)
    for person in (owner, admin_person, auditor):
        with pytest.raises(NotEligible):
            propose(example, person)
    with pytest.raises(NotYours):
        propose(example, outsider)
    reviewer.approval_level = 1
    change_person(reviewer, actor=SETUP)
    with pytest.raises(NotEligible, match="above your approval level"):
        propose(example, reviewer)
    assert not StandingApproval.objects.exists()


def test_a_new_owner_keeps_out_of_it_too(api: Api, reviewer: Person) -> None:
    new_route(stages=[stage((2, None, 1))])
    standing = propose(payment(api), reviewer)
    ravi = person_called("ravi")
    agent = Agent.objects.get(agent_id=AGENT_ID)
    agent.owner = ravi
    change_agent(agent, actor=SETUP)
    with pytest.raises(NotEligible, match="own this agent"):
        vote(standing, ravi)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"days": 0}, "1 to 30 days"),
        ({"days": 31}, "1 to 30 days"),
        ({"max_uses": 0}, "1 to 1000 uses"),
        ({"max_uses": 1001}, "1 to 1000 uses"),
        ({"score_up_to": 85.1}, "At most the score of the example, 85"),
        ({"score_up_to": 50.0}, "do not cover the example itself"),
        ({"condition": "action.resorce == 'x'"}, "action.resorce"),
        ({"condition": "true"}, "does not look at the action"),
        ({"condition": 'action.resource == "elsewhere"'}, "do not cover the example itself"),
        ({"condition": 'action.details["nothing"] == 1'}, "do not cover the example itself"),
    ],
)
def test_terms_have_limits(api: Api, reviewer: Person, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidStanding, match=sentence):
        propose(payment(api), reviewer, **changes)
    assert not StandingApproval.objects.exists()
    assert not LedgerEntry.objects.filter(type__startswith="standing.").exists()


@pytest.mark.parametrize("state", ["critical", "rejected", "blocked", "expired", "auto_approved"])
def test_what_is_no_example(api: Api, senior: Person, state: str) -> None:
    example = row(lifecycles.critical(api) if state == "critical" else lifecycles.ALL[state](api))
    with pytest.raises(InvalidStanding):
        propose(example, senior)


def test_what_people_approved_is_one(api: Api, reviewer: Person) -> None:
    example = row(lifecycles.executed(api, by=reviewer, action_details=DETAILS))
    assert propose(example, reviewer).status == "active"


def test_one_at_a_time_from_one_example(api: Api, reviewer: Person) -> None:
    example = payment(api)
    first = propose(example, reviewer)
    with pytest.raises(Conflict, match=f"Standing approval {first.pk}"):
        propose(example, reviewer)
    revoke(first, reviewer)
    assert propose(example, reviewer).status == "active"


def test_who_may_revoke(
    api: Api, reviewer: Person, second_reviewer: Person, admin_person: Person, auditor: Person, outsider: Person
) -> None:
    example = payment(api)
    for person in (reviewer, second_reviewer, admin_person, person_called("sina"), person_called("olga")):
        standing = propose(example, reviewer)
        with pytest.raises(ReasonRequired):
            revoke(standing, person, reason=" ")
        assert revoke(standing, person).status == "revoked"
    standing = propose(example, reviewer)
    with pytest.raises(NotEligible):
        revoke(standing, auditor)
    with pytest.raises(NotYours):
        revoke(standing, outsider)
    assert revoke(standing, reviewer).status == "revoked"
    with pytest.raises(NotPending):
        revoke(standing, reviewer)


# -- The pages ------------------------------------------------------------------------------------------------------


def form(action: Action, **changes: Any) -> dict[str, Any]:
    fields = {
        "digest": action.digest,
        "condition": terms.preset(action),
        "details": ["recipient"],
        "score_up_to": "85",
        "max_uses": "3",
        "days": "7",
        "reason": "Every week.",
    } | changes
    return {f"allow-more-{name}": value for name, value in fields.items()}


def test_from_the_action_to_the_list(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action, browser = payment(api), sign_in(reviewer)
    assert "Allow more like this" in text_of(browser.get(f"/actions/{action.pk}/"))
    tried = text_of(browser.post(f"/standing/trial/{action.pk}/", form(action)))
    assert "Covers this action, and would have covered 1 of 1" in tried
    answer = browser.post(f"/actions/{action.pk}/allow-more/", form(action), follow=True)
    assert "is in force" in text_of(answer)
    standing = StandingApproval.objects.get()
    assert standing.condition == f'{terms.preset(action)} && action.details["recipient"] == "ACME GmbH"'
    listed = text_of(browser.get("/standing/"))
    assert "In force" in listed
    assert "0 of 3" in listed
    page = text_of(browser.get(f"/standing/{standing.pk}/"))
    assert "Every week." in page
    assert "would have covered 1 of 1" in page
    answer = browser.post(f"/standing/{standing.pk}/revoke/", {"reason": "Enough."}, follow=True)
    assert "waits for people again" in text_of(answer)
    assert "Revoked" in text_of(browser.get("/standing/"))


def test_the_second_votes_on_the_page(api: Api, sign_in: SignIn) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, two = member("cora", "Compliance"), member("cyril", "Compliance")
    standing = propose(payment(api), one)
    assert "already voted on this standing approval" in text_of(sign_in(one).get(f"/standing/{standing.pk}/"))
    browser = sign_in(two)
    sent = {"digest": standing.digest, "reason": ""}
    assert browser.post(f"/standing/{standing.pk}/vote/", sent).status_code == 400  # no button
    assert browser.post(f"/standing/{standing.pk}/vote/", sent | {"verdict": "reject"}).status_code == 400
    answer = browser.post(f"/standing/{standing.pk}/vote/", sent | {"verdict": "approve"}, follow=True)
    assert "It is in force now." in text_of(answer)
    assert browser.get(f"/standing/{standing.pk}/vote/").status_code == 302


def test_a_wrong_condition_comes_back_with_its_place(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action, browser = payment(api), sign_in(reviewer)
    sent = form(action, condition="action.resorce == 'x'", details=[])
    assert "Did you mean action.resource?" in text_of(browser.post(f"/standing/trial/{action.pk}/", sent))
    answer = browser.post(f"/actions/{action.pk}/allow-more/", sent)
    assert answer.status_code == 400
    assert "action.resorce" in text_of(answer)


def test_strangers_see_nothing(api: Api, reviewer: Person, outsider: Person, sign_in: SignIn) -> None:
    action = payment(api)
    standing, browser = propose(action, reviewer), sign_in(outsider)
    assert "Nothing is allowed in advance" in text_of(browser.get("/standing/"))
    assert browser.get(f"/standing/{standing.pk}/").status_code == 404
    assert browser.post(f"/standing/{standing.pk}/revoke/", {"reason": "x"}).status_code == 404
    assert browser.post(f"/standing/trial/{action.pk}/", form(action)).status_code == 404


def test_it_is_offered_to_those_who_may(
    api: Api, reviewer: Person, owner: Person, admin_person: Person, senior: Person, sign_in: SignIn
) -> None:
    action, hot = payment(api), row(lifecycles.critical(api))
    for person, found, offered in (
        (reviewer, action, True),
        (owner, action, False),
        (admin_person, action, False),
        (senior, hot, False),
    ):
        page = text_of(sign_in(person).get(f"/actions/{found.pk}/"))
        assert ("Allow more like this" in page) is offered, person.username


def test_hostile_content_stays_text(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.pending(api, resource=f"R{XSS}", tool_name='T"\\\u202e\n', action_details={XSS: XSS}))
    standing = propose(action, reviewer, condition=terms.with_details(terms.preset(action), action, [XSS]), reason=XSS)
    browser = sign_in(reviewer)
    for address in (f"/actions/{action.pk}/", "/standing/", f"/standing/{standing.pk}/"):
        assert_only_ours(browser.get(address).content.decode())
    assert StandingVote.objects.count() == 1

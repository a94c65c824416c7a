"""Who may decide: one rule, asked by queue, page and verb alike (threats AC06-AC08, I3, I4)."""

import pytest

from actions.models import Action
from governance.actors import Actor
from governance.errors import NotEligible, NotPending, NotYours, Refusal
from governance.models import LedgerEntry
from reviews.eligibility import refusal
from reviews.models import Vote
from reviews.vote import cast_vote
from tests.support import lifecycles
from tests.support.people import person_called

pytestmark = pytest.mark.django_db

# person, what is submitted, the words of the refusal
REFUSED = {
    "the agent's owner": ("olga", {}, "You own this agent"),
    "a reviewer below the score": ("rita", {"action_type": "system_operation"}, "above your approval level"),
    "an admin": ("adam", {}, "does not decide"),
    "an auditor": ("aude", {}, "does not decide"),
}


@pytest.fixture(params=REFUSED)
def case(request, api):
    username, overrides, words = REFUSED[request.param]
    action = Action.objects.get(pk=lifecycles.pending(api, **overrides))
    return person_called(username), action, words


def vote(person, action, verdict="approve", **overrides):
    fields = {"digest": action.digest, "reason": "Because.", **overrides}
    actor = Actor(kind="person", id=str(person.pk), name=person.shown_name)
    return cast_vote(action.pk, actor=actor, person=person, verdict=verdict, **fields)


def test_the_rule(case):
    person, action, words = case
    assert words in refusal(person, action).sentence


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_the_verb_asks_it(case, nothing_written, verdict):
    person, action, words = case
    with nothing_written(), pytest.raises(NotEligible, match=words):
        vote(person, action, verdict)


def test_the_page_asks_it(case, sign_in):
    person, action, words = case
    browser = sign_in(person)
    text = browser.get(f"/actions/{action.pk}/").content.decode()
    assert words in text
    assert 'name="verdict"' not in text
    # Posting without the page's form is no way round.
    form = {"digest": action.digest, "verdict": "approve", "reason": "Because."}
    assert browser.post(f"/actions/{action.pk}/decide/", form).status_code == 403
    action.refresh_from_db()
    assert action.state == "pending"


def test_the_queue_asks_it(case, sign_in):
    person, action, _ = case
    assert f"/actions/{action.pk}/" not in sign_in(person).get("/").content.decode()


def test_who_may(api, reviewer, senior):
    transaction = Action.objects.get(pk=lifecycles.pending(api))
    system = Action.objects.get(pk=lifecycles.pending(api, action_type="system_operation"))
    assert refusal(reviewer, transaction) is None
    assert refusal(senior, transaction) is None
    assert refusal(senior, system) is None


def test_the_owner_of_the_key_that_spoke_is_an_owner_too(api, agent, owner):
    """An agent id registered by another agent's key has that agent's owner behind it."""
    action_id = lifecycles.pending(api, agent_id="its-helper")
    from actions.agents import change_agent
    from governance.actors import command

    helper = Action.objects.get(pk=action_id).agent
    helper.owner = None
    change_agent(helper, actor=command("test"))
    assert "You own this agent" in refusal(owner, Action.objects.get(pk=action_id)).sentence


def test_nobody_decides_twice(api, reviewer):
    action = Action.objects.get(pk=lifecycles.pending(api))
    vote(reviewer, action)
    with pytest.raises(NotPending, match=reviewer.shown_name):
        vote(reviewer, action, "reject")
    assert Vote.objects.count() == 1
    assert LedgerEntry.objects.filter(action_id=action.pk).count() == 2


def test_a_stranger_does_not_learn_that_it_exists(api, outsider, nothing_written, sign_in):
    action = Action.objects.get(pk=lifecycles.pending(api))
    with nothing_written(), pytest.raises(NotYours):
        vote(outsider, action)
    browser = sign_in(outsider)
    assert browser.get(f"/actions/{action.pk}/").status_code == 404
    assert (
        browser.post(f"/actions/{action.pk}/decide/", {"digest": action.digest, "verdict": "approve"}).status_code
        == 404
    )


def test_an_agent_key_never_decides(api, agent_key):
    action = Action.objects.get(pk=lifecycles.pending(api))
    form = {"digest": action.digest, "verdict": "approve"}
    for path in (
        f"/actions/{action.pk}/decide/",
        f"/api/v1/actions/{action.pk}/approve",
        f"/api/authorization/approve/{action.pk}",
    ):
        answer = api.client.post(path, form, headers={"Authorization": f"Bearer {agent_key}"})
        assert answer.status_code in (302, 403, 404)
    action.refresh_from_db()
    assert action.state == "pending"


def test_a_deactivated_person_decides_nothing(api, reviewer):
    from governance.people import change_person
    from tests.support.people import SETUP

    action = Action.objects.get(pk=lifecycles.pending(api))
    reviewer.is_active = False
    change_person(reviewer, actor=SETUP)
    with pytest.raises(Refusal):
        vote(reviewer, action)


def test_a_settled_action_names_who_and_when(api, senior):
    action = Action.objects.get(pk=lifecycles.expired(api))
    said = refusal(senior, action)
    assert said.status == 409
    assert "the deadline" in said.sentence
    assert "expired" in said.sentence

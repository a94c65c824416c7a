"""Assignment: somebody is asked, and gets no right by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.models import Action
from governance.errors import MalformedBody, NotEligible, NotPending, NotYours
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.assign import assign_action, may_assign, unassign_action
from reviews.desk.filters import NOBODY
from reviews.models import Assignment
from tests.reviews.pages import XSS, assert_only_ours, critical, pay, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]


def assign(person: Person, action: Action, to: Person | str, note: str = "") -> Assignment:
    name = to if isinstance(to, str) else to.username
    return assign_action(action.pk, actor=lifecycles.actor_of(person), person=person, to=name, note=note)


def unassign(person: Person, action: Action) -> bool:
    return unassign_action(action.pk, actor=lifecycles.actor_of(person), person=person)


def post(client: Client, action: Action, move: str, **fields: Any) -> Any:
    return client.post(f"/actions/{action.pk}/{move}/", {f"{move}-{name}": value for name, value in fields.items()})


def entries(action: Action) -> list[tuple[str, str, str]]:
    rows = LedgerEntry.objects.filter(action_id=action.pk, type__startswith="assignment.").order_by("seq")
    data = [(one.type, json.loads(one.body)["data"]) for one in rows]
    return [(kind, said["to"], said["note"]) for kind, said in data]


def shown(client: Client, address: str) -> list[int]:
    return [one.action.pk for one in client.get(address).context["rows"]]


def test_it_works(api: Api, reviewer: Person, second_reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action, other = pay(api, 5), pay(api, 6)
    sina, ravi = sign_in(senior), sign_in(second_reviewer)
    assert "Nothing is assigned to you." in text_of(ravi.get("/queues/assigned/"))
    page = sina.get(f"/actions/{action.pk}/").content.decode()
    assert '<option value="ravi">' in page
    assert '<option value="olga">' not in page
    answer = post(sina, action, "assign", to="@ravi", note="You know this supplier.")
    assert answer.status_code == 302
    made = Assignment.objects.get()
    assert (made.person, made.assigned_by, made.note) == (second_reviewer, senior, "You know this supplier.")
    assert shown(ravi, "/queues/assigned/") == [action.pk]
    assert "Assigned to me 1" in text_of(ravi.get("/")).replace("me1", "me 1")
    assert "Assigned to you: You know this supplier." in text_of(ravi.get("/"))
    assert "Assigned to ravi: You know this supplier." in text_of(sign_in(reviewer).get("/"))
    assert "Assigned to you by sina" in text_of(ravi.get(f"/actions/{action.pk}/"))
    assert "sina assigned it to ravi: You know this supplier." in text_of(ravi.get(f"/actions/{action.pk}/"))
    assert set(shown(ravi, "/")) == {action.pk, other.pk}  # nothing is taken from anybody
    lifecycles.decide(action.pk, "approve", by=reviewer)  # nor kept from anybody
    assert shown(ravi, "/queues/assigned/") == []
    assert not Assignment.objects.exists()


def test_the_queue_can_be_filtered_by_it(
    api: Api, reviewer: Person, second_reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    first, second, third = pay(api, 5), pay(api, 6), pay(api, 7)
    assign(senior, first, reviewer)
    assign(senior, second, second_reviewer)
    client = sign_in(senior)
    assert shown(client, "/?assigned=rita") == [first.pk]
    assert shown(client, f"/?assigned={NOBODY}") == [third.pk]
    assert shown(client, "/queues/all/?assigned=stranger") == []
    assert shown(client, "/?assigned=%00") == []
    assert '<option value="ravi">ravi</option>' in client.get("/").content.decode()


def test_it_goes_on_to_somebody_else_and_ends(
    api: Api, reviewer: Person, second_reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    action = pay(api, 5)
    assign(senior, action, reviewer)
    assign(reviewer, action, second_reviewer, "I am away.")
    assert Assignment.objects.get().person == second_reviewer
    assert post(sign_in(second_reviewer), action, "unassign").status_code == 302
    assert not Assignment.objects.exists()
    assert unassign(second_reviewer, action) is False
    assert entries(action) == [
        ("assignment.made", "rita", "without a note"),
        ("assignment.ended", "rita", "it goes to somebody else"),
        ("assignment.made", "ravi", "I am away."),
        ("assignment.ended", "ravi", "nobody is asked any more"),
    ]


def test_only_to_somebody_who_may_decide_it(
    api: Api, reviewer: Person, senior: Person, owner: Person, auditor: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action, grave = pay(api, 5), critical(api)
    with nothing_written():
        for chosen, where, why in (
            (owner, action, "You own this agent"),
            (auditor, action, "Your role reads"),
            (reviewer, grave, "The score 95 is above your approval level"),
        ):
            page = post(sign_in(senior), where, "assign", to=chosen.username)
            assert page.status_code == 403
            assert f"{chosen.username} may not decide it, so nothing was changed. They would read: {why}" in text_of(
                page
            )


def test_who_is_unknown_and_who_sees_nothing_read_the_same(
    api: Api, senior: Person, outsider: Person, nothing_written: Any
) -> None:
    action = pay(api, 5)
    sentences = []
    with nothing_written():
        for name in ("oscar", "xerxes"):
            with pytest.raises(MalformedBody) as caught:
                assign(senior, action, name)
            sentences.append(caught.value.sentence.replace(name, "NAME"))
    assert sentences[0] == sentences[1]


def test_who_may_assign(
    api: Api, reviewer: Person, senior: Person, admin_person: Person, auditor: Person, owner: Person, outsider: Person
) -> None:
    grave = critical(api)
    assert may_assign(senior, grave)  # may decide it
    assert may_assign(admin_person, grave)  # leads, though an admin does not decide
    assert not may_assign(reviewer, grave)  # neither
    assert not may_assign(auditor, grave)
    senior.approval_level = 3
    senior.save()
    assert may_assign(senior, grave)  # leads
    owner.role = "senior"
    owner.save()
    assert not may_assign(owner, grave)  # answers for the agent
    for person, refused in (
        (reviewer, NotEligible),
        (auditor, NotEligible),
        (owner, NotEligible),
        (outsider, NotYours),
    ):
        with pytest.raises(refused):
            assign(person, grave, "sina")
    assert not Assignment.objects.exists()


def test_a_senior_of_another_group_leads_nobody_here(api: Api) -> None:
    new_route(stages=[stage((1, "Treasury", 4))])
    action = pay(api, 5)
    tess = member("tess", "Treasury", level=1, role="senior")
    assert Action.objects.visible_to(tess).filter(pk=action.pk).exists()
    assert not may_assign(tess, action)


def test_a_decided_action_is_assigned_to_nobody(api: Api, senior: Person, reviewer: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.approved(api))
    with pytest.raises(NotPending):
        assign(senior, action, reviewer)
    assert post(sign_in(senior), action, "assign", to="rita").status_code == 409


def test_it_gives_no_right(api: Api, reviewer: Person, senior: Person) -> None:
    """Assigned while he could, he could no more: the queue shows it, and the rule still refuses."""
    action = pay(api, 5)
    assign(senior, action, reviewer)
    reviewer.approval_level = 1
    reviewer.save()
    assert list(queues.assigned(reviewer)) == [action]
    with pytest.raises(NotEligible):
        lifecycles.decide(action.pk, "approve", by=reviewer)


def test_who_leaves_the_team_is_shown_nothing(api: Api, reviewer: Person, senior: Person) -> None:
    assign(senior, pay(api, 5), reviewer)
    reviewer.groups.clear()
    assert list(queues.assigned(Person.objects.get(pk=reviewer.pk))) == []


@pytest.mark.parametrize("note", ["x" * 301, "a\x00b"])
def test_an_unusable_note_is_refused(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn, nothing_written: Any, note: str
) -> None:
    action = pay(api, 5)
    with nothing_written():
        assert post(sign_in(senior), action, "assign", to="rita", note=note).status_code == 400
        with pytest.raises(MalformedBody):
            assign(senior, action, reviewer, note)


def test_hostile_words_are_shown_as_words(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    assign(senior, action, reviewer, XSS)
    for address in ("/", "/queues/assigned/", f"/actions/{action.pk}/", "/history/"):
        assert_only_ours(sign_in(reviewer).get(address).content.decode())
    assert_only_ours(post(sign_in(senior), action, "assign", to=XSS).content.decode())


def test_suggestions_are_those_who_could(
    api: Api,
    reviewer: Person,
    second_reviewer: Person,
    senior: Person,
    owner: Person,
    auditor: Person,
    sign_in: SignIn,
) -> None:
    for action, names in ((pay(api, 5), ["ravi", "rita", "sina"]), (critical(api), ["sina"])):
        page = sign_in(senior).get(f"/actions/{action.pk}/").content.decode()
        suggested = page[page.index('<datalist id="deciders">') : page.index("</datalist>")]
        assert re.findall(r'<option value="(\w+)">', suggested) == names

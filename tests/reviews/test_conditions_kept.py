"""Approval with conditions: from the form to the agent, and afterwards whether they were kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, State
from governance.errors import Conflict, MalformedBody, NotEligible, NotYours, ReasonRequired
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.check_conditions import check_conditions
from reviews.models import ConditionCheck
from reviews.vote import cast_vote
from tests.reviews.pages import DECEPTIVE, XSS, assert_only_ours, decide, pay, row, text_of
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.threads import failures, together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]

WISHES = ["Only rows of team A.", "Before Friday."]


def approved(api: Api, person: Person, conditions: list[str] = WISHES, amount: float = 5) -> Action:
    action = pay(api, amount)
    vote(action, person, conditions)
    return row(action.pk)


def vote(action: Action, person: Person, conditions: list[str], verdict: str = "approve") -> None:
    actor = lifecycles.actor_of(person)
    cast_vote(
        action.pk,
        actor=actor,
        person=person,
        verdict=verdict,
        digest=action.digest,
        reason="Because.",
        conditions=conditions,
    )


def reported(api: Api, person: Person, kind: str = "complete", **fields: Any) -> Action:
    action = approved(api, person, **fields)
    status = {"complete": "completed", "fail": "failed"}[kind]
    assert api.post(f"/api/agent-action/{action.pk}/{kind}", {"status": status}).status == 200
    return row(action.pk)


def check(action: Action, person: Person, kept: bool = True, note: str = "") -> ConditionCheck:
    return check_conditions(action.pk, actor=lifecycles.actor_of(person), person=person, kept=kept, note=note)


def press(client: Client, action: Action, **fields: str) -> Any:
    return client.post(
        f"/actions/{action.pk}/conditions/", {f"conditions-{name}": value for name, value in fields.items()}
    )


# -- From the form to the agent --------------------------------------------------------------------------------------


def test_it_works(api: Api, reviewer: Person, auditor: Person, sign_in: SignIn) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    typed = f"  {WISHES[0]}\r\n\r\n{WISHES[1]}  \r\n"
    assert decide(client, action, "approve", conditions=typed).status_code == 302
    assert row(action.pk).conditions == WISHES
    text = text_of(client.get(f"/actions/{action.pk}/"))
    assert "Conditions, as the agent receives them Only rows of team A. Before Friday." in text
    assert "Were the conditions kept?" not in text  # nothing was reported yet
    for path in ("/api/v1/actions/{}/status", "/api/v1/actions/{}", "/api/sdk/approval/{}", "/api/agent-action/{}"):
        assert api.get(path.format(action.pk))["conditions"] == WISHES
    assert api.get("/api/v1/actions")["actions"][0]["conditions"] == WISHES
    assert api.post(f"/api/agent-action/{action.pk}/complete", {"status": "completed"}).status == 200
    assert "Were the conditions kept?" in text_of(client.get(f"/actions/{action.pk}/"))
    answer = press(sign_in(auditor), action, kept="no", note="Team B as well.")
    assert answer.status_code == 302
    found = ConditionCheck.objects.get()
    assert (found.person, found.kept, found.note) == (auditor, False, "Team B as well.")
    data = json.loads(LedgerEntry.objects.get(type="conditions.checked").body)["data"]
    assert data == {"found": "not kept", "note": "Team B as well.", "conditions": WISHES}
    text = text_of(client.get(f"/actions/{action.pk}/"))
    assert "Not kept, says aude" in text
    assert "Team B as well." in text
    assert "Were the conditions kept?" not in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x" * 301, "The condition is longer than 300 characters."),
        ("\n".join("abcdefghijk"), "At most 10 conditions."),
        ("x" * 8001, "The conditions are too long."),
    ],
)
def test_too_many_or_too_long(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, typed: str, sentence: str
) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        answer = decide(client, action, "approve", conditions=typed)
    assert answer.status_code == 400
    text = text_of(answer)
    assert sentence in text
    assert "Nothing was decided." in text
    # What was typed is still there, and in sight.
    assert typed in answer.content.decode()
    assert '<details class="conditions" open>' in answer.content.decode()


def test_a_rejection_has_none(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        answer = decide(client, action, "reject", reason="No.", conditions="But if so, then on Friday.")
    assert "A rejection has no conditions." in text_of(answer)


def test_all_approvers_conditions_count_once_each(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn
) -> None:
    new_route(stages=[stage((2, None, 1))])
    action = pay(api, 5)
    vote(action, reviewer, ["On a Friday.", "In the morning."])
    assert api.status(action.pk)["conditions"] == []  # not before it is decided
    assert "rita: approve, if: On a Friday. In the morning." in text_of(
        sign_in(second_reviewer).get(f"/actions/{action.pk}/")
    )
    vote(row(action.pk), second_reviewer, ["In the morning.", "Slowly."])
    assert api.status(action.pk)["conditions"] == ["On a Friday.", "In the morning.", "Slowly."]


def test_hostile_words_of_people(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = reported(api, reviewer, conditions=[XSS, DECEPTIVE])
    for path in (f"/actions/{action.pk}/", "/queues/conditions/"):
        page = sign_in(reviewer).get(path)
        assert_only_ours(page.content.decode())
        assert "U+202E" in text_of(page)


# -- Afterwards ------------------------------------------------------------------------------------------------------


def test_a_report_is_accepted_as_ever(api: Api, reviewer: Person) -> None:
    assert reported(api, reviewer).state == State.EXECUTED
    assert reported(api, reviewer, "fail", amount=6).state == State.FAILED


def test_kept_needs_no_note(api: Api, reviewer: Person) -> None:
    assert check(reported(api, reviewer), reviewer).note == ""


def test_what_is_refused(api: Api, reviewer: Person, second_reviewer: Person, nothing_written: Any) -> None:
    without, early, action = reported(api, reviewer, conditions=[]), approved(api, reviewer), reported(api, reviewer)
    for wrong, sentence in ((without, "without conditions"), (early, "not reported an outcome yet")):
        with nothing_written(), pytest.raises(Conflict, match=sentence):
            check(wrong, reviewer)
    with nothing_written(), pytest.raises(ReasonRequired, match="how the conditions were not kept"):
        check(action, reviewer, kept=False, note=" ")
    with nothing_written(), pytest.raises(MalformedBody, match="The note is longer"):
        check(action, reviewer, note="x" * 4001)
    check(action, reviewer)
    with (
        nothing_written(),
        pytest.raises(Conflict, match=r"rita checked these conditions at .* The first check stands"),
    ):
        check(action, second_reviewer)


def test_who_may_not(api: Api, reviewer: Person, owner: Person, outsider: Person, nothing_written: Any) -> None:
    from tests.reviews.routes import member

    action = reported(api, reviewer)
    nobody = member("nobody", "Payments", role="none")
    for person, error in ((owner, NotEligible), (outsider, NotYours), (nobody, NotEligible)):
        with nothing_written(), pytest.raises(error):
            check(action, person)


def test_the_page_asks_for_an_answer(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = reported(api, reviewer), sign_in(reviewer)
    for fields in ({}, {"kept": "maybe"}):
        with nothing_written():
            answer = press(client, action, **fields)
        assert answer.status_code == 400
        assert "Say whether the conditions were kept. Nothing was recorded." in text_of(answer)
    with nothing_written():
        assert "Say how the conditions were not kept" in text_of(press(client, action, kept="no"))


def test_a_check_is_for_good(api: Api, reviewer: Person) -> None:
    from django.db import DatabaseError, transaction

    check(reported(api, reviewer), reviewer)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ConditionCheck.objects.update(kept=False)


# -- The queue -------------------------------------------------------------------------------------------------------


def test_the_queue(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    assert "Nothing to check." in text_of(client.get("/queues/conditions/"))
    older, newer = reported(api, reviewer, amount=7), reported(api, reviewer, "fail", amount=8)
    approved(api, reviewer, amount=9)  # not reported
    reported(api, reviewer, conditions=[], amount=10)  # nothing to keep
    page = client.get("/queues/conditions/")
    text = text_of(page)
    assert [line.action.pk for line in page.context["rows"]] == [older.pk, newer.pk]
    assert "2 waiting, oldest" in text
    assert "Only rows of team A." in text
    assert "Due" not in text
    assert "Conditions2" in text
    check(older, reviewer)
    assert [line.action.pk for line in client.get("/queues/conditions/").context["rows"]] == [newer.pk]


def test_the_queue_and_the_rule_agree(
    api: Api, reviewer: Person, auditor: Person, owner: Person, outsider: Person, admin_person: Person
) -> None:
    from reviews.check_conditions import check_refusal
    from tests.reviews.routes import member

    for number in range(3):
        reported(api, reviewer, amount=number, conditions=WISHES if number else [])
    check(Action.objects.latest("pk"), reviewer)
    approved(api, reviewer)
    everybody = [reviewer, auditor, owner, outsider, admin_person, member("nobody", "Payments", role="none")]
    for person in everybody:
        visible = Action.objects.visible_to(person)
        expected = {action.pk for action in visible if check_refusal(person, action) is None}
        assert set(queues.to_check(person).values_list("pk", flat=True)) == expected
    assert queues.to_check(auditor).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_check_once(api: Api, reviewer: Person, second_reviewer: Person) -> None:
    for number in range(8):
        action = reported(api, reviewer, amount=number)
        results = together(
            lambda a=action: check(a, reviewer),
            lambda a=action: check(a, second_reviewer, kept=False, note="No."),
        )
        [loser] = failures(results)
        assert isinstance(loser, Conflict)
        assert LedgerEntry.objects.filter(action_id=action.pk, type="conditions.checked").count() == 1

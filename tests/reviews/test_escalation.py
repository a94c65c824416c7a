"""Escalation and reminder: by the clock and by people, what it changes, and what agents, queues and pages say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from actions.models import Action, Seat
from governance.errors import DeadlinePassed, MalformedBody, NotEligible, NotEscalatable, NotPending, NotYours, Refusal
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.escalate import escalate_action, escalate_due
from reviews.remind import remind_due
from tests.reviews.pages import row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

pytestmark = pytest.mark.django_db


def escalate(action_id: int, by: Person, reason: str = "Nobody looks.") -> Action:
    return escalate_action(action_id, actor=lifecycles.actor_of(by), person=by, reason=reason)


def after(minutes: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def kinds_of(action_id: int) -> list[str]:
    return [entry.type for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("seq")]


def data_of(action_id: int) -> dict[str, str]:
    return json.loads(LedgerEntry.objects.filter(action_id=action_id).latest("seq").body)["data"]


def test_the_clock_escalates_once(api: Api) -> None:
    dora = member("dora", "Directors")
    action_id = lifecycles.escalating(api)
    assert not queues.mine(dora)
    with after(59):
        assert escalate_due() == 0
    with after(61):
        assert escalate_due() == 1
        assert escalate_due() == 0
    assert kinds_of(action_id) == ["action.submitted", "action.escalated"]
    told = data_of(action_id)
    assert (told["to"], told["by"], told["reason"]) == ("Directors", "time", "No decision within 61 minutes.")
    assert row(action_id).state == "pending"
    assert [action.pk for action in queues.mine(dora)] == [action_id]
    lifecycles.decide(action_id, "approve", by=dora)
    assert row(action_id).state == "approved"


def test_who_was_wanted_before_still_is(api: Api) -> None:
    action_id = lifecycles.escalated(api)
    lifecycles.decide(action_id, "approve", by=person_called("rita"))
    assert row(action_id).state == "approved"


def test_agents_go_on_waiting(api: Api) -> None:
    action_id = lifecycles.escalated(api)
    told = api.status(action_id)
    assert (told["status"], told["decision"], told["metadata"]["raw_status"]) == (
        "pending_approval",
        "pending",
        "escalated",
    )
    assert api.get("/api/v1/actions?status=escalated")["total"] == 1
    lifecycles.decide(action_id, "reject")
    assert api.get("/api/v1/actions?status=escalated")["total"] == 0


@pytest.mark.parametrize("end", ["decided", "expired", "cancelled"])
def test_what_is_over_is_neither_escalated_nor_reminded_of(api: Api, end: str) -> None:
    action_id = lifecycles.escalating(api)
    if end == "decided":
        lifecycles.decide(action_id, "reject")
    elif end == "cancelled":
        api.post(f"/api/v1/actions/{action_id}/cancel")
    with after(60 * 24 * 2):
        assert (escalate_due(), remind_due()) == (0, 0)
    assert row(action_id).escalated is False
    assert row(action_id).state == {"decided": "rejected"}.get(end, end)


def test_the_reminder_comes_once(api: Api) -> None:
    action_id = lifecycles.escalating(api)
    with after(29):
        assert remind_due() == 0
    with after(31):
        assert (remind_due(), remind_due()) == (1, 0)
    assert kinds_of(action_id) == ["action.submitted", "action.reminded"]
    assert row(action_id).remind_at is None


def test_a_person_escalates_at_once(api: Api, reviewer: Person) -> None:
    action_id = lifecycles.escalating(api)
    done = escalate(action_id, reviewer, " Nobody looks. ")
    assert (done.escalated, done.state) == (True, "pending")
    told = data_of(action_id)
    assert (told["to"], told["by"], told["reason"]) == ("Directors", "person", "Nobody looks.")
    with after(61):
        assert escalate_due() == 0


def test_a_senior_of_the_team_who_may_not_decide_escalates_all_the_same(api: Api, senior: Person) -> None:
    """The route wants Compliance; Sina is of the team only."""
    member("dora", "Directors")
    directors = Group.objects.get(name="Directors")
    new_route(stages=[stage((1, "Compliance", 1))], escalate_after=60, escalate_to=directors)
    action_id = lifecycles.pending(api)
    with pytest.raises(NotEligible, match=r"waits for somebody else.*seniors of its team"):
        escalate(action_id, person_called("rita"))
    escalate(action_id, senior)
    assert row(action_id).escalated


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("aude", NotEligible), ("adam", NotEligible), ("olga", NotEligible), ("oscar", NotYours)],
)
def test_nobody_else_does(api: Api, who: str, refusal: type[Refusal]) -> None:
    action_id = lifecycles.escalating(api)
    person = person_called(who)
    with pytest.raises(refusal):
        escalate(action_id, person)
    assert not row(action_id).escalated
    assert kinds_of(action_id) == ["action.submitted"]


def test_what_cannot_be_escalated(api: Api, senior: Person) -> None:
    with pytest.raises(NotEscalatable, match="names nobody"):
        escalate(lifecycles.pending(api), senior)
    with pytest.raises(NotEscalatable, match="to Directors already"):
        escalate(lifecycles.escalated(api), senior)
    with pytest.raises(NotPending, match="decided by sina"):
        escalate(lifecycles.rejected(api), senior)
    action_id = lifecycles.escalating(api)
    with pytest.raises(MalformedBody, match="longer than"):
        escalate(action_id, senior, "x" * 4001)
    with after(60 * 25), pytest.raises(DeadlinePassed):
        escalate(action_id, senior)
    assert row(action_id).state == "expired"


def test_it_never_settles_anything_by_itself(api: Api) -> None:
    """An approval that counts again in later stages must not stand in for the others because time passed."""
    bea = member("bea", "Compliance", "Directors")
    new_route(
        stages=[stage((1, "Compliance", 1)), stage((1, "Security", 1))],
        same_person_again=True,
        escalate_after=60,
        escalate_to=Group.objects.get(name="Directors"),
    )
    action_id = lifecycles.pending(api)
    lifecycles.decide(action_id, "approve", by=bea)
    with after(61):
        assert (escalate_due(), escalate_due()) == (0, 0)
    assert (row(action_id).state, row(action_id).escalated) == ("pending", False)
    assert Seat.objects.filter(action=action_id, is_open=True).count() == 1
    lifecycles.decide(action_id, "approve", by=member("seth", "Security"))
    assert row(action_id).state == "approved"


def test_one_that_fails_does_not_hold_up_the_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from reviews import escalate as module

    ids = [lifecycles.escalating(api, description=f"number {n}") for n in range(3)]
    real = module.refresh
    monkeypatch.setattr(module, "refresh", lambda action: 1 / 0 if action.pk == ids[0] else real(action))
    with after(61):
        assert escalate_due() == 2
        assert [row(pk).escalated for pk in ids] == [False, True, True]
        monkeypatch.undo()
        assert escalate_due() == 1


def test_the_page_and_the_queue_say_so(api: Api, reviewer: Person, sign_in: Callable[..., Client]) -> None:
    browser, action_id = sign_in(reviewer), lifecycles.escalating(api)
    page = text_of(browser.get(f"/actions/{action_id}/"))
    assert "Why Directors should look now" in page
    path = f"/actions/{action_id}/escalate/"
    refused = browser.post(path, {"escalate-reason": " "})
    assert (refused.status_code, "Not done. A reason is required" in text_of(refused)) == (400, True)
    done = browser.post(path, {"escalate-reason": "Nobody looks."}, follow=True)
    assert f"Action {action_id} was escalated to Directors." in text_of(done)
    with after(12):
        assert "Escalated to Directors 12 min ago." in text_of(browser.get(f"/actions/{action_id}/"))
        assert "Escalated to Directors 12 min ago" in text_of(browser.get("/"))
    page = text_of(browser.get(f"/actions/{action_id}/"))
    assert "Why Directors should look now" not in page
    assert "rita escalated it to Directors: Nobody looks." in page
    again = browser.post(path, {"escalate-reason": "Once more."})
    assert (again.status_code, "to Directors already" in text_of(again)) == (409, True)


def test_the_export_does_not_take_a_group_for_an_outcome(
    api: Api, admin_person: Person, sign_in: Callable[..., Client]
) -> None:
    lifecycles.escalated(api)
    exported = sign_in(admin_person).get("/history/export.csv").getvalue().decode()
    lines = csv.DictReader(io.StringIO(exported))
    assert [line["outcome"] for line in lines if line["type"] == "action.escalated"] == [""]

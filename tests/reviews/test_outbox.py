"""Who is told what: announcements, what other verbs tell, and what becomes of each notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action
from governance.errors import Conflict
from governance.models import Delegation, Person
from governance.people import change_person
from reviews import outbox
from reviews.models import Notice
from reviews.notices import deliveries, sending
from reviews.notices.webhooks import Undeliverable
from reviews.seats import refresh
from tests.reviews.notices import channel, reachable, say, told
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, browser_of, person_called

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def cast(team: Group) -> None:
    for username in ("rita", "sina", "adam", "olga", "oscar"):
        person_called(username)


def test_it_works(api: Api) -> None:
    action_id = lifecycles.pending(api)
    assert outbox.announce() == 1
    assert told(action_id) == ["rita", "sina"]  # not the owner, an admin or another team
    assert outbox.announce() == 0
    assert not deliveries.deliver()
    assert sorted(one.to[0] for one in mail.outbox) == ["rita@example.org", "sina@example.org"]
    assert not Notice.objects.filter(sent_at=None).exists()
    deliveries.deliver()
    assert len(mail.outbox) == 2


def test_a_submission_writes_nothing_of_it(api: Api) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        action_id = lifecycles.pending(api)
    assert not [query for query in asked.captured_queries if "reviews_notice" in query["sql"]]
    assert Action.objects.get(pk=action_id).announced_at is None


def test_what_needs_nobody_is_not_announced(api: Api) -> None:
    lifecycles.auto_approved(api)
    overdue = lifecycles.pending(api)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert outbox.announce() == 0
    lifecycles.decide(overdue, "approve")
    assert outbox.announce() == 0
    assert not Notice.objects.exists()


def test_one_that_cannot_be_read_does_not_hold_up_the_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = lifecycles.pending(api, resource="bad"), lifecycles.pending(api, resource="good")
    whole = outbox.deciders

    def asked(action: Action) -> Any:
        if action.pk == bad:
            raise ZeroDivisionError
        return whole(action)

    monkeypatch.setattr(outbox, "deciders", asked)
    assert outbox.announce() == 1
    assert (told(bad), told(good)) == ([], ["rita", "sina"])
    assert Action.objects.get(pk=bad).announced_at is None


def test_only_who_may_decide_the_score_is_told(api: Api) -> None:
    action_id = lifecycles.critical(api)
    outbox.announce()
    assert told(action_id) == ["sina"]


def test_who_is_away_is_told_and_so_is_the_delegate(api: Api) -> None:
    person, delegate = reachable("paula", "Compliance"), reachable("dora", "Elsewhere")
    now = timezone.now()
    Delegation.objects.create(person=person, delegate=delegate, starts_at=now, ends_at=now + timedelta(days=1))
    new_route(stages=[stage((1, "Compliance", 1))], score_from=70.0)
    action_id = lifecycles.pending(api)
    outbox.announce()
    assert told(action_id) == ["paula", "dora"]


def test_the_next_stage_tells_those_newly_able(api: Api) -> None:
    reachable("cora", "Compliance")
    reachable("seth", "Security")
    both = reachable("bea", "Compliance", "Security")
    channel("everywhere")
    channel("security", team=Group.objects.get(name="Security"))
    channel("logistics", team=Group.objects.get(name="Logistics"))
    new_route(stages=[stage((1, "Compliance", 1)), stage((1, "Security", 1))], score_from=70.0)
    action_id = lifecycles.pending(api)
    outbox.announce()
    assert told(action_id) == ["cora", "bea", "everywhere"]
    lifecycles.decide(action_id, "approve", by=Person.objects.get(username="cora"))
    assert outbox.announce() == 1
    assert told(action_id)[3:] == ["seth", "everywhere", "security"]  # Bea knows of it
    assert both.username == "bea"


def test_who_an_escalation_calls_in_is_told(api: Api) -> None:
    reachable("cora", "Compliance")
    chief = reachable("chief", "Board")
    board = chief.groups.get()
    new_route(stages=[stage((1, "Compliance", 1))], score_from=70.0, escalate_after=30, escalate_to=board)
    action_id = lifecycles.pending(api)
    outbox.announce()
    assert told(action_id) == ["cora"]
    Action.objects.filter(pk=action_id).update(escalated=True)
    refresh(Action.objects.get(pk=action_id))
    refresh(Action.objects.get(pk=action_id))
    assert outbox.announce() == 1
    assert told(action_id) == ["cora", "chief"]
    refresh(Action.objects.get(pk=action_id))
    assert outbox.announce() == 0


def test_due_within_the_hour_is_another_kind(api: Api) -> None:
    action_id = lifecycles.pending(api)
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    with time_machine.travel(deadline - timedelta(minutes=59), tick=False):
        outbox.announce()
    assert set(Notice.objects.filter(action=action_id).values_list("kind", flat=True)) == {"due_soon"}


def test_what_other_verbs_tell(api: Api) -> None:
    action_id = lifecycles.pending(api)
    rita, sina = person_called("rita"), person_called("sina")
    nobody = reachable("nobody", "Payments")
    Person.objects.filter(pk=nobody.pk).update(email="")
    channel()
    assert say("mention", action_id, rita, rita, sina, Person.objects.get(pk=nobody.pk), by="Olga") == 2
    assert say("break_glass", action_id, rita, by="Sina", channels=True) == 2
    assert told(action_id) == ["rita", "sina", "rita", "ops"]
    with pytest.raises(KeyError, match="kinds"):
        say("gossip", action_id, rita)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_outside_a_transaction(api: Api) -> None:
    action = Action.objects.get(pk=lifecycles.pending(api))
    with pytest.raises(RuntimeError, match="belongs in the transaction"):
        outbox.tell("mention", action, [person_called("rita")])


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_outside_any_transaction(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    say("mention", lifecycles.pending(api), person_called("rita"), by="Olga")
    seen: list[bool] = []
    monkeypatch.setattr(sending.mail, "post", lambda *args, **rest: seen.append(connection.in_atomic_block))
    deliveries.deliver()
    assert seen == [False]


@pytest.mark.parametrize("what", ["decided", "voted", "left the team", "deactivated", "another team"])
def test_what_is_not_needed_any_more_is_not_sent(api: Api, what: str) -> None:
    rita = person_called("rita")
    action_id = lifecycles.pending(api)
    say("wanted", action_id, rita)
    if what == "decided":
        lifecycles.decide(action_id, "reject")
    elif what == "voted":
        lifecycles.decide(action_id, "approve", by=rita)
    elif what == "deactivated":
        Person.objects.filter(pk=rita.pk).update(is_active=False)
    elif what == "another team":
        change_person(rita, actor=SETUP, teams=[Group.objects.get(name="Logistics")])
    else:
        change_person(rita, actor=SETUP, teams=[])
    deliveries.deliver()
    assert mail.outbox == []
    notice = Notice.objects.get()
    assert notice.sent_at is not None
    assert notice.error.startswith("Not sent: ")


def test_a_mention_is_sent_also_when_it_is_decided(api: Api) -> None:
    action_id = lifecycles.approved(api)
    say("mention", action_id, person_called("rita"), by="Olga")
    deliveries.deliver()
    assert mail.outbox[0].subject == f"Foureyes: action {action_id}: you were mentioned"


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*args: Any, **rest: Any) -> None:
        raise error

    monkeypatch.setattr(sending.mail, "post", fail)


def test_a_failure_is_tried_again_ever_later_and_then_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    say("mention", lifecycles.pending(api), person_called("rita"), by="Olga")
    failing(monkeypatch, Undeliverable("The server is away."))
    start = timezone.now() + MINUTE
    pauses = []
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(8):
            deliveries.deliver()
            notice = Notice.objects.get()
            pauses.append((notice.send_at - timezone.now()) // MINUTE)
            assert notice.sent_at is None
            assert bool(notice.failed_at) == (notice.attempts == 8)
            clock.move_to(notice.send_at - timedelta(seconds=1))
            deliveries.deliver()
            assert Notice.objects.get().attempts == notice.attempts
            clock.move_to(notice.send_at)
        deliveries.deliver()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (notice.attempts, notice.error) == (8, "The server is away.")


def test_one_that_fails_does_not_stop_the_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    action_id = lifecycles.pending(api)
    say("mention", action_id, person_called("rita"), person_called("sina"), by="Olga")
    whole = sending.mail.post

    def post(address: str, *args: Any, **rest: Any) -> None:
        if address.startswith("rita"):
            raise ZeroDivisionError("secret")
        whole(address, *args, **rest)

    monkeypatch.setattr(sending.mail, "post", post)
    deliveries.deliver()
    assert [one.to for one in mail.outbox] == [["sina@example.org"]]
    assert Notice.objects.get(sent_at=None).error == "It could not be sent (ZeroDivisionError)."


def test_an_admin_tries_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    say("mention", lifecycles.pending(api), person_called("rita"), by="Olga")
    notice = Notice.objects.get()
    with pytest.raises(Conflict, match="has not failed"):
        deliveries.retry_notice(notice.pk, actor=SETUP)
    Notice.objects.update(failed_at=timezone.now(), attempts=8, error="The server is away.")
    client = browser_of(person_called("adam"))
    listing = client.get("/admin/reviews/notice/?status=failed").content.decode()
    assert "The server is away." in listing
    assert f"/admin/reviews/notice/{notice.pk}/retry/" in listing
    assert client.get(f"/admin/reviews/notice/{notice.pk}/retry/").status_code == 200
    assert Notice.objects.get().failed_at is not None  # opening the page does nothing
    assert client.post(f"/admin/reviews/notice/{notice.pk}/retry/").status_code == 302
    deliveries.deliver()
    assert len(mail.outbox) == 1
    aude = browser_of(person_called("aude"))
    assert aude.post(f"/admin/reviews/notice/{notice.pk}/retry/").status_code == 403


def test_what_time_runs_out_for_is_given_back(api: Api) -> None:
    say("mention", lifecycles.pending(api), person_called("rita"), by="Olga")
    assert deliveries.deliver(seconds=-1)
    assert Notice.objects.get().leased_until is None
    assert mail.outbox == []


def test_the_worker_does_both(api: Api) -> None:
    from tests.actions.test_run_worker import work_once

    lifecycles.pending(api)
    work_once()
    assert len(mail.outbox) == 2

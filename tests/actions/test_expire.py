"""Deadlines: by the sweeper or on first touch, once, and never as a rejection by a person."""

import pytest
import time_machine
from django.core.management import call_command

from actions.expire import expire_action, expire_overdue
from actions.models import Action
from governance.models import LedgerEntry
from tests.support import lifecycles

pytestmark = pytest.mark.django_db
NOON, LATER = "2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z"


@pytest.fixture
def waiting(api):
    with time_machine.travel(NOON, tick=False):
        return lifecycles.pending(api)


def test_the_sweeper_expires_what_is_overdue(api, waiting):
    with time_machine.travel(LATER, tick=False):
        assert expire_overdue() == 1
        assert expire_overdue() == 0
    action = Action.objects.get(pk=waiting)
    assert (action.state, action.decided_via, action.decided_by) == ("expired", "deadline", None)
    assert LedgerEntry.objects.get(action_id=waiting, type="action.expired").actor_kind == "system"


def test_not_a_moment_earlier(waiting):
    with time_machine.travel("2026-11-24T11:59:59.999Z", tick=False):
        assert expire_overdue() == 0
        assert expire_action(waiting).state == "pending"


def test_what_is_decided_does_not_expire(api):
    with time_machine.travel(NOON, tick=False):
        action_id = lifecycles.approved(api)
    with time_machine.travel(LATER, tick=False):
        assert expire_overdue() == 0
        assert expire_action(action_id).state == "approved"


def test_the_worker_sweeps(waiting, capsys):
    with time_machine.travel(LATER, tick=False):
        call_command("run_worker", once=True)
    assert "Expired 1" in capsys.readouterr().out
    assert Action.objects.get(pk=waiting).state == "expired"

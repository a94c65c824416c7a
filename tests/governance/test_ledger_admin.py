"""The ledger in admin: verified by the entry, by the stream, by the range, by what is chosen; and the front page."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from actions.kill_switch import switch_all
from governance.ledger import guards
from governance.models import LedgerEntry
from reviews.models import Notice
from tests.support import lifecycles
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
LIST = reverse("admin:governance_ledgerentry_changelist")
VERIFY = "/admin/governance/ledgerentry/verify/"


@pytest.fixture
def browser(auditor, sign_in):
    return sign_in(auditor)


@pytest.fixture
def altered(api):
    """An action's stream with one entry that somebody with the database changed.

    The guards are back when the test's transaction is rolled back; PostgreSQL would not alter the table before.
    """
    action_id = lifecycles.executed(api, resource="p\u202eyroll")
    entry = LedgerEntry.objects.get(action_id=action_id, seq=2)
    guards.remove(connection)
    LedgerEntry.objects.filter(pk=entry.pk).update(actor_name="Mallory \u202e")
    return entry


def test_every_way_to_verify_says_what_differs(browser, altered):
    one = browser.get(reverse("admin:governance_ledgerentry_change", args=[altered.pk])).text
    stream = browser.get(VERIFY, {"stream": altered.stream}).text
    everything = browser.get(VERIFY, {"after": altered.pk - 2}).text
    chosen = {"action": "verify_selected", "_selected_action": [altered.pk], "index": 0}
    selected = browser.post(LIST, chosen).text
    across = browser.post(LIST, chosen | {"select_across": "1"}).text
    for shown in (one, stream, everything, selected, across):
        assert "Not as it was written." in shown
        assert "The column actor_name says another thing than the text." in shown
        assert "Mallory" in shown
        assert "\u202e" not in shown
    intact = browser.get(reverse("admin:governance_ledgerentry_change", args=[altered.pk - 1])).text
    assert "Verified." in intact


def test_a_range_for_the_script_is_a_row_that_says_where_the_next_begins(browser, altered, monkeypatch):
    whole = browser.get(VERIFY, {"after": "0", "part": "1"}).text
    assert "<html" not in whole
    assert 'data-faulty="1"' in whole
    assert "data-next" not in whole


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=99999999999999999999", "?stream=", "?stream=none", "?stream=%00", "?after=-1"]
)
def test_bad_input_gets_a_page(browser, query):
    assert browser.get(VERIFY + query).status_code == 200


def test_only_who_may_read_the_ledger_verifies(sign_in, reviewer, client):
    assert sign_in(reviewer).get(VERIFY).status_code in (302, 403)
    assert client.get(VERIFY).status_code == 302


def test_the_list_is_searched_by_index(browser, altered):
    for term in (f"#{altered.action_id}", altered.stream, altered.leaf):
        shown = browser.get(LIST, {"q": term})
        assert shown.context["cl"].window is None
        assert shown.context["cl"].result_count in (1, 3)
    assert browser.get(LIST, {"type": "vote"}).context["cl"].result_count >= 0
    assert "Verify this stream" in browser.get(LIST, {"q": altered.stream}).text


def test_the_history_of_a_row_is_the_ledgers(browser, auditor):
    answer = browser.get(reverse("admin:governance_person_history", args=[auditor.pk]))
    assert answer.url == f"{LIST}?q=person:{auditor.pk}"
    assert browser.get(reverse("admin:reviews_notice_history", args=["1"])).status_code == 404


def test_the_front_page_says_what_presses(browser, agent, auditor, admin_person, sign_in):
    assert "no switch is thrown" in browser.get("/admin/").text
    switch_all(blocked=True, actor=SETUP, reason="A drill\u202e.")
    Notice.objects.create(kind="wanted", person=auditor, failed_at=timezone.now(), error="no host")
    shown = browser.get("/admin/").text
    assert "The kill switch is on" in shown
    assert "\u202e" not in shown
    assert "1 notice could not be sent." in shown
    assert reverse("admin:actions_agent_kill_switch") not in shown  # an auditor reads
    assert reverse("admin:actions_agent_kill_switch") in sign_in(admin_person).get("/admin/").text
    assert shown.index("kill switch is on") < shown.index("could not be sent")
    for page in ("rules", "agents", "dashboard", "oversight", "actions"):
        assert f'href="{reverse(page)}"' in shown

"""The answers of replays as pages: under way, in pages, listed, and as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.admin import replays as pages
from governance.models import LedgerEntry, Person, Replay
from tests.governance.test_replay_panel import HTMX, replay_it, words
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import asked, copies, people_decide

# -- Large ones ----------------------------------------------------------------------------------------------


@pytest.fixture
def queued(api: Api, browser: Client, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """A replay too large for one request."""
    lifecycles.auto_approved(api)
    copies(29)
    monkeypatch.setattr(pages, "AT_ONCE", 20)
    shown = words(replay_it(browser))
    assert "Waiting for a worker: 0 of 30 actions, 0 %" in shown
    return Replay.objects.get()


def test_a_large_one_is_left_to_a_worker(queued: Replay, browser: Client) -> None:
    part = f"/admin/governance/replay/{queued.pk}/part/"
    assert queued.state == "queued"
    Replay.objects.filter(pk=queued.pk).update(state="running", done=15)
    shown = words(browser.get(part, headers=HTMX))
    assert '<progress id="replay-bar" max="30" value="15">50 %</progress>' in shown
    assert f'hx-get="{part}" hx-trigger="every 1s"' in shown
    Replay.objects.filter(pk=queued.pk).update(state="queued", done=0)
    pages.work_on(queued.pk, seconds=60)
    shown = words(browser.get(part, headers=HTMX))
    assert "<strong>30 of 30</strong>" in shown
    assert "every 1s" not in shown


def test_a_queue_nobody_works_on_is_pointed_out(queued: Replay, browser: Client) -> None:
    part = f"/admin/governance/replay/{queued.pk}/part/"
    assert "run_worker" not in words(browser.get(part))
    Replay.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert "Is <code>manage.py run_worker</code> running?" in words(browser.get(part))


def test_it_can_be_cancelled(queued: Replay, browser: Client, nothing_written: Any) -> None:
    cancel = f"/admin/governance/replay/{queued.pk}/cancel/"
    assert browser.get(cancel).status_code == 403
    shown = words(browser.post(cancel, headers=HTMX))
    assert "Cancelled by" in shown
    assert "0 of 30 actions had been looked at" in shown
    with nothing_written():
        assert "Cancelled by" in words(browser.post(cancel, headers=HTMX))
        again = browser.post(cancel, follow=True)
    assert "This replay has ended already." in words(again)


def test_an_auditor_reads_and_does_not_cancel(
    queued: Replay, sign_in: Callable[[Person], Client], auditor: Person
) -> None:
    reader = sign_in(auditor)
    assert reader.get(f"/admin/governance/replay/{queued.pk}/part/").status_code == 200
    assert reader.post(f"/admin/governance/replay/{queued.pk}/cancel/").status_code == 403
    queued.refresh_from_db()
    assert queued.state == "queued"


def test_signed_out_the_part_leads_to_the_sign_in(queued: Replay) -> None:
    part = f"/admin/governance/replay/{queued.pk}/part/"
    assert Client().get(part, headers=HTMX).headers["HX-Redirect"] == "/admin/login/"
    assert Client().get(part).status_code == 302


# -- The list, the page and the file -------------------------------------------------------------------------


def test_the_changes_come_in_pages(api: Api, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    ids = copies(6)
    monkeypatch.setattr("governance.admin.replay_answers.ROWS", 3)
    replay = pages.work_on(asked().pk, seconds=60)
    part = f"/admin/governance/replay/{replay.pk}/part/"
    first, second = words(browser.get(part)), words(browser.get(f"{part}?below={ids[4]}"))
    third = words(browser.get(f"{part}?below={ids[1]}"))
    for shown, expected in ((first, ids[4:]), (second, ids[1:4]), (third, ids[:1])):
        assert [number for number in ids if f">#{number}</a>" in shown] == expected
    assert "Next page" in first
    assert "First page" not in first
    assert "First page" in third
    assert "Next page" not in third
    for nonsense in ("x", "-1", "9" * 30, "٣"):
        assert f">#{ids[-1]}</a>" in words(browser.get(f"{part}?below={nonsense}"))


@pytest.mark.parametrize("who", ["admin_person", "auditor"])
def test_replays_are_listed(
    who: str, api: Api, sign_in: Callable[[Person], Client], request: pytest.FixtureRequest
) -> None:
    lifecycles.auto_approved(api)
    replay = pages.work_on(asked().pk, seconds=60)
    browser = sign_in(request.getfixturevalue(who))
    listed = words(browser.get("/admin/governance/replay/"))
    assert "new Look twice" in listed
    assert "1 of 1" in listed
    shown = browser.get(f"/admin/governance/replay/{replay.pk}/change/")
    assert "<strong>1 of 1</strong>" in words(shown)
    assert 'name="_save"' not in shown.text
    assert browser.post(f"/admin/governance/replay/{replay.pk}/change/", {"subject": "x"}).status_code == 403
    replay.refresh_from_db()
    assert (replay.subject, replay.viewed_at) == ("new Look twice", None), "somebody else's look is not Adam's"


def test_an_unknown_replay_is_not_found(browser: Client) -> None:
    for place in ("part", "download"):
        assert browser.get(f"/admin/governance/replay/999999/{place}/").status_code == 404
    assert browser.get("/admin/governance/replay/999999/change/").status_code == 302


def test_the_file_has_every_change_and_no_formula(api: Api, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.pending(api, action_type="=cmd\u202e()")
    lifecycles.auto_approved(api)
    ids = copies(3)
    monkeypatch.setattr("governance.replay_exports._CHUNK", 2)
    draft = people_decide("risk.score <= 70", effect="deny", reason="@SUM(A1)")
    replay = pages.work_on(asked(draft).pk, seconds=60)
    address = f"/admin/governance/replay/{replay.pk}/download/"
    assert browser.head(address).status_code == 200
    assert not LedgerEntry.objects.filter(type="history.replay_exported").exists()
    response = browser.get(address)
    # Written down before the first line leaves.
    entry = json.loads(LedgerEntry.objects.get(type="history.replay_exported").body)
    assert entry["data"] == {"rows": len(ids), "filters": {}, "replay": replay.pk, "of": replay.subject}
    assert entry["actor"]["name"] == "adam"
    assert response.headers["Content-Disposition"] == f'attachment; filename="replay-{replay.pk}.csv"'
    body = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [int(row["action"]) for row in rows] == ids[::-1]
    assert rows[-1]["action type"].startswith("'=cmd[")
    assert rows[0] | {"submitted (UTC)": ""} == {
        "action": str(ids[-1]),
        "submitted (UTC)": "",
        "agent": "customer-service-agent-001",
        "agent type": "supervised",
        "action type": "query",
        "before": "approved",
        "after": "rejected",
        "score before": "35",
        "score after": "35",
        "reason under the draft": "'@SUM(A1)",
    }


def test_a_failed_one_says_so(browser: Client) -> None:
    replay = asked()
    Replay.objects.update(state="failed", error="<i>Broken</i>")
    shown = words(browser.get(f"/admin/governance/replay/{replay.pk}/part/"))
    assert "This replay failed: &lt;i&gt;Broken&lt;/i&gt;." in shown
    assert "come out differently" not in shown

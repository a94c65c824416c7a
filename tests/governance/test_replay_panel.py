"""The panel in every rule's form and the pages of its answers, over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from governance.admin import replays as pages
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    LedgerEntry,
    LevelScore,
    Person,
    Policy,
    Replay,
    RulebookVersion,
    Threshold,
)
from tests.governance.test_rules_admin import fields_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import asked, copies, people_decide

HTMX = {"HX-Request": "true"}
NEW = "/admin/governance/policy/add/replay/"
POLICY = {
    "name": "Look twice", "condition": "risk.score < 50", "effect": "require_approval", "mode": "enforce",
    "severity": "medium", "reason": "Look <b>twice</b>.", "priority": "100", "is_enabled": "on",
    "replay_window": "1000",
}  # fmt: skip


@pytest.fixture
def browser(sign_in: Callable[[Person], Client], admin_person: Person) -> Client:
    return sign_in(admin_person)


def replay_it(browser: Client, address: str = NEW, **fields: Any) -> HttpResponse:
    sent = {name: value for name, value in (POLICY | fields).items() if value is not None}
    return browser.post(address, sent, headers=HTMX)


def words(response: HttpResponse) -> str:
    """The text of an answer, its blanks made one."""
    return " ".join(response.content.decode().split())


# -- The answer ----------------------------------------------------------------------------------------------


def test_it_works(api: Api, browser: Client, admin_person: Person) -> None:
    approved = lifecycles.auto_approved(api)
    lifecycles.pending(api)
    versions = RulebookVersion.objects.count()
    answer = replay_it(browser)
    assert answer.status_code == 200
    shown = words(answer)
    assert "<strong>1 of 2</strong> past actions would come out differently." in shown
    assert "The drafted policy applies to 1." in shown
    assert f'<a href="/actions/{approved}/" target="_blank" rel="noopener">#{approved}</a>' in shown
    assert '<span class="outcome approved">approved</span>' in shown
    assert '<span class="outcome pending">pending</span>' in shown
    assert "customer-service-agent-001" in shown
    assert "Look &lt;b&gt;twice&lt;/b&gt;." in shown
    replay = Replay.objects.get()
    assert (replay.subject, replay.rule_kind, replay.rule_id) == ("new policy Look twice", "policy", "")
    assert (replay.asked_by_id, replay.asked_by) == (str(admin_person.pk), admin_person.shown_name)
    assert replay.viewed_at is not None
    assert RulebookVersion.objects.count() == versions
    assert not Policy.objects.filter(name="Look twice").exists()
    assert not LedgerEntry.objects.filter(type="rule.created").exists()


@pytest.mark.parametrize(
    ("model", "lookup", "fields"),
    [
        (ActionTypeRule, {"pattern": "query"}, {"level": "high"}),
        (EvidenceRule, {"name": "Production"}, {"words": "customer", "points": "50", "up_to": "100"}),
        (IndicatorRule, {"name": "Health data"}, {"key": "abroad", "value": "true", "raises_to": "high"}),
        (LevelScore, {"level": "low"}, {"score": "45"}),
        (Policy, {}, {"condition": 'action.type == "query"', "effect": "require_approval", "mode": "enforce"}),
        (Threshold, {"agent_type": "supervised"}, {"review_from": "30"}),
    ],
)
def test_every_kind_of_rule_is_replayed(
    api: Api, browser: Client, model: type[Model], lookup: dict[str, str], fields: dict[str, str]
) -> None:
    lifecycles.auto_approved(api, risk_indicators={"abroad": True})
    row = model._default_manager.filter(**lookup).latest("pk")
    address = f"/admin/governance/{model._meta.model_name}/{row.pk}/replay/"
    sent = {name: value for name, value in fields_of(row).items() if value is not None} | fields
    answer = browser.post(address, sent | {"replay_window": "100"}, headers=HTMX)
    replay = Replay.objects.get()
    expected = 0 if model is LevelScore else 1
    assert (replay.state, replay.changed, replay.rule_id) == ("done", expected, str(row.pk)), words(answer)
    if model is LevelScore:
        assert "1 would score higher and 0 lower" in words(answer)
    stored = model._default_manager.get(pk=row.pk)
    assert all(str(getattr(stored, name)) != value for name, value in list(fields.items())[:1])


def test_the_panel_is_in_every_form_and_in_no_other(browser: Client) -> None:
    for model in (ActionTypeRule, EvidenceRule, IndicatorRule, LevelScore, Policy):
        row = model._default_manager.first()  # type: ignore[attr-defined]
        shown = browser.get(f"/admin/governance/{model._meta.model_name}/{row.pk}/change/").text
        assert f'hx-post="/admin/governance/{model._meta.model_name}/{row.pk}/replay/"' in shown
    assert f'hx-post="{NEW}"' in browser.get("/admin/governance/policy/add/").text
    for kind in ("technique", "control", "rulebookversion"):
        assert 'id="replay-panel"' not in browser.get(f"/admin/governance/{kind}/1/change/", follow=True).text


def test_a_day_is_a_window_too(api: Api, browser: Client) -> None:
    lifecycles.auto_approved(api)
    today = timezone.now().date()
    for since, until, total in ((today, today, 1), (today + timedelta(days=1), None, 0), (None, today, 1)):
        replay_it(browser, replay_window="dates", replay_since=since, replay_until=until)
        assert Replay.objects.latest("pk").total == total
    assert f"until {today:%Y-%m-%d}" in words(
        browser.get(f"/admin/governance/replay/{Replay.objects.latest('pk').pk}/part/")
    )


def test_no_actions_no_answer(browser: Client) -> None:
    assert "There are no past actions to hold it against." in words(replay_it(browser))


# -- Refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"condition": 'action.typ == "query"'}, '<a href="#id_condition">Condition</a>'),
        ({"condition": 'action.typ == "query"'}, "Line 1, column 7: undeclared reference"),
        ({"name": ""}, '<a href="#id_name">Name</a>: This field is required.'),
        ({"replay_window": "dates"}, "Choose the first day"),
        ({"replay_window": "dates", "replay_since": "2025-02-02", "replay_until": "2025-02-01"}, "before the first"),
        ({"replay_window": "7"}, "Select a valid choice"),
        ({"replay_window": None}, "This field is required."),
    ],
)
def test_what_cannot_be_replayed_is_explained(
    browser: Client, nothing_written: Any, fields: dict[str, Any], says: str
) -> None:
    with nothing_written():
        shown = words(replay_it(browser, **fields))
    assert "Nothing was replayed." in shown
    assert says in shown


def test_without_scripts_it_has_pages_of_its_own(api: Api, browser: Client, nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    with nothing_written():
        refused = browser.post(NEW, POLICY | {"condition": "1"})
    assert refused.status_code == 400
    assert "Go back in your browser" in words(refused)
    answer = browser.post(NEW, POLICY, follow=True)
    assert answer.redirect_chain[-1][0] == f"/admin/governance/replay/{Replay.objects.get().pk}/change/"
    assert "<strong>1 of 1</strong>" in words(answer)
    assert "risk.score &lt; 50" in words(answer)
    assert Replay.objects.get().viewed_at is not None


@pytest.mark.parametrize("who", ["auditor", "reviewer", "outsider"])
def test_who_may_not_change_rules_replays_none(
    who: str, sign_in: Callable[[Person], Client], request: pytest.FixtureRequest, nothing_written: Any
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    stored = f"/admin/governance/policy/{Policy.objects.latest('pk').pk}/replay/"
    with nothing_written():
        for address in (NEW, stored):
            assert replay_it(browser, address).status_code in (302, 403)


def test_a_replay_is_asked_for_not_read(browser: Client, nothing_written: Any) -> None:
    with nothing_written():
        assert browser.get(NEW).status_code == 302
        assert browser.get("/admin/governance/policy/999999/replay/").status_code == 302


def test_a_draft_overtaken_by_a_deleted_name_is_refused(browser: Client, nothing_written: Any) -> None:
    taken = Policy.objects.latest("pk").name
    with nothing_written():
        assert "already exists" in words(replay_it(browser, name=taken))


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
    monkeypatch.setattr("governance.admin.replay_answers._CHUNK", 2)
    draft = people_decide("risk.score <= 70", effect="deny", reason="@SUM(A1)")
    replay = pages.work_on(asked(draft).pk, seconds=60)
    response = browser.get(f"/admin/governance/replay/{replay.pk}/download/")
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

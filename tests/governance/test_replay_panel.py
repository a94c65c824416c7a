"""The panel in every rule's form and the pages of its answers, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

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

HTMX = {"HX-Request": "true"}
NEW = "/admin/governance/policy/add/replay/"
POLICY = {
    "name": "Look twice", "condition": "risk.score < 50", "effect": "require_approval", "mode": "enforce",
    "severity": "medium", "reason": "Look <b>twice</b>.", "priority": "100", "is_enabled": "on",
    "replay_window": "1000",
}  # fmt: skip


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


@pytest.mark.usefixtures("midday")
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

"""A rule is saved after a look at its replay, or knowingly without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from actions.models import Action
from governance.admin import replay_forms
from governance.admin import replays as pages
from governance.drafts import drafted
from governance.errors import Conflict
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Person,
    Policy,
    Replay,
    RulebookVersion,
    Technique,
    Threshold,
)
from governance.people import create_person
from governance.replays import work_on
from governance.rule_changes import change_rule
from governance.rule_checks import check
from governance.rule_content import LINKS, Draft
from tests.governance.changes import edited, last_entry, new_type
from tests.governance.test_replay_panel import POLICY, replay_it
from tests.governance.test_rules_admin import fields_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD, TEAM
from tests.support.drafts import ADAM, asked, people_decide

SignIn = Callable[[Person], Client]
ADD = "/admin/governance/policy/add/"
WARNING = "You have not looked at what this draft would have changed. Nothing was saved."


def save(browser: Client, address: str = ADD, **fields: Any) -> HttpResponse:
    sent = POLICY | {"change_reason": "Agreed on Monday."} | fields
    return browser.post(address, {name: value for name, value in sent.items() if value is not None}, follow=True)


def change(browser: Client, row: Model, **fields: Any) -> HttpResponse:
    """Send a stored rule's form with other values, and nothing said about a replay."""
    sent = fields_of(row) | {"change_reason": "Agreed on Monday."} | fields
    address = f"/admin/governance/{row._meta.model_name}/{row.pk}/change/"
    return browser.post(address, {name: value for name, value in sent.items() if value is not None}, follow=True)


def warned(response: HttpResponse) -> bool:
    if WARNING not in response.content.decode():
        return False
    assert response.status_code == 200
    assert '<input type="checkbox" name="without_replay"' in response.content.decode()
    return True


# -- The rule ------------------------------------------------------------------------------------------------


def test_it_works(api: Api, browser: Client) -> None:
    """Ask, look, save: the entry says what was seen."""
    lifecycles.auto_approved(api)
    replay_it(browser)
    saved = save(browser)
    assert "Rulebook version 2 is in force." in saved.text
    replay = Replay.objects.get()
    assert last_entry()["data"]["replay"] == {"id": replay.pk, "changed": 1, "of": 1}
    assert RulebookVersion.objects.get(version=2).digest == replay.digest


def test_without_a_look_it_comes_back(api: Api, browser: Client, nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    with nothing_written():
        back = save(browser)
    assert warned(back)
    assert "risk.score &lt; 50" in back.text
    assert "Agreed on Monday." in back.text


def test_without_the_rule_it_would_be_saved(api: Api, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin: the test above is able to fail."""
    monkeypatch.delattr(replay_forms.DraftForm, "_post_clean")
    assert "Rulebook version 2 is in force." in save(browser).text


def test_knowingly_without(browser: Client) -> None:
    assert "Rulebook version 2 is in force." in save(browser, without_replay="on").text
    assert last_entry()["data"]["replay"] is None


@pytest.mark.parametrize("sent", ["", "False", "0"])
def test_the_hidden_field_is_no_yes(browser: Client, nothing_written: Any, sent: str) -> None:
    with nothing_written():
        assert warned(save(browser, without_replay=sent))


def test_the_question_is_not_there_before_it_is_asked(browser: Client) -> None:
    shown = browser.get(ADD).text
    assert '<input type="hidden" name="without_replay"' in shown
    assert 'class="form-row hidden field-without_replay"' in shown


def test_a_look_at_another_draft_does_not_count(api: Api, browser: Client, nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    replay_it(browser)
    with nothing_written():
        assert warned(save(browser, condition="risk.score < 51"))


def test_somebody_elses_look_does_not_count(browser: Client, sign_in: SignIn, nothing_written: Any) -> None:
    other = create_person(actor=lifecycles.SETUP, username="anna", role="admin", team=TEAM, password=PASSWORD)
    replay_it(sign_in(other))
    with nothing_written():
        assert warned(save(browser))


def test_an_unfinished_one_does_not_count(
    api: Api, browser: Client, monkeypatch: pytest.MonkeyPatch, nothing_written: Any
) -> None:
    lifecycles.auto_approved(api)
    monkeypatch.setattr(pages, "AT_ONCE", 0)
    replay_it(browser)
    replay = Replay.objects.get()
    with nothing_written():
        assert warned(save(browser))
    work_on(replay.pk, seconds=60)
    with nothing_written():
        assert warned(save(browser)), "finished, and not seen yet"
    browser.get(f"/admin/governance/replay/{replay.pk}/part/", headers={"HX-Request": "true"})
    assert "Rulebook version 2 is in force." in save(browser).text


def test_rules_changed_meanwhile_ask_for_another_look(browser: Client, nothing_written: Any) -> None:
    replay_it(browser)
    change_rule(new_type(), actor=ADAM, reason="Meanwhile.")
    with nothing_written():
        assert warned(save(browser))
    replay_it(browser)
    assert "Rulebook version 3 is in force." in save(browser).text


def test_the_verb_refuses_a_replay_of_something_else(db: None, nothing_written: Any) -> None:
    """Between the form's look and the verb's turn somebody may change the rules."""
    replay = work_on(asked().pk, seconds=60)
    change_rule(new_type(), actor=ADAM, reason="A moment before.")
    with nothing_written(), pytest.raises(Conflict, match="changed since the replay"):
        change_rule(people_decide(), actor=ADAM, reason="Agreed.", replay=replay)


# -- Where it is not asked -----------------------------------------------------------------------------------


def test_what_cannot_change_an_outcome_is_saved_at_once(browser: Client, admin_person: Person) -> None:
    policy = Policy.objects.latest("pk")
    for fields in ({"owner": admin_person.pk}, {"reason": "Better said."}, {"severity": "low"}, {"priority": "7"}):
        assert not warned(change(browser, policy, **fields)), fields
        assert last_entry()["data"]["replay"] is None
        policy.refresh_from_db()
    assert not warned(change(browser, ActionTypeRule.objects.get(pattern="query"), why="It only reads."))


def test_a_disabled_rule_is_edited_at_once(browser: Client) -> None:
    policy = Policy.objects.latest("pk")
    policy.is_enabled = False
    change_rule(policy, actor=ADAM, reason="Off.")
    assert not warned(change(browser, policy, condition="risk.score > 3"))
    policy.refresh_from_db()
    assert policy.condition == "risk.score > 3"
    assert warned(change(browser, policy, is_enabled="on"))


def test_catalogues_are_saved_at_once(browser: Client) -> None:
    assert not warned(change(browser, Technique.objects.get(external_id="T1485"), name="Otherwise"))
    assert not warned(change(browser, Control.objects.get(control_id="AC-3"), title="Otherwise"))
    assert RulebookVersion.objects.count() == 3


@pytest.mark.parametrize(
    ("model", "lookup", "fields"),
    [
        (ActionTypeRule, {"pattern": "query"}, {"level": "medium"}),
        (EvidenceRule, {"name": "Production"}, {"points": "7"}),
        (IndicatorRule, {"name": "Health data"}, {"points": "7"}),
        (LevelScore, {"level": "low"}, {"score": "40"}),
        (Policy, {}, {"is_enabled": None}),
    ],
)
def test_every_kind_is_asked_about(
    browser: Client, nothing_written: Any, model: type[Model], lookup: dict[str, str], fields: dict[str, Any]
) -> None:
    row = model._default_manager.filter(**lookup).latest("pk")
    with nothing_written():
        assert warned(change(browser, row, **fields))


# -- The digest of a draft is that of the version it becomes -------------------------------------------------


@pytest.mark.parametrize(
    ("row", "links"),
    [
        (lambda: new_type(extra_points=7.5), {"techniques": ["T1485"], "controls": ["AC-3"]}),
        (lambda: edited(ActionTypeRule, {"pattern": "query"}, level="high"), {"techniques": ["T1485"]}),
        (lambda: edited(EvidenceRule, {"name": "Production"}, points=7.5), {}),
        (lambda: edited(LevelScore, {"level": "low"}, score=40.0), {}),
        (lambda: people_decide(valid_from="2025-01-01T00:00:00.5+02:00"), {"controls": ["AC-3"]}),
        (lambda: Threshold(agent_id="a", review_from=50, deny_from=95.5, reason="So."), {}),
    ],
)
def test_the_draft_is_what_the_next_version_says(db: None, row: Callable[[], Any], links: dict[str, Any]) -> None:
    drafted_row = row()
    by_name = {"techniques": (Technique, "external_id"), "controls": (Control, "control_id")}
    given = {
        name: list(by_name[name][0].objects.filter(**{f"{by_name[name][1]}__in": ids})) for name, ids in links.items()
    }
    assert set(given) <= set(LINKS.get(type(drafted_row), ()))
    check(drafted_row)
    draft = drafted([Draft(drafted_row, given)])
    version = change_rule(drafted_row, actor=ADAM, reason="Agreed.", links=given)
    assert version is not None
    assert (version.digest, version.content) == (draft.digest, draft.content)
    assert draft.decides


# -- End to end ----------------------------------------------------------------------------------------------

BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"action_type": "transaction", "action_details": {"amount": 12000}},
    {"action_type": "transaction", "action_details": {"amount": 20}},
    {"action_type": "data_access", "risk_indicators": {"pii_involved": True, "data_sensitivity": "medium"}},
    {"action_type": "database.delete", "resource": "prod_db", "description": "Delete all users"},
    {"action_type": "quantum_flux"},
    {"action_type": "system_operation", "context": {"external_transfer": True}},
)


@pytest.mark.parametrize(
    "draft",
    [
        {"condition": 'action.type == "transaction" && action.details.amount > 100', "effect": "deny"},
        {"condition": "risk.score < 50"},
        {"condition": "risk.score < 90", "effect": "allow"},
        {"condition": "action.context.external_transfer == true"},
    ],
)
def test_a_replay_says_what_saving_and_sending_again_does(api: Api, browser: Client, draft: dict[str, str]) -> None:
    before = {api.submit(**body)["id"]: n for n, body in enumerate(BODIES)}
    outcomes = _outcomes(before)
    replay_it(browser, **draft)
    replay = Replay.objects.get()
    said = {change.action_id: change.after for change in replay.changes.all()}
    assert "is in force" in save(browser, **draft).text
    after = {api.submit(**body)["id"]: n for n, body in enumerate(BODIES)}
    done = _outcomes(after)
    differing = {number: done[n] for number, n in before.items() if done[n] != outcomes[n]}
    assert said == differing
    assert replay.changed == len(differing)
    assert differing, "this draft changes nothing: the test compares nothing"


def _outcomes(numbers: dict[int, int]) -> dict[int, str]:
    """What the rules said to each body."""
    return {numbers[action.pk]: action.verdict["outcome"] for action in Action.objects.filter(pk__in=numbers)}

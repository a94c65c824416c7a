"""Agents, keys and switches in Django admin: each deed through its verb, with its reason."""

import html
import json
import re

import pytest
from django.urls import reverse

from actions.agent_keys import public_id_of
from actions.models import Action, Agent, AgentKey, KillSwitch
from governance.models import LedgerEntry, Threshold
from governance.rule_changes import change_rule
from governance.rulebook import NoRulebook
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(admin_person, sign_in):
    return sign_in(admin_person)


NO_KEYS = {"keys-TOTAL_FORMS": "0", "keys-INITIAL_FORMS": "0"}


def page(name, *args):
    return reverse(f"admin:actions_agent_{name}", args=args)


def test_an_agent_is_registered_and_changed_with_its_entry(browser, team, owner):
    form = {"name": "Billing", "agent_type": "autonomous", "team": team.pk, "is_active": "on"}
    assert browser.post(page("add"), {"agent_id": "billing", **form}).status_code == 302
    made = Agent.objects.get(agent_id="billing")
    assert made.agent_type == "autonomous"
    assert browser.post(page("change", made.pk), form | {"owner": owner.pk} | NO_KEYS).status_code == 302
    made.refresh_from_db()
    assert (made.owner, made.agent_type) == (owner, "autonomous")
    kinds = LedgerEntry.objects.filter(stream=f"agent:{made.pk}").order_by("seq").values_list("type", flat=True)
    assert list(kinds) == ["agent.registered", "agent.changed"]


def test_the_list_says_how_an_agent_came(browser, submit, agent):
    submit(agent_id="brand-new")
    text = browser.get(page("changelist")).content.decode()
    assert f", with the key of {agent.agent_id}" in text
    assert ", made by a person" in text


def test_an_unregistered_agent_is_found_and_registered(browser, submit, team, agent):
    assert submit(agent_id="brand-new", action_type="data_access")["status"] == "approved"
    listed = browser.get(page("changelist"), {"agent_type__exact": "unregistered"}).content.decode()
    assert "brand-new" in listed
    assert agent.agent_id not in browser.get(page("changelist"), {"agent_type__exact": "autonomous"}).content.decode()
    made = Agent.objects.get(agent_id="brand-new")
    form = {"name": made.name, "agent_type": "autonomous", "team": team.pk, "owner": made.owner_id, "is_active": "on"}
    assert browser.post(page("change", made.pk), form | NO_KEYS).status_code == 302
    entry = json.loads(LedgerEntry.objects.get(type="agent.changed").body)
    assert entry["data"]["changes"] == "agent_type: unregistered -> autonomous"
    assert submit(agent_id="brand-new", action_type="data_access")["status"] == "pending_approval"


def test_a_type_nobody_knows_is_refused(browser, agent, team, nothing_written):
    form = {"name": "x", "agent_type": "trusted", "team": team.pk, "is_active": "on"}
    with nothing_written():
        answer = browser.post(page("change", agent.pk), form | NO_KEYS)
    assert "trusted is not one of the available choices" in answer.content.decode()


def shown_line(browser, agent):
    """The threshold in force on an agent's page, as text."""
    text = browser.get(page("change", agent.pk)).content.decode()
    found = re.search(r'field-line">.*?<div class="readonly">(.*?)</div>', text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1]))


def test_the_threshold_in_force_is_shown_with_where_it_comes_from(browser, agent):
    text = shown_line(browser, agent)
    assert "A person decides from a score of 70 on; nothing is refused by its score alone." in text
    assert "It is the line of supervised agents: The guide's line." in text


def test_the_threshold_shown_is_the_one_the_next_submission_is_held_to(browser, agent, submit):
    row = Threshold(agent_id=agent.agent_id, review_from=30, deny_from=80, reason="It is new.")
    change_rule(row, actor=SETUP, reason="For a test.")
    text = shown_line(browser, agent)
    assert "from a score of 30 on; from 80 on it is refused without asking anybody." in text
    assert f"It is the line of agent {agent.agent_id}: It is new." in text
    assert [submit(action_type=kind)["status"] for kind in ("query", "transaction")] == ["pending_approval", "rejected"]


def test_of_an_agent_others_speak_for_both_lines_are_named(browser, submit, agent):
    submit(agent_id="brand-new")
    assert "that agent's line holds as well" in shown_line(browser, Agent.objects.get(agent_id="brand-new"))
    assert "as well" not in shown_line(browser, agent)


def test_without_a_line_of_its_type_the_guides_is_shown(browser, agent):
    row = Threshold.objects.get(agent_type="supervised")
    row.is_enabled = False
    change_rule(row, actor=SETUP, reason="For a test.")
    assert "no threshold names it or its type, so the guide's holds." in shown_line(browser, agent)


def test_without_rules_the_page_says_who_decides(browser, agent, monkeypatch):
    def nothing(*_):
        raise NoRulebook("There are no rules yet.")

    monkeypatch.setattr("governance.rulebook.current", nothing)
    assert "A person decides everything: There are no rules yet." in shown_line(browser, agent)


def test_a_key_is_issued_and_shown_once(browser, agent):
    url = page("issue", agent.pk)
    assert browser.get(url).status_code == 200
    answer = browser.post(url, {"sure": "yes"}, follow=True)
    text = next(word for word in answer.content.decode().split() if word.startswith("ascend_") and len(word) > 60)
    key = text[:66]
    assert public_id_of(key)
    assert Api(key).get("/api/deployment-info").status == 200
    assert key not in browser.get(page("change", agent.pk)).content.decode()


def test_a_third_key_is_refused_with_the_sentence(browser, agent):
    browser.post(page("issue", agent.pk), {"sure": "yes"})
    answer = browser.post(page("issue", agent.pk), {"sure": "yes"})
    assert answer.status_code == 200
    assert "Revoke one first" in answer.content.decode()
    assert AgentKey.objects.count() == 2


def test_a_key_is_revoked_with_a_reason(browser, api, agent):
    key = AgentKey.objects.get()
    url = page("revoke", agent.pk, key.pk)
    assert browser.post(url, {"reason": ""}).status_code == 200
    assert api.get("/api/deployment-info").status == 200
    assert browser.post(url, {"reason": "Lost."}).status_code == 302
    assert api.get("/api/deployment-info").status == 401
    assert LedgerEntry.objects.filter(type="key.revoked").count() == 1


def test_an_agent_is_blocked_and_released_with_a_reason(browser, api, agent):
    assert browser.post(page("block", agent.pk), {"reason": "  "}).status_code == 200
    assert browser.post(page("block", agent.pk), {"reason": "It loops."}).status_code == 302
    assert api.submit()["reason"].endswith("It loops.")
    assert browser.post(page("release", agent.pk), {"reason": "Fixed."}).status_code == 302
    assert api.submit()["status"] == "approved"


def test_the_kill_switch_is_linked_for_those_who_may_turn_it(browser, auditor, sign_in):
    listing, link = page("changelist"), f'href="{page("kill_switch")}"'
    assert link in browser.get(listing).content.decode()
    assert link not in sign_in(auditor).get(listing).content.decode()


def test_the_kill_switch(browser, api):
    assert "Block every agent" in browser.get(page("kill_switch")).content.decode()
    assert browser.post(page("kill_switch"), {"reason": "Incident."}).status_code == 302
    assert api.submit()["status"] == "rejected"
    assert "Release every agent" in browser.get(page("kill_switch")).content.decode()
    browser.post(page("kill_switch"), {"reason": "Over."})
    assert KillSwitch.objects.get().blocked is False
    assert api.submit()["status"] == "approved"


@pytest.mark.parametrize("role", ["auditor", "reviewer"])
def test_only_admins_switch(request, sign_in, agent, role):
    browser = sign_in(request.getfixturevalue(role))
    for url in (page("issue", agent.pk), page("block", agent.pk), page("kill_switch")):
        assert browser.post(url, {"reason": "Mine."}).status_code in (302, 403)
    agent.refresh_from_db()
    assert (agent.blocked_at, AgentKey.objects.count()) == (None, 1)
    assert not KillSwitch.objects.filter(blocked=True).exists()


def test_actions_and_outcomes_are_there_to_read_only(browser, api):
    action_id = lifecycles.executed(api)
    outcome_id = Action.objects.get(pk=action_id).outcome.pk
    for name, pk in (("action", action_id), ("outcome", outcome_id)):
        assert browser.get(reverse(f"admin:actions_{name}_changelist")).status_code == 200
        assert browser.get(reverse(f"admin:actions_{name}_change", args=[pk])).status_code == 200
        assert (
            browser.post(reverse(f"admin:actions_{name}_change", args=[pk]), {"state": "approved"}).status_code == 403
        )
        assert browser.post(reverse(f"admin:actions_{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403


def test_agents_are_not_deleted(browser, agent):
    assert browser.post(page("delete", agent.pk), {"post": "yes"}).status_code == 403

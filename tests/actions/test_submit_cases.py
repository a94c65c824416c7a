"""Who may submit what: the published clients' shape, agent ids, kill switches, and rules that break."""

import json

import pytest

from actions.models import Action, Agent
from governance.models import LedgerEntry
from tests.support.api import SUBMIT

pytestmark = pytest.mark.django_db


class TestLenientCallers:
    """The published clients send neither description nor tool_name (wire-contract 4.2)."""

    SHAPE = {"agent_id": "bot", "agent_name": "Bot", "action_type": "query", "resource": "customer_profiles"}

    @pytest.mark.parametrize(
        "path", ["/api/authorization/agent-action", "/api/sdk/agent-action", "/api/agent-action", SUBMIT]
    )
    def test_client_shape_is_accepted(self, api, path):
        answer = api.post(path, self.SHAPE)
        assert (answer.status, answer["status"], answer["decision"]) == (200, "approved", "approved")
        action = Action.objects.get(pk=answer["id"])
        assert (action.tool_name, action.description) == ("customer_profiles", "query on customer_profiles")
        assert action.payload["description_derived"] is True

    def test_the_sdk_header_makes_it_lenient(self, api):
        body = {
            "agent_id": "bot",
            "action_type": "query",
            "resource": "r",
            "action_details": {"tool_name": "psql"},
        }
        assert api.post(SUBMIT, body).status == 422
        answer = api.post(SUBMIT, body, X_SDK_Version="2.7.1")
        assert answer.status == 200
        assert Action.objects.get(pk=answer["id"]).tool_name == "psql"

    def test_two_fields_stay_required(self, api, nothing_written):
        with nothing_written():
            answer = api.post("/api/authorization/agent-action", {"agent_name": "Bot"})
        assert (answer.status, set(answer["errors"])) == (422, {"agent_id", "action_type"})


class TestAgentIds:
    """Whose name a key may submit under."""

    def test_a_new_id_is_registered_to_the_keys_team(self, submit, agent):
        answer = submit(agent_id="brand-new")
        made = Agent.objects.get(agent_id="brand-new")
        assert (made.team, made.registered_by, made.owner) == (agent.team, agent, agent.owner)
        assert answer["agent_id"] == "brand-new"
        assert LedgerEntry.objects.filter(type="agent.registered", stream=f"agent:{made.pk}").count() == 1
        submit(agent_id="brand-new")
        assert Agent.objects.filter(agent_id="brand-new").count() == 1

    def test_an_id_with_keys_of_its_own_cannot_be_borrowed(self, api, agent, nothing_written):
        from tests.support.people import key_for

        key_for("colleague", team=agent.team.name)
        with nothing_written():
            answer = api.submit(agent_id="colleague")
        assert answer.status == 403
        assert answer["detail"].startswith("Forbidden")

    def test_two_teams_may_use_the_same_id(self, submit, agent, other_team):
        from tests.support.api import Api
        from tests.support.people import key_for

        other = Api(key_for("warehouse", team=other_team.name))
        ids = {submit(agent_id="unknown")["id"], other.submit(agent_id="unknown")["id"]}
        assert len(ids) == 2
        assert Agent.objects.filter(agent_id="unknown").count() == 2


class TestBlocked:
    """A kill switch is an answer, not an error: 200, rejected, with a reason (wire-contract rule 6)."""

    def check(self, answer, words):
        assert (answer.status, answer["status"], answer["decision"]) == (200, "rejected", "denied")
        assert (answer["state"], answer["success"], answer["execution_allowed"]) == ("blocked", False, False)
        assert words in answer["reason"]
        assert words in answer["message"]

    def test_a_blocked_agent(self, submit, agent):
        from actions.agents import block_agent, release_agent
        from governance.actors import command

        block_agent(agent.pk, actor=command("test"), reason="It loops.")
        self.check(submit(), "It loops.")
        release_agent(agent.pk, actor=command("test"), reason="Fixed.")
        assert submit()["status"] == "approved"

    def test_the_kill_switch(self, submit, api):
        from actions.kill_switch import switch_all
        from governance.actors import command

        switch_all(blocked=True, actor=command("test"), reason="Incident 7.")
        self.check(submit(), "Incident 7.")
        assert api.get("/api/sdk/kill-switch/status")["blocked"] is True
        switch_all(blocked=False, actor=command("test"), reason="Over.")
        assert submit()["status"] == "approved"

    def test_a_retired_agent(self, submit, agent):
        agent.is_active = False
        from actions.agents import change_agent
        from governance.actors import command

        change_agent(agent, actor=command("test"))
        self.check(submit(), "retired")


class TestDegraded:
    """Whatever breaks in a stage, the action waits for a person; it never passes."""

    def test_risk_that_cannot_be_assessed(self, submit, monkeypatch):
        monkeypatch.setattr("governance.risk.assess", lambda *_: 1 / 0)
        answer = submit()
        assert (answer["status"], answer["degraded"]) == ("pending_approval", ["risk"])
        assert answer["risk_score"] == 100.0

    def test_policies_that_cannot_be_evaluated(self, submit, monkeypatch):
        monkeypatch.setattr("governance.policies.evaluate", lambda *_, **__: 1 / 0)
        answer = submit()
        assert (answer["status"], answer["degraded"]) == ("pending_approval", ["policies"])
        assert answer["risk_score"] == 35.0

    def test_a_rulebook_that_cannot_be_loaded(self, submit, monkeypatch):
        monkeypatch.setattr("governance.rulebook.current", lambda *_: 1 / 0)
        assert submit()["status"] == "pending_approval"

    def test_the_ledger_refusing_means_no_action(self, api, monkeypatch, nothing_written):
        def broken(*args, **kwargs):
            raise OSError("disk full")

        monkeypatch.setattr("governance.ledger.entries.leaf_hash", broken)
        with nothing_written():
            answer = api.submit()
        assert answer.status == 500
        assert "Nothing was approved" in answer["detail"]
        assert "disk full" not in json.dumps(answer.json)


def test_a_hint_beside_the_indicators_counts_like_one(submit):
    """Wire-contract 4.1: some clients say contains_pii at the top of the body."""
    beside, within = submit(contains_pii=True), submit(risk_indicators={"contains_pii": True})
    plain = submit()
    assert beside["cvss_vector"] == within["cvss_vector"] != plain["cvss_vector"]
    assert beside["risk_score"] == plain["risk_score"]


class TestBlanks:
    """What the agent sent is what is bound, shown and decided, blanks and all; only the rules look past them."""

    ODD = {"description": "\u2003Drop it.\n ", "resource": "/etc/passwd ", "tool_name": "\u00a0rm"}

    def test_they_are_kept_and_bound(self, submit):
        odd = Action.objects.get(pk=submit(**self.ODD)["id"])
        even = Action.objects.get(pk=submit(**{name: text.strip() for name, text in self.ODD.items()})["id"])
        assert {name: odd.payload[name] for name in self.ODD} == self.ODD
        assert (odd.description, odd.resource, odd.tool_name) == tuple(self.ODD.values())
        assert odd.digest != even.digest

    def test_the_reviewer_sees_them(self, submit, senior, sign_in):
        html = sign_in(senior).get(f"/actions/{submit(**self.ODD)['id']}/").content.decode()
        said = html[html.index('id="h-said"') :]
        assert '<blockquote><span class="ctrl" title="em space">U+2003</span>Drop it.' in said
        assert 'Drop it.<span class="nl">⏎</span><br>' in said
        assert '<span class="ctrl" title="space">space</span></blockquote>' in said
        assert '"/etc/passwd<span class="ctrl" title="space">space</span>"' in html
        assert '"<span class="ctrl" title="no-break space">U+00A0</span>rm"' in html

    def test_they_get_around_no_rule(self, submit, api):
        from tests.governance.changes import change, new_policy

        change(new_policy(condition="action.resource == 'vault' && action.tool == 'rm'", effect="deny"))
        assert submit(resource="vault", tool_name="rm")["status"] == "rejected"
        assert submit(resource=" vault\u2028", tool_name="rm\t")["status"] == "rejected"

    def test_a_text_of_blanks_says_nothing(self, api, nothing_written):
        with nothing_written():
            answer = api.submit(description=" \u2003\n")
        assert (answer.status, set(answer["errors"])) == (422, {"description"})

    @pytest.mark.parametrize("name", ["agent_id", "action_type"])
    @pytest.mark.parametrize("text", ["query ", "\u00a0query", "query\n"])
    def test_names_have_none_around_them(self, api, nothing_written, name, text):
        with nothing_written():
            answer = api.submit(**{name: text})
        assert (answer.status, set(answer["errors"])) == (422, {name})
        assert answer["detail"].startswith(f"There are blanks before or after: {name}. Nothing was written.")

"""API keys: their format, their life, and what a request without a good one gets."""

import re

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from actions.agent_keys import digest_of, issue_key, public_id_of, revoke_key
from actions.models import AgentKey
from governance.actors import command
from governance.errors import InvalidAccount, ReasonRequired
from governance.models import LedgerEntry
from tests.support.api import GUIDE_EXAMPLE, SUBMIT, Api

pytestmark = pytest.mark.django_db
TEST = command("test")
EVERYWHERE = [
    ("POST", SUBMIT),
    ("POST", "/api/authorization/agent-action"),
    ("GET", "/api/v1/actions"),
    ("GET", "/api/v1/actions/1"),
    ("GET", "/api/v1/actions/1/status"),
    ("GET", "/api/agent-activity"),
    ("GET", "/api/agent-action/1"),
    ("GET", "/api/agent-action/status/1"),
    ("POST", "/api/agent-action/1/complete"),
    ("POST", "/api/agent-action/1/fail"),
    ("GET", "/api/sdk/approval/1"),
    ("GET", "/api/sdk/kill-switch/status"),
    ("GET", "/api/deployment-info"),
]


def test_the_format(agent_key):
    assert re.fullmatch(r"ascend_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}", agent_key)
    assert public_id_of(agent_key) == AgentKey.objects.get().public_id
    assert public_id_of(agent_key[:-1] + ("a" if agent_key[-1] != "a" else "b")) is None
    assert public_id_of("owkai_" + agent_key[7:]) is None


def test_only_the_hash_is_kept(agent_key):
    key = AgentKey.objects.get()
    assert key.digest == digest_of(agent_key)
    secret = agent_key.split("_")[2]
    assert not any(secret in entry.body for entry in LedgerEntry.objects.all())


def test_issuing_is_in_the_ledger(agent_key):
    entry = LedgerEntry.objects.get(type="key.issued")
    assert AgentKey.objects.get().public_id in entry.body


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
class TestEveryAddress:
    def test_without_a_key(self, anonymous, nothing_written, method, path):
        with nothing_written():
            answer = anonymous.call(method, path, GUIDE_EXAMPLE if method == "POST" else None)
        assert answer.status == 401
        assert answer["detail"].startswith("Unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_with_an_unknown_a_wrong_a_revoked_and_an_expired_key(self, agent_key, method, path):
        other = issue_key(actor=TEST, agent_id="other")[1]
        wrong = f"{agent_key[:16]}{other[16:]}"
        texts = ["", "x", "ascend_x", wrong, agent_key[:-1] + "~"]
        revoked = issue_key(actor=TEST, agent_id="revoked")
        revoke_key(revoked[0].pk, actor=TEST, reason="Lost.")
        with time_machine.travel("2026-01-01T00:00:00Z"):
            from datetime import UTC, datetime

            expired = issue_key(actor=TEST, agent_id="old", expires_at=datetime(2026, 1, 2, tzinfo=UTC))
        sentences = set()
        for text in [*texts, revoked[1], expired[1]]:
            answer = Api(text or None).call(method, path, GUIDE_EXAMPLE if method == "POST" else None)
            assert answer.status == 401, text
            sentences.add(answer["detail"])
        # One sentence for all: nobody learns which keys exist.
        assert len(sentences) == 1

    def test_both_headers_may_carry_it_but_not_different_ones(self, agent_key, method, path):
        other = issue_key(actor=TEST, agent_id="other")[1]
        body = GUIDE_EXAMPLE if method == "POST" else None
        assert Api().call(method, path, body, X_API_Key=agent_key).status != 401
        assert Api(agent_key).call(method, path, body, X_API_Key=agent_key).status != 401
        assert Api(agent_key).call(method, path, body, X_API_Key=other).status == 401


def test_the_scheme_is_not_case_sensitive_and_basic_is_refused(agent_key):
    assert Api().get("/api/deployment-info", Authorization=f"bearer {agent_key}").status == 200
    assert Api().get("/api/deployment-info", Authorization=f"Basic {agent_key}").status == 401


def test_a_session_is_no_key(reviewer, sign_in):
    assert sign_in(reviewer).get("/api/v1/actions").status_code == 401


def test_rotation_has_two_live_keys_and_no_third(agent_key, agent):
    second = issue_key(actor=TEST, agent_id=agent.agent_id, team=agent.team.name)[1]
    assert Api(agent_key).get("/api/v1/actions").status == Api(second).get("/api/v1/actions").status == 200
    with pytest.raises(InvalidAccount, match="2 live keys"):
        issue_key(actor=TEST, agent_id=agent.agent_id, team=agent.team.name)
    revoke_key(AgentKey.objects.earliest("id").pk, actor=TEST, reason="Rotated.")
    assert Api(agent_key).get("/api/v1/actions").status == 401
    issue_key(actor=TEST, agent_id=agent.agent_id, team=agent.team.name)


def test_both_keys_see_the_same_actions(agent_key, agent):
    second = issue_key(actor=TEST, agent_id=agent.agent_id, team=agent.team.name)[1]
    action_id = Api(agent_key).submit()["id"]
    assert Api(second).status(action_id).status == 200


def test_revoking_needs_a_reason_and_happens_once(agent_key):
    key = AgentKey.objects.get()
    with pytest.raises(ReasonRequired):
        revoke_key(key.pk, actor=TEST, reason=" ")
    first = revoke_key(key.pk, actor=TEST, reason="Lost.").revoked_at
    assert revoke_key(key.pk, actor=TEST, reason="Again.").revoked_at == first
    assert LedgerEntry.objects.filter(type="key.revoked").count() == 1


def test_last_use_is_noted_at_most_once_a_minute(api):
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        api.get("/api/v1/actions")
    with time_machine.travel("2026-11-23T10:00:59Z", tick=False):
        api.get("/api/v1/actions")
    assert AgentKey.objects.get().last_used_at.isoformat() == "2026-11-23T10:00:00+00:00"
    with time_machine.travel("2026-11-23T10:01:00Z", tick=False):
        api.get("/api/v1/actions")
    assert AgentKey.objects.get().last_used_at.isoformat() == "2026-11-23T10:01:00+00:00"


class TestIssueAgentKeyCommand:
    """manage.py issue_agent_key AGENT_ID [--name] [--team] [--owner]."""

    def test_it_prints_only_the_key(self, capsys, owner, team):
        call_command("issue_agent_key", "my-bot", name="My bot", team=team.name, owner=owner.username)
        text = capsys.readouterr().out
        assert public_id_of(text.strip())
        assert text == text.strip() + "\n"
        key = AgentKey.objects.get()
        assert (key.agent.name, key.agent.team, key.agent.owner) == ("My bot", team, owner)
        assert Api(text.strip()).get("/api/deployment-info").status == 200

    def test_an_unknown_owner(self, nothing_written):
        with nothing_written(), pytest.raises(CommandError, match="nobody"):
            call_command("issue_agent_key", "my-bot", owner="nobody")

    def test_an_expiry_in_the_past(self, nothing_written):
        with nothing_written(), pytest.raises(CommandError, match="future"):
            call_command("issue_agent_key", "my-bot", expires_days=-1)

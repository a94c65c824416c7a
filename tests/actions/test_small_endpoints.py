"""/health, /api/deployment-info, the kill switch, and whatever is not there."""

import pytest

pytestmark = pytest.mark.django_db


def test_health_needs_no_key_and_no_database(anonymous, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert anonymous.get("/health")["status"] == "healthy"


def test_deployment_info(api):
    answer = api.get("/api/deployment-info")
    assert (answer["version"], answer["environment"]) == ("0.1.0", "production")


def test_kill_switch_status_when_nothing_is_blocked(api):
    assert api.get("/api/sdk/kill-switch/status").json == {
        "blocked": False,
        "reason": None,
        "activated_at": None,
        "activated_by": None,
    }


def test_kill_switch_status_of_a_blocked_agent(api, agent):
    from actions.agents import block_agent
    from governance.actors import command

    block_agent(agent.pk, actor=command("test"), reason="It loops.")
    answer = api.get("/api/sdk/kill-switch/status")
    assert (answer["blocked"], answer["reason"], answer["activated_by"]) == (
        True,
        "It loops.",
        "manage.py test",
    )
    assert answer["activated_at"].endswith("Z")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_what_is_not_there_is_a_json_404(api, method):
    answer = api.call(method, "/api/v2/nothing")
    assert (answer.status, answer["error_code"]) == (404, "NOT_FOUND")


def test_a_wrong_method_is_a_json_405(api):
    answer = api.call("DELETE", "/api/v1/actions")
    assert answer.status == 405
    assert isinstance(answer["detail"], str)


def test_a_wrong_content_type_is_a_json_415(agent_key):
    from django.test import Client

    answer = Client().post(
        "/api/v1/actions/submit", {"agent_id": "x"}, headers={"Authorization": f"Bearer {agent_key}"}
    )
    assert answer.status_code == 415
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense", ""])
def test_the_answer_is_json_whatever_is_accepted(api, accept):
    answer = api.get("/api/deployment-info", Accept=accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", ["/health", "/api/deployment-info", "/api/nothing"])
def test_security_headers(api, path):
    headers = api.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_agents_get_no_cookies(api):
    assert not api.client.cookies
    api.submit()
    assert not api.client.cookies

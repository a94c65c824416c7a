"""How the published SDK talks to the portal, and what it makes of refusals: wire contract, sections 3.1, 3.3, 3.4."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests
from ascend import AscendClient, Decision
from ascend.exceptions import AuthenticationError, AuthorizationError, ValidationError

from tests.clients.circumstances import issue_key, revoke_keys
from tests.clients.rest import Rest
from tests.support.cast import AGENT_ID, OTHER_AGENT_ID
from tests.support.person import Browser
from tests.support.portal import LivePortal, free_port

pytestmark = [pytest.mark.live, pytest.mark.any_engine]

WRONG = "ascend_00000000_" + "0" * 43 + "_000000"


@pytest.fixture
def heard(ascend: AscendClient) -> list[requests.Response]:
    """Every answer the SDK gets, with the request it belongs to."""
    answers: list[requests.Response] = []
    ascend._session.hooks["response"].append(lambda answer, **_: answers.append(answer))
    return answers


# -- Headers ---------------------------------------------------------------------------------------------------------


def test_what_it_sends_is_what_the_contract_says(ascend: AscendClient, heard: list[requests.Response]) -> None:
    """Should a new version send something else, this is the test that says so."""
    ascend.get_action_status(ascend.evaluate_action("query", "customers").action_id)
    for answer in heard:
        sent = answer.request.headers
        assert sent["Authorization"] == f"Bearer {sent['X-API-Key']}"
        assert sent["Content-Type"] == "application/json"  # also on GET, without a body
        assert (sent["User-Agent"], sent["X-SDK-Version"]) == ("ascend-sdk/2.7.1 Python", "2.7.1")
        assert sent["X-Environment"] == "production"
        assert sent["X-Request-Timestamp"].endswith("+00:00")
        assert sent["X-Correlation-ID"].startswith("asc_")
        assert "X-Signature" not in sent
    assert len({answer.request.headers["X-Correlation-ID"] for answer in heard}) == 2


def test_the_correlation_id_comes_back(ascend: AscendClient, heard: list[requests.Response]) -> None:
    decision = ascend.evaluate_action("query", "customers")
    sent = heard[0].request.headers["X-Correlation-ID"]
    assert heard[0].headers["X-Correlation-ID"] == sent
    assert decision.correlation_id == sent


def test_a_signed_request_is_as_good_as_an_unsigned_one(connect: Callable[..., AscendClient]) -> None:
    decision = connect(signing_secret="not demanded yet").evaluate_action("query", "customers")
    assert decision.decision == Decision.ALLOWED


def test_no_cookie_and_no_redirect(ascend: AscendClient, heard: list[requests.Response]) -> None:
    ascend.evaluate_action("query", "customers")
    assert [(answer.status_code, answer.history) for answer in heard] == [(200, [])]
    assert "Set-Cookie" not in heard[0].headers


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (("Authorization",), 200),
        (("X-API-Key",), 200),
        (("Authorization", "X-API-Key"), 200),
        ((), 401),
    ],
)
def test_either_header_carries_the_key(live_portal: LivePortal, names: tuple[str, ...], status: int) -> None:
    values = {"Authorization": f"Bearer {live_portal.key}", "X-API-Key": live_portal.key}
    headers = {name: values[name] for name in names}
    answer = requests.get(f"{live_portal.base_url}/api/deployment-info", headers=headers, timeout=60)
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)


def test_two_different_keys_are_refused(live_portal: LivePortal) -> None:
    """Two good keys, of two agents: nobody may choose which one counts."""
    headers = {"Authorization": f"Bearer {live_portal.key}", "X-API-Key": live_portal.keys[OTHER_AGENT_ID]}
    answer = requests.get(f"{live_portal.base_url}/api/deployment-info", headers=headers, timeout=60)
    assert answer.status_code == 401
    assert "different keys" in answer.json()["detail"]


def test_an_empty_body_that_calls_itself_json(rest: Rest) -> None:
    headers = {"Content-Type": "application/json"}
    action_id = rest.submit(action_type="query")["id"]
    assert rest.call("GET", f"/api/v1/actions/{action_id}/status", headers=headers).status_code == 200
    assert rest.call("POST", f"/api/agent-action/{action_id}/complete", headers=headers).status_code == 200


# -- Connection ------------------------------------------------------------------------------------------------------


def test_connected(ascend: AscendClient) -> None:
    found = ascend.test_connection()
    assert (found.connected, found.environment) == (True, "production")
    assert found.api_version != "unknown"
    assert found.latency_ms > 0


def test_not_connected_with_a_bad_key(connect: Callable[..., AscendClient]) -> None:
    """Item 8: /health answers anybody, so a bad key must be noticed behind it."""
    found = connect(api_key=WRONG).test_connection()
    assert (found.connected, found.error) == (False, "[AUTH_ERROR] Invalid or expired API key")


def test_not_connected_with_nobody_there(connect: Callable[..., AscendClient]) -> None:
    found = connect(api_url=f"http://127.0.0.1:{free_port()}", max_retries=0).test_connection()
    assert (found.connected, found.latency) == (False, None)


# -- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [WRONG, "not even like a key", "asc_live_0123456789"])
def test_401(connect: Callable[..., AscendClient], key: str) -> None:
    client = connect(api_key=key)
    calls = [
        lambda: client.evaluate_action("query", "customers"),
        lambda: client.get_action_status("1"),
        lambda: client.get_action_details("1"),
        lambda: client.check_approval("1"),
        client.list_actions,
    ]
    for call in calls:
        with pytest.raises(AuthenticationError, match="Invalid or expired API key"):
            call()


def test_401_once_the_key_is_revoked(connect: Callable[..., AscendClient], rest: Rest, adam: Browser) -> None:
    rest.submit(agent_id="short-lived")
    client = connect(api_key=issue_key(adam, "short-lived"), agent_id="short-lived")
    assert client.evaluate_action("query", "customers").decision == Decision.ALLOWED
    revoke_keys(adam, "short-lived")
    for call in (lambda: client.evaluate_action("query", "customers"), client.list_actions):
        with pytest.raises(AuthenticationError):
            call()


def test_400_names_the_place(ascend: AscendClient) -> None:
    with pytest.raises(ValidationError, match="/orchestration_session_id") as caught:
        ascend.evaluate_action("query", "customers", orchestration_session_id=7)
    assert caught.value.field_errors == {"orchestration_session_id": "This must be a string."}


def test_422_names_the_field(connect: Callable[..., AscendClient]) -> None:
    with pytest.raises(ValidationError, match="Missing required fields: agent_id") as caught:
        connect(agent_id="  ").evaluate_action("query", "customers")
    assert caught.value.field_errors == {"agent_id": "This field is required."}
    with pytest.raises(ValidationError, match="Too long: action_type") as caught:
        connect().evaluate_action("q" * 101, "customers")
    assert set(caught.value.field_errors) == {"action_type"}


def test_403_for_another_agents_name(connect: Callable[..., AscendClient], rest: Rest, adam: Browser) -> None:
    """An agent with a key of its own speaks only through it; a refusal is no governance denial, but an error."""
    rest.submit(agent_id="rival")  # nobody's name yet
    issue_key(adam, "rival")
    with pytest.raises(AuthorizationError) as caught:
        connect(agent_id="rival").evaluate_action("query", "customers")
    assert caught.value.message.startswith("Forbidden")
    assert "{" not in caught.value.message


@pytest.mark.parametrize("action_id", ["999999999", "9" * 25, "nothing"])
def test_404(ascend: AscendClient, action_id: str) -> None:
    for call in (ascend.get_action_status, ascend.get_action_details, ascend.check_approval):
        with pytest.raises(requests.HTTPError) as caught:
            call(action_id)
        answer = caught.value.response
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith("Not Found")


def test_404_for_another_agents_action(ascend: AscendClient, connect: Callable[..., AscendClient], live_portal) -> None:
    stranger = connect(api_key=live_portal.keys[OTHER_AGENT_ID], agent_id=OTHER_AGENT_ID)
    action_id = stranger.evaluate_action("query", "customers").action_id
    for call in (ascend.get_action_status, ascend.get_action_details, ascend.check_approval):
        with pytest.raises(requests.HTTPError, match="404"):
            call(action_id)
    assert action_id not in {str(item["id"]) for item in ascend.list_actions(limit=500)["actions"]}


def test_a_body_too_large_is_refused_once(ascend: AscendClient, heard: list[requests.Response]) -> None:
    with pytest.raises(ValidationError, match="larger than 64 KiB"):
        ascend.evaluate_action("query", "customers", parameters={"blob": "x" * 70_000})
    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in heard] == [(400, None)]


# -- The shape of every refusal --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "how", "status"),
    [
        ("POST", "/api/v1/actions/submit", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ("POST", "/api/v1/actions/submit", {"json": []}, 400),
        ("POST", "/api/v1/actions/submit", {"json": {"agent_id": AGENT_ID, "status": "approved"}}, 400),
        ("GET", "/api/v1/actions/1/status", {"headers": {"Authorization": "Bearer x"}}, 401),
        ("GET", "/api/v1/actions/999999999", {}, 404),
        ("GET", "/api/no-such-thing", {}, 404),
        ("POST", "/api/v1/actions/submit/", {"json": {}}, 404),
        ("DELETE", "/api/v1/actions/submit", {}, 405),
        ("POST", "/api/v1/actions/submit", {"json": {"x": "y" * 70_000}}, 400),
        ("POST", "/api/v1/actions/submit", {"data": "a=b", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", "/api/v1/actions/submit", {"json": {}}, 422),
        ("GET", "/api/agent-activity?limit=many", {}, None),
        ("GET", "/api/agent-activity?status=whatever", {}, None),
    ],
)
def test_every_refusal_is_an_object_with_a_sentence(
    rest: Rest, method: str, path: str, how: dict, status: int | None
) -> None:
    """Rules 10 and 11: never 204, never a list, never a redirect; `detail` is text, `errors` an object of texts."""
    answer = rest.call(method, path, **how)
    assert answer.status_code == status or (status is None and answer.status_code in (400, 422))
    body = json.loads(answer.content)
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert all(isinstance(text, str) for text in body["errors"].values())
    assert body["error_code"]
    assert body["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert body["policy_violations"] == []
    assert "Traceback" not in answer.text

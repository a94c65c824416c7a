"""A server that answers too late gets the same submission again: wire contract, section 3.5 and item 10."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from ascend import AscendClient, Decision
from ascend.exceptions import ConnectionError as Unreachable
from owkai_client import OWKAIClient, PortalTimeoutError

from tests.clients.rest import Rest
from tests.clients.slow import Slow, slow_portal
from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = pytest.mark.live

# Seconds a client waits for an answer: long enough for one that is not held back, and as short as can be.
PATIENCE, HURRY = 4.0, 0.2


def ids_of(slow: Slow) -> list[int]:
    """The ids the portal gave, in the order of its answers."""
    return [answer.json()["id"] for answer in slow.answers]


def test_one_slow_answer_makes_one_action(
    live_portal: LivePortal, connect: Callable[..., AscendClient], rest: Rest
) -> None:
    """The SDK sends the same again under the same correlation id, and is given the first answer again."""
    with slow_portal(live_portal, hold_back=1) as slow:
        client = connect(api_url=slow.base_url, timeout=PATIENCE)
        decision = client.evaluate_action("transaction", "slow once", wait_for_decision=False)
    assert decision.decision == Decision.PENDING
    assert len(slow.seen) == 2
    assert len(set(slow.correlation_ids())) == 1
    assert slow.answers[0].content == slow.answers[1].content
    assert [answer.headers.get("Idempotent-Replayed") for answer in slow.answers] == [None, "true"]
    assert decision.action_id == str(ids_of(slow)[0])
    assert listed(rest, "slow once") == [int(decision.action_id)]


def listed(rest: Rest, resource: str) -> list[int]:
    """The ids of all actions on a resource, oldest first."""
    actions = rest.get("/api/v1/actions?limit=500")["actions"]
    return sorted(action["id"] for action in actions if action["resource"] == resource)


def test_a_whole_storm_makes_one_action_per_correlation_id(
    live_portal: LivePortal,
    connect: Callable[..., AscendClient],
    rest: Rest,
    rita: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """16 POSTs of one logical submit with 4 correlation ids (rule 14), none of them answered in time.

    The portal cannot know that the four are one, so it merges nothing: it links them, and the reviewer sees it.
    """
    pause = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: pause(min(seconds, 0.01)))
    with slow_portal(live_portal, hold_back=16) as slow:
        client = connect(api_url=slow.base_url, timeout=HURRY)
        with pytest.raises(Unreachable):
            client.evaluate_action("transaction", "slow for ever", wait_for_decision=False)
        while len(slow.answers) < 16:
            pause(0.01)
    sent = slow.correlation_ids()
    assert (len(sent), len(set(sent))) == (16, 4)
    assert [answer.status_code for answer in slow.answers] == [200] * 16
    ids = sorted(set(ids_of(slow)))
    assert listed(rest, "slow for ever") == ids
    assert len(ids) == 4
    by_correlation = {(answer.headers["X-Correlation-ID"], answer.json()["id"]) for answer in slow.answers}
    assert len(by_correlation) == 4
    for first, second in pairwise(ids):
        page = rita.read(f"/actions/{second}/")
        assert f"/actions/{first}/" in page
        assert "looks the same and also waits." in page


def test_the_reference_clients_retry_makes_one_action(live_portal: LivePortal, rest: Rest) -> None:
    """It gives up on a slow answer; the same again with its own idempotency key finds what was recorded."""
    action = {"agent_id": "customer-service-agent-001", "agent_name": "AI", "action_type": "transaction"}
    with slow_portal(live_portal, hold_back=1) as slow:
        client = OWKAIClient(slow.base_url, live_portal.key, timeout=PATIENCE)
        with pytest.raises(PortalTimeoutError):
            client.submit_action(**action, resource="slow once more", idempotency_key="transfer-17")
        answer = client.submit_action(**action, resource="slow once more", idempotency_key="transfer-17")
    assert ids_of(slow) == [answer["id"]] * 2
    assert listed(rest, "slow once more") == [answer["id"]]


@pytest.mark.parametrize("header", ["X-Correlation-ID", "Idempotency-Key"])
def test_sixteen_at_once_make_one_action(rest: Rest, header: str) -> None:
    """All of a storm's deliveries at the same moment: one action, sixteen equal answers."""
    body = {"agent_id": "customer-service-agent-001", "action_type": "query", "description": "x", "tool_name": header}

    def submit(_: int) -> tuple[int, bytes]:
        answer = Rest(rest.portal).call(
            "POST", "/api/v1/actions/submit", json=body, headers={header: f"storm-{header}"}
        )
        return answer.status_code, answer.content

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(submit, range(16)))
    ((status, content),) = answers
    assert status == 200
    assert listed(rest, header) == [json.loads(content)["id"]]


def test_the_same_correlation_id_with_another_body_is_another_action(rest: Rest) -> None:
    ids = {
        rest.call(
            "POST",
            "/api/v1/actions/submit",
            headers={"X-Correlation-ID": "asc_0123456789abcdef"},
            json={
                "agent_id": "customer-service-agent-001",
                "action_type": "query",
                "description": description,
                "tool_name": "t",
            },
        ).json()["id"]
        for description in ("one", "two")
    }
    assert len(ids) == 2

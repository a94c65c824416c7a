"""The listing of agents: its filters, its empty states, whose actions make its rates, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.agents import ensure_agent
from actions.models import Agent
from governance.models import Person
from reviews.agents import rows
from tests.reviews.away import away
from tests.reviews.pages import text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID, OTHER_AGENT_ID, OTHER_TEAM, TEAM
from tests.support.people import SETUP, key_for

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_the_filters(api: Api, agent: Agent, admin_person: Person, outsider: Person, sign_in: SignIn) -> None:
    key_for(OTHER_AGENT_ID, name="Forklift", team=OTHER_TEAM)
    ensure_agent(actor=SETUP, agent_id="night-owl", team=TEAM, agent_type="autonomous")
    lifecycles.pending(api)
    client = sign_in(admin_person)
    client.post(f"/agents/{agent.pk}/block/", {"reason": "A drill."})

    def found(query: str, by: Client = client) -> list[str]:
        return re.findall(r'href="/agents/\d+/">([^<]+)</a>', by.get(f"/agents/?{query}").content.decode())

    team, other = agent.team_id, outsider.groups.get().pk
    everybody = [AGENT_ID, "night-owl", OTHER_AGENT_ID]
    assert found("") == everybody
    assert found("order=seen")[0] == AGENT_ID
    assert found("q=FORK") == [OTHER_AGENT_ID]
    assert found("q=olga") == [AGENT_ID]
    assert found(f"team={team}&type=autonomous") == ["night-owl"]
    assert found("state=blocked") == [AGENT_ID]
    assert found("state=active") == everybody[1:]
    assert found("page=77") == everybody
    assert found("page=x") == everybody
    assert "No agent matches these filters." in text_of(client.get("/agents/?q=nothing-like-it"))
    for query in ("team=9999", "team=x", "type=purple", "state=x", "q=%00", "order=x", f"team={2**70}"):
        page = text_of(client.get(f"/agents/?{query}"))
        assert "This filter was not understood, so nothing is shown." in page, query
    mine = sign_in(outsider)
    assert found("", mine) == [OTHER_AGENT_ID]
    assert found(f"team={team}", mine) == []
    assert found(f"team={other}", mine) == [OTHER_AGENT_ID]
    part = client.get("/agents/?q=owl", headers={"HX-Request": "true"}).content.decode()
    assert "night-owl" in part
    assert "<html" not in part


def test_nothing_there_yet(reviewer: Person, admin_person: Person, sign_in: SignIn) -> None:
    assert "Your teams have no agent yet." in text_of(sign_in(reviewer).get("/agents/"))
    assert "There is no agent yet." in text_of(sign_in(admin_person).get("/agents/"))
    reviewer.groups.clear()
    assert "You are in no team yet" in text_of(sign_in(reviewer).get("/agents/"))


def test_rates_are_of_the_latest_actions_only(
    api: Api, agent: Agent, reviewer: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifecycles.rejected(api)
    lifecycles.approved(api)
    lifecycles.approved(api, resource="another")
    assert "66.7 % approved 33.3 % rejected" in text_of(sign_in(reviewer).get("/agents/"))
    monkeypatch.setattr(rows, "RECENT", 2)
    text = text_of(sign_in(reviewer).get("/agents/"))
    assert "100 % approved" in text
    assert "% rejected" not in text


def test_more_agents_cost_no_more_queries(api: Api, agent: Agent, reviewer: Person, sign_in: SignIn) -> None:
    lifecycles.rejected(api)
    lifecycles.pending(api)
    client = sign_in(reviewer)
    client.get("/agents/")  # what the first page of a process reads once

    def cost(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = cost("/agents/"), cost(f"/agents/{agent.pk}/")
    for number in range(30):
        other = Api(key_for(f"agent-{number:02}", name="More", team=TEAM, owner=reviewer))
        other.submit(agent_id=f"agent-{number:02}")
        api.submit(action_type="transaction" if number % 2 else "query", resource=f"r{number}")
    text = text_of(client.get("/agents/"))
    assert "31 agents." in text
    assert "Next →" in text
    assert "← Previous" in text_of(client.get("/agents/?page=2"))
    assert (cost("/agents/"), cost(f"/agents/{agent.pk}/")) == few


def test_who_acts_for_somebody_sees_their_agents(
    agent: Agent, reviewer: Person, outsider: Person, sign_in: SignIn
) -> None:
    client = sign_in(outsider)
    assert client.get(f"/agents/{agent.pk}/").status_code == 404
    away(reviewer, outsider)
    assert client.get(f"/agents/{agent.pk}/").status_code == 200
    assert AGENT_ID in text_of(client.get("/agents/"))

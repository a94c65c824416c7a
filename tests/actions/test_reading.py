"""Status, details and lists: own actions only, in the fewest statements."""

import pytest
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import key_for

pytestmark = pytest.mark.django_db

READS = [
    "/api/v1/actions/{id}/status",
    "/api/agent-action/status/{id}",
    "/api/v1/actions/{id}",
    "/api/agent-action/{id}",
    "/api/sdk/approval/{id}",
]


@pytest.fixture
def stranger(other_team):
    return Api(key_for("stranger", team=other_team.name))


@pytest.mark.parametrize("path", READS)
class TestOneAction:
    def test_it_works(self, api, path):
        action_id = lifecycles.pending(api)
        answer = api.get(path.format(id=action_id))
        assert (answer.status, answer["action_id"]) == (200, action_id)

    def test_a_strangers_action_is_not_found(self, api, stranger, path):
        action_id = lifecycles.pending(api)
        answer = stranger.get(path.format(id=action_id))
        assert answer.status == 404
        assert answer["detail"].startswith("Not Found")

    def test_a_colleagues_action_is_not_found_either(self, api, agent, path):
        action_id = lifecycles.pending(api)
        colleague = Api(key_for("colleague", team=agent.team.name))
        assert colleague.get(path.format(id=action_id)).status == 404

    def test_an_unknown_one_is_not_found(self, api, path):
        assert api.get(path.format(id=10**12)).status == 404

    def test_an_absurd_id_is_not_found(self, api, path):
        assert api.get(path.format(id=10**30)).status == 404
        assert api.get(path.format(id="abc")).status == 404

    def test_without_a_key_it_is_refused(self, api, anonymous, path):
        answer = anonymous.get(path.format(id=lifecycles.pending(api)))
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_it_expires_on_first_touch(self, api, path):
        import time_machine

        with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
            action_id = lifecycles.pending(api)
        with time_machine.travel("2026-11-25T10:00:00Z", tick=False):
            answer = api.get(path.format(id=action_id))
        assert answer["decision"] == "denied"
        assert answer["state"] == "expired"
        assert Action.objects.get(pk=action_id).state == "expired"

    def test_the_answer_is_not_cached(self, api, path):
        assert api.get(path.format(id=lifecycles.pending(api))).headers["Cache-Control"] == "no-store"


def test_a_poll_is_one_statement(api, django_assert_num_queries):
    action_id = lifecycles.pending(api)
    api.status(action_id)  # the key's last use is noted at most once a minute
    with django_assert_num_queries(1):
        assert api.status(action_id).status == 200
    with django_assert_num_queries(1):
        assert api.status(10**9).status == 404


def test_a_submit_is_at_most_six_statements(api, connection_queries):
    api.submit()
    for overrides in ({}, {"action_type": "transaction"}, {"agent_id": "other"}, {"agent_id": "other"}):
        with connection_queries() as queries:
            assert api.submit(**overrides).status == 200
        counted = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
        # The one submission that registers a new agent also writes the agent and its ledger entry; one that waits for
        # people also counts how many of the agent's do.
        limit = 6 if overrides.get("agent_id") != "other" or Action.objects.count() > 4 else 8
        assert len(counted) <= limit + ("action_type" in overrides), counted


@pytest.fixture
def connection_queries():
    from django.db import connection

    return lambda: CaptureQueriesContext(connection)


@pytest.mark.parametrize("path", ["/api/v1/actions", "/api/agent-activity"])
class TestLists:
    def test_it_works(self, api, path):
        ids = [lifecycles.pending(api), lifecycles.auto_approved(api)]
        answer = api.get(path)
        assert [item["id"] for item in answer["actions"]] == ids[::-1]
        assert (answer["total"], answer["limit"], answer["offset"], answer["has_more"]) == (2, 50, 0, False)
        assert {"id", "action_id", "action_type", "status", "created_at", "timestamp"} <= set(answer["actions"][0])

    def test_strangers_see_nothing(self, api, stranger, path):
        lifecycles.pending(api)
        assert (stranger.get(path)["actions"], stranger.get(path)["total"]) == ([], 0)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("status=pending", ["pending"]),
            ("status=pending_approval", ["pending"]),
            ("status_filter=pending", ["pending"]),
            ("status=denied", ["blocked", "rejected"]),
            ("status=rejected", ["blocked", "rejected"]),
            ("status=blocked", ["blocked"]),
            ("status=auto_approved", ["auto_approved"]),
            ("status=executed", ["executed"]),
            ("status=escalated", []),
            ("risk_level=low", ["auto_approved", "blocked"]),
            ("action_type=query", ["auto_approved", "blocked"]),
            ("agent_id=nobody", []),
            ("start_date=2100-01-01T00:00:00Z", []),
            ("end_date=2000-01-01", []),
        ],
    )
    def test_filters(self, api, path, query, found):
        made = {
            lifecycles.ALL[name](api): name for name in ("auto_approved", "pending", "rejected", "blocked", "executed")
        }
        assert sorted(made[item["id"]] for item in api.get(f"{path}?{query}")["actions"]) == found

    @pytest.mark.parametrize(
        "query",
        ["status=nonsense", "limit=-1", "limit=x", "offset=1.5", "start_date=yesterday", "risk_level=LOW"],
    )
    def test_what_is_not_acceptable_is_named(self, api, path, query):
        answer = api.get(f"{path}?{query}")
        assert answer.status == 400
        assert query.split("=")[0] in answer["errors"]

    def test_what_is_overdue_is_not_listed_as_pending(self, api, path):
        import time_machine

        with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
            lifecycles.pending(api)
        with time_machine.travel("2026-11-25T10:00:00Z", tick=False):
            assert api.get(f"{path}?status=pending")["total"] == 0
            assert [item["state"] for item in api.get(path)["actions"]] == ["expired"]

    def test_pages(self, api, path):
        ids = [lifecycles.auto_approved(api) for _ in range(5)]
        first, second = api.get(f"{path}?limit=3"), api.get(f"{path}?limit=3&offset=3")
        assert [item["id"] for item in first["actions"] + second["actions"]] == ids[::-1]
        assert (first["has_more"], second["has_more"]) == (True, False)

    def test_the_number_of_statements_does_not_grow(self, api, path, connection_queries):
        lifecycles.auto_approved(api)
        with connection_queries() as one:
            api.get(path)
        for _ in range(24):
            lifecycles.auto_approved(api)
        with connection_queries() as many:
            api.get(path)
        assert len(many) == len(one)

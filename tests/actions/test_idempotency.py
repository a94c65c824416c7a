"""One submission, however often it is delivered (wire-contract 3.5, threats AC12-AC14)."""

import pytest

from actions.models import Action
from tests.support import lifecycles
from tests.support.api import GUIDE_EXAMPLE, SUBMIT, Api
from tests.support.threads import together

TRANSFER = {**GUIDE_EXAMPLE, "action_type": "transaction"}


@pytest.mark.django_db
class TestOneAfterAnother:
    def test_the_same_idempotency_key_is_answered_verbatim(self, api):
        first = api.post(SUBMIT, TRANSFER, Idempotency_Key="k1")
        again = api.post(SUBMIT, TRANSFER, Idempotency_Key="k1")
        assert again.json == first.json
        assert again.headers["Idempotent-Replayed"] == "true"
        assert Action.objects.count() == 1

    def test_verbatim_even_when_it_was_decided_meanwhile(self, api):
        first = api.post(SUBMIT, TRANSFER, Idempotency_Key="k1")
        lifecycles.decide(first["id"], "approve")
        assert api.post(SUBMIT, TRANSFER, Idempotency_Key="k1").json == first.json
        assert api.status(first["id"])["status"] == "approved"

    def test_the_key_in_the_body_counts_too(self, api):
        first = api.submit(idempotency_key="k2")
        assert api.submit(idempotency_key="k2")["id"] == first["id"]

    def test_the_same_key_with_another_body_is_a_conflict(self, api, nothing_written):
        api.post(SUBMIT, TRANSFER, Idempotency_Key="k1")
        with nothing_written():
            answer = api.post(SUBMIT, {**TRANSFER, "resource": "elsewhere"}, Idempotency_Key="k1")
        assert (answer.status, answer["error_code"]) == (409, "idempotency_conflict")

    def test_another_agents_same_key_is_another_submission(self, api, other_team):
        from tests.support.people import key_for

        other = Api(key_for("warehouse", team=other_team.name))
        ours = api.post(SUBMIT, TRANSFER, Idempotency_Key="k1")
        theirs = other.post(SUBMIT, {**TRANSFER, "agent_id": "warehouse"}, Idempotency_Key="k1")
        assert ours["id"] != theirs["id"]

    def test_the_same_correlation_id_and_body_is_one_submission(self, api):
        first = api.post(SUBMIT, TRANSFER, X_Correlation_ID="asc_0001")
        again = api.post(SUBMIT, TRANSFER, X_Correlation_ID="asc_0001")
        assert again.json == first.json
        assert first.headers["X-Correlation-ID"] == "asc_0001"

    def test_the_same_correlation_id_with_another_body_is_another_submission(self, api):
        first = api.post(SUBMIT, TRANSFER, X_Correlation_ID="asc_0001")
        other = api.post(SUBMIT, {**TRANSFER, "resource": "elsewhere"}, X_Correlation_ID="asc_0001")
        assert first["id"] != other["id"]

    def test_the_same_body_under_another_correlation_id_is_linked_never_merged(self, api):
        first = api.post(SUBMIT, TRANSFER, X_Correlation_ID="asc_0001")
        second = api.post(SUBMIT, TRANSFER, X_Correlation_ID="asc_0002")
        assert first["id"] != second["id"]
        assert Action.objects.get(pk=second["id"]).possible_retry_of_id == first["id"]

    def test_after_two_minutes_it_is_no_retry(self, api):
        import time_machine

        with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
            api.post(SUBMIT, TRANSFER)
        with time_machine.travel("2026-11-23T10:02:01Z", tick=False):
            later = api.post(SUBMIT, TRANSFER)
        assert Action.objects.get(pk=later["id"]).possible_retry_of_id is None


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """The storms a slow server really receives."""

    def storm(self, key, **headers):
        def post():
            return Api(key).post(SUBMIT, TRANSFER, **headers)

        return post

    def test_sixteen_deliveries_of_one_submission_make_one_action(self, agent_key):
        answers = together(*[self.storm(agent_key, Idempotency_Key="one")] * 16)
        assert {answer.status for answer in answers} == {200}
        assert len({answer["id"] for answer in answers}) == 1
        assert len({str(answer.json) for answer in answers}) == 1
        assert Action.objects.count() == 1

    def test_sixteen_deliveries_with_one_correlation_id_make_one_action(self, agent_key):
        answers = together(*[self.storm(agent_key, X_Correlation_ID="asc_one")] * 16)
        assert {answer.status for answer in answers} == {200}
        assert len({answer["id"] for answer in answers}) == 1
        assert Action.objects.count() == 1

    def test_the_published_clients_storm_makes_one_per_attempt(self, agent_key):
        """Four attempts of four deliveries: its attempts cannot be told from genuine twins, so they are linked."""
        calls = [self.storm(agent_key, X_Correlation_ID=f"asc_{n % 4}") for n in range(16)]
        answers = together(*calls)
        assert {answer.status for answer in answers} == {200}
        assert Action.objects.count() == 4

    def test_without_any_mark_every_delivery_is_an_action(self, agent_key):
        """The naive twin: this is what a storm does when nothing tells deliveries apart."""
        together(*[self.storm(agent_key)] * 4)
        assert Action.objects.count() == 4

    def test_two_first_submissions_register_one_agent(self, agent_key):
        from actions.models import Agent

        def post():
            return Api(agent_key).submit(agent_id="fresh")

        answers = together(*[post] * 8)
        assert [answer.status for answer in answers] == [200] * 8
        assert Agent.objects.filter(agent_id="fresh").count() == 1

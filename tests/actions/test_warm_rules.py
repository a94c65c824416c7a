"""A submission in a process that knows the rules asks the database for none of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import rulebook
from governance.models import Policy
from governance.rule_changes import change_rule
from governance.rule_content import KINDS
from tests.support.api import Api
from tests.support.drafts import ADAM, people_decide

RULES = {model._meta.db_table for model in KINDS} | {"governance_actiontyperule_techniques"}


def statements_about_rules(api: Api, **body: object) -> list[str]:
    """What one submission asks about rules, besides the number that is in force: the key's look-up brings that."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert api.submit(**body).status == 200
    asked = [query["sql"] for query in captured.captured_queries]
    versions = [sql for sql in asked if "governance_rulebookversion" in sql and "agentkey" not in sql]
    return versions + [sql for sql in asked if any(table in sql for table in RULES)]


@pytest.mark.parametrize("action_type", ["query", "transaction"])
def test_it_asks_for_none(transactional_db: None, api: Api, action_type: str) -> None:
    change_rule(people_decide("risk.score > 99"), actor=ADAM, reason="One policy more.")
    api.submit(description="The first one reads them.")
    assert Policy.objects.count() > 1
    assert statements_about_rules(api, action_type=action_type) == []


def test_a_process_that_does_not_know_them_reads_them_once(transactional_db: None, api: Api) -> None:
    """The test above is able to fail."""
    rulebook.forget()
    assert len(statements_about_rules(api)) == 2
    assert statements_about_rules(api) == []


def test_a_change_is_read_by_the_next_submission(transactional_db: None, api: Api) -> None:
    assert api.submit()["status"] == "approved"
    change_rule(people_decide(), actor=ADAM, reason="From now on.")
    assert api.submit()["status"] == "pending_approval"
    assert statements_about_rules(api) == []

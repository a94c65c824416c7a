"""The database itself refuses to rewrite history (threats A12, C4; audit-design 3.6)."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from actions.lifecycle import INITIAL, TERMINAL, TRANSITIONS
from actions.models import Action, Outcome, State
from governance import guards
from governance.models import LedgerEntry, RulebookVersion
from reviews.comment import add_comment
from reviews.models import Comment, Vote
from tests.support import lifecycles
from tests.support.people import person_called

pytestmark = pytest.mark.django_db


def refused(sql: str, parameters: list | None = None) -> bool:
    """Whether the database refuses a raw statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters or [])
    except DatabaseError:
        return True
    return False


@pytest.fixture
def full(api):
    """At least one row in every guarded table."""
    action_id, sina = lifecycles.executed(api), person_called("sina")
    add_comment(action_id, actor=lifecycles.actor_of(sina), person=sina, text="Checked.")
    return {model._meta.db_table: model for model in (LedgerEntry, RulebookVersion, Vote, Comment, Outcome, Action)}


TABLES = [
    "governance_ledgerentry",
    "governance_rulebookversion",
    "reviews_vote",
    "reviews_comment",
    "actions_outcome",
    "actions_action",
]
A_COLUMN = dict(zip(TABLES, ["body", "content", "reason", "text", "report", "content"], strict=True))


@pytest.mark.parametrize("table", TABLES)
class TestRawSql:
    def test_update_is_refused(self, full, table):
        assert refused(f"UPDATE {table} SET {A_COLUMN[table]} = 'x'")

    def test_delete_is_refused(self, full, table):
        assert refused(f"DELETE FROM {table}")

    def test_insert_or_replace_is_refused(self, full, table):
        if connection.vendor != "sqlite":
            return
        before = full[table].objects.count()
        for verb in ("INSERT OR REPLACE INTO", "REPLACE INTO"):
            assert refused(f"{verb} {table} SELECT * FROM {table}")
        assert full[table].objects.count() == before

    def test_replacing_by_another_unique_key_is_refused(self, full, table):
        only_id = ("governance_rulebookversion", "reviews_comment", "actions_action")
        if connection.vendor != "sqlite" or table in only_id:
            return
        columns = [field.column for field in full[table]._meta.concrete_fields]
        values = ", ".join("id + 1000000" if name == "id" else name for name in columns)
        assert refused(f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}")

    def test_upsert_is_refused(self, full, table):
        key = "version" if table == "governance_rulebookversion" else "id"
        assert refused(
            f"INSERT INTO {table} SELECT * FROM {table} WHERE true"
            f" ON CONFLICT ({key}) DO UPDATE SET {A_COLUMN[table]} = 'x'"
        )

    def test_truncate_is_refused(self, full, table):
        if connection.vendor == "postgresql":
            assert refused(f"TRUNCATE {table} CASCADE")

    def test_replica_mode_is_no_way_round(self, full, table):
        if connection.vendor == "postgresql":
            assert refused(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}")

    def test_the_orm_is_refused_too(self, full, table):
        with pytest.raises(DatabaseError), transaction.atomic():
            full[table].objects.update(**{A_COLUMN[table]: "x"})
        with pytest.raises(DatabaseError), transaction.atomic():
            full[table].objects.all()._raw_delete("default")

    def test_the_naive_twin_is_not_refused(self, full, table):
        """Without its guard the table takes it: the tests above are able to fail."""
        with transaction.atomic():
            guards.remove(connection)
            assert not refused(f"UPDATE {table} SET {A_COLUMN[table]} = {A_COLUMN[table]} || 'x'")
            transaction.set_rollback(True)  # the guards come back with it


@pytest.mark.parametrize("source", State.values)
@pytest.mark.parametrize("target", State.values)
def test_raw_sql_keeps_to_the_transitions(api, source, target):
    """All state pairs: what the table of transitions does not have, the database does not do."""
    action_id = lifecycles.pending(api)
    into(action_id, source)
    legal = (source, target) in TRANSITIONS or source == target
    assert refused(move(target), [action_id]) is not legal


def move(target: str) -> str:
    decided = "NULL, decided_via = ''" if target == "pending" else "created_at, decided_via = 'person'"
    return f"UPDATE actions_action SET state = '{target}', decided_at = {decided} WHERE id = %s"


def into(action_id: int, state: str) -> None:
    """Walk the shortest legal way to a state."""
    ways = {"pending": []}
    queue = ["pending"]
    while queue:
        here = queue.pop(0)
        for source, target in sorted(TRANSITIONS):
            if source == here and target not in ways:
                ways[target] = [*ways[here], target]
                queue.append(target)
    for step in ways[state]:
        assert not refused(move(step), [action_id])


def test_nothing_leaves_a_terminal_state():
    assert {
        State.REJECTED,
        State.EXECUTED,
        State.FAILED,
        State.EXPIRED,
        State.CANCELLED,
        State.CHANGES_REQUESTED,
    } == TERMINAL
    assert {State.PENDING, State.APPROVED, State.REJECTED} == INITIAL


@pytest.mark.parametrize(
    "change",
    [
        "digest = 'x'",
        "risk_score = 1",
        "team_id = team_id + 1",
        "created_at = updated_at",
        "route = '{\"a\": 1}'",
    ],
)
def test_the_content_of_an_action_never_changes(api, change):
    action_id = lifecycles.approved(api)
    assert refused(f"UPDATE actions_action SET {change} WHERE id = %s", [action_id])


@pytest.mark.parametrize("change", ["state = 'nonsense'", "decided_at = NULL", "decided_via = ''"])
def test_impossible_combinations_are_refused(api, change):
    assert refused(f"UPDATE actions_action SET {change} WHERE id = %s", [lifecycles.approved(api)])


class TestTheCheck:
    def test_it_is_silent_when_all_stand(self, capsys):
        call_command("check", databases=["default"])

    def test_it_names_what_is_missing(self):
        from django.core.checks import run_checks

        guards.remove(connection)
        try:
            found = [message for message in run_checks(databases=["default"]) if message.id == "foureyes.E001"]
            assert any("governance_ledgerentry" in message.msg for message in found)
        finally:
            guards.install(connection)
        assert not [message for message in run_checks(databases=["default"]) if message.id == "foureyes.E001"]

    def test_migrate_puts_them_back(self):
        guards.remove(connection)
        assert guards.missing(connection)
        call_command("migrate", verbosity=0)
        assert guards.missing(connection) == []

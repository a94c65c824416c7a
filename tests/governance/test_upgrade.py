"""An SQLite file of an earlier release, guards and all, is brought up to date, and what people chose moves with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.habits.tree import ROOT

pytestmark = pytest.mark.any_engine

# In a process of its own: its database is none of the suite's.
STORY = """
import django
from django.core.management import call_command
from django.db import connection
from governance import guards

django.setup()
call_command("migrate", "reviews", "0003", verbosity=0)
call_command("migrate", "governance", "0004", verbosity=0)
with connection.cursor() as cursor:
    for pk, zone in ((1, "Europe/Berlin"), (2, "UTC")):
        cursor.execute(
            "INSERT INTO governance_person (id, password, is_superuser, username, first_name, last_name, email,"
            " is_staff, is_active, date_joined, role)"
            " VALUES (%s, '', 0, %s, '', '', '', 0, 1, '2026-01-01', 'reviewer')",
            [pk, f"p{pk}"],
        )
        cursor.execute(
            "INSERT INTO reviews_noticepreference (person_id, email, digest_hour, time_zone) VALUES (%s, 'now', 8, %s)",
            [pk, zone],
        )
call_command("migrate", verbosity=0)
from governance.models import Person
print(sorted(Person.objects.values_list("username", "time_zone")), guards.missing(connection))
"""


# A migration that looks around while it is under way, as a portal would that runs meanwhile; it fails the first time.
MEANWHILE = """
import importlib, sqlite3, sys
import django
from django.core.management import call_command
from django.db import connection, migrations, transaction
from governance import guards
from governance.actors import command

django.setup()
from governance import ledger
if len(sys.argv) > 1:  # the naive twin: what is taken off stays off until the end
    from contextlib import nullcontext
    importlib.import_module("governance.management.commands.migrate")._all_or_nothing = lambda _: nullcontext()
call_command("migrate", verbosity=0)
with transaction.atomic():
    about = {"stream": "rules", "subject": {"kind": "rules", "id": "x"}, "data": {}}
    ledger.append("kill_switch.released", actor=command("test"), **about)
call_command("migrate", "reviews", "0006", verbosity=0)

def rewritten():
    there = sqlite3.connect(connection.settings_dict["NAME"], timeout=0.1)
    try:
        there.execute("UPDATE governance_ledgerentry SET body = 'x'")
        there.rollback()
        return "rewritten"
    except sqlite3.DatabaseError as exc:
        return str(exc).split(":")[0]
    finally:
        there.close()

def state():
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, "reviews_vote")]
        cursor.execute("PRAGMA foreign_keys")
        return ["bulk_of" in columns, guards.missing(connection), cursor.fetchone()[0], rewritten()]

seen = []
def look(apps, editor):
    seen.append(rewritten())
    if len(seen) == 1:
        raise RuntimeError("the disk is full")

operations = importlib.import_module("reviews.migrations.0007_bulk_votes").Migration.operations
operations.append(migrations.RunPython(look))
for _attempt in range(2):
    try:
        call_command("migrate", verbosity=0)
    except RuntimeError as exc:
        seen.append(str(exc))
    seen.append(state())
print(seen)
"""


def told(story: str, folder: Path, *arguments: str) -> str:
    """What a story in a process of its own ends with."""
    environment = os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'old.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "governance.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", story, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_it_works(tmp_path: Path) -> None:
    assert told(STORY, tmp_path) == "[('p1', 'Europe/Berlin'), ('p2', 'UTC')] []"


def test_a_portal_that_runs_meanwhile_finds_the_guards(tmp_path: Path) -> None:
    """Nor does a migration that fails leave a table without them, or half of itself."""
    refused = "update on governance_ledgerentry is refused"
    assert told(MEANWHILE, tmp_path) == str(
        [
            *("database is locked", "the disk is full", [False, [], 1, refused]),
            *("database is locked", [True, [], 1, refused]),
        ]
    )


def test_the_naive_twin_leaves_a_gap(tmp_path: Path) -> None:
    assert "'rewritten'" in told(MEANWHILE, tmp_path, "naive")

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


def test_it_works(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'old.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "governance.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", STORY], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "[('p1', 'Europe/Berlin'), ('p2', 'UTC')] []", done.stderr[-2000:]

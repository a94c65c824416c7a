"""`make run`: what it prints once, what it keeps, and that it serves with its worker."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support import databases, environment
from tests.support.live import free_port

pytestmark = pytest.mark.live


class Installation:
    """An empty place for a portal: a data directory, a database, a port."""

    def __init__(self, directory: Path, database_url: str):
        self.directory = directory
        self.port = free_port()
        self.environment = {
            **environment.clean(os.environ),
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
        }

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=environment.ROOT,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def prepare(self, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.command("run_portal", "--no-serve", **settings)


@pytest.fixture
def place(tmp_path, pytestconfig):
    run = pytestconfig.stash[environment.RUN]
    name = f"run_{secrets.token_hex(4)}"  # short: PostgreSQL's names end at 63 characters
    databases.create(run, name)
    url = databases.named(run, name)
    yield Installation(tmp_path, url)
    databases.drop(run, url)


def test_the_first_run_introduces_the_demo_once(place):
    first = place.prepare()
    assert first.returncode == 0, first.stderr
    for word in ("rita", "sam", "nora", "ada", "theo", "ascend_", f"http://127.0.0.1:{place.port}", "Ctrl-C"):
        assert word in first.stdout
    kept = place.directory / "demo-sign-ins.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (place.directory / "secret_key").stat().st_mode & 0o777 == 0o600

    second = place.prepare()
    assert second.returncode == 0, second.stderr
    assert "ascend_" not in second.stdout
    assert "rita" not in second.stdout
    assert str(place.port) in second.stdout


def test_the_demo_is_made_through_the_verbs(place):
    place.prepare()
    program = """
from collections import Counter
from actions.models import Action
from governance.models import LedgerEntry
print(sorted(Counter(Action.objects.values_list("state", flat=True)).items()))
entries = Counter(LedgerEntry.objects.values_list("type", flat=True))
print(entries["action.submitted"], entries["person.created"])
"""
    counted = place.command("shell", "-c", program)
    assert "('approved', 2), ('executed', 1), ('pending', 4), ('rejected', 1)" in counted.stdout, counted.stderr
    assert "8 5" in counted.stdout
    assert place.command("check", "--database", "default").returncode == 0


def test_without_the_demo_it_says_how_to_begin(place):
    started = place.prepare(DEMO="0")
    assert "create_person" in started.stdout
    assert "ascend_" not in started.stdout
    assert not (place.directory / "demo-sign-ins.txt").exists()


def test_a_taken_port_is_said_before_anything_is_done(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", place.port))
        taken.listen()
        refused = place.prepare()
    assert refused.returncode == 1
    assert "PORT=8001 make run" in refused.stderr
    assert not (place.directory / "demo-sign-ins.txt").exists()


def test_it_serves_with_its_worker_and_both_end(place):
    portal = subprocess.Popen(
        [sys.executable, "manage.py", "run_portal"],
        cwd=environment.ROOT,
        env={**place.environment, "WORKER_INTERVAL": "0.2", "APPROVAL_DEADLINE_HOURS": "0.0003"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert _answers(place.port)
        # The demo's pending actions have a deadline of about a second here; only the worker can expire them.
        assert portal.stdout is not None
        line = next(line for line in portal.stdout if line.startswith("Expired"))
        assert line
        workers = _children(portal.pid)
        assert workers
    finally:
        portal.send_signal(signal.SIGTERM)
        portal.communicate(timeout=120)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def _answers(port: int) -> bool:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


def _children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

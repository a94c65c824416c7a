"""kill -9 of the server under load, twenty times: nothing that was acknowledged is lost (threats R1)."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
import requests

from tests.support.person import Browser
from tests.support.portal import LivePortal

pytestmark = pytest.mark.live
CYCLES = 20


class Load:
    """Clients that write down what the portal acknowledged, and nothing else."""

    def __init__(self, portal: LivePortal):
        self.portal = portal
        self.stop = threading.Event()
        self.submitted: dict[int, str] = {}
        self.decided: dict[int, str] = {}
        self.waiting: list[int] = []
        self.lock = threading.Lock()

    def run(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.submit_for_ever, args=(n,)) for n in range(3)]
        threads.append(threading.Thread(target=self.decide_for_ever))
        for thread in threads:
            thread.start()
        return threads

    def submit_for_ever(self, worker: int) -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.portal.key}"
        n = 0
        while not self.stop.is_set():
            n += 1
            body = {
                "agent_id": "customer-service-agent-001",
                "action_type": "transaction" if n % 3 == 0 else "query",
                "description": f"work {worker}/{n}",
                "tool_name": "bank",
            }
            try:
                answer = session.post(f"{self.portal.base_url}/api/v1/actions/submit", json=body, timeout=5)
            except requests.RequestException:
                time.sleep(0.02)
                continue
            if answer.status_code == 200:
                with self.lock:
                    self.submitted[answer.json()["id"]] = answer.json()["status"]
                    if answer.json()["status"] == "pending_approval":
                        self.waiting.append(answer.json()["id"])

    def decide_for_ever(self) -> None:
        rita, signed_in = Browser(self.portal, "rita"), False
        while not self.stop.is_set():
            try:
                if not signed_in:
                    rita.sign_in()
                    signed_in = True
                with self.lock:
                    action_id = self.waiting.pop(0) if self.waiting else None
                if action_id is not None:
                    self.decide(rita, action_id)
                else:
                    time.sleep(0.01)
            except requests.RequestException:
                time.sleep(0.02)

    def decide(self, rita: Browser, action_id: int) -> None:
        verdict = random.choice(["approve", "reject"])
        if rita.decide(action_id, verdict, "load").status_code == 302:
            self.decided[action_id] = {"approve": "approved", "reject": "rejected"}[verdict]


def lost(acknowledged: dict[int, str], found: dict[int, str]) -> list[int]:
    """The acknowledged ids that are gone, or stand otherwise than acknowledged."""
    return [key for key, word in acknowledged.items() if found.get(key) != word]


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost(live_portal: LivePortal):
    load = Load(live_portal)
    threads = load.run()
    try:
        for _ in range(CYCLES):
            time.sleep(random.uniform(0.3, 0.9))
            live_portal.kill9()
            live_portal.start()
        # A slow machine decides few actions between two kills; give it time, so that there is something to lose.
        enough = time.monotonic() + 60
        while len(load.decided) <= CYCLES and time.monotonic() < enough:
            time.sleep(0.1)
        live_portal.kill9()
        live_portal.start()
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()
    assert len(load.submitted) > CYCLES
    assert len(load.decided) > CYCLES // 2

    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {live_portal.key}"
    listed: dict[int, str] = {}
    while True:
        page = session.get(
            f"{live_portal.base_url}/api/v1/actions", params={"limit": 500, "offset": len(listed)}, timeout=30
        ).json()
        listed.update({item["id"]: item["status"] for item in page["actions"]})
        if not page["has_more"]:
            break
    # A later decision may have moved a pending action on; it is checked against the decision instead.
    final = {key: word for key, word in load.submitted.items() if word == "approved"} | load.decided
    assert lost(final, listed) == []
    assert set(load.submitted) <= set(listed)
    assert live_portal.manage("check", "--database", "default") is not None
    print(f"{CYCLES} kills, {len(load.submitted)} submissions and {len(load.decided)} decisions acknowledged, 0 lost")


def test_the_naive_twin_loses(tmp_path):
    """A writer that acknowledges before it commits: the check above is able to fail."""
    path = tmp_path / "naive.sqlite3"
    program = f"""
import sqlite3, time
db = sqlite3.connect({str(path)!r}, isolation_level=None)
db.execute("CREATE TABLE action (id INTEGER PRIMARY KEY)")
for first in (1, 51):
    db.execute("BEGIN")
    for n in range(first, first + 50):
        db.execute("INSERT INTO action VALUES (?)", [n])
        print(n, flush=True)
        if n == 75:
            time.sleep(60)
    db.execute("COMMIT")
"""
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = {int(writer.stdout.readline()): "there" for _ in range(75)}
    writer.kill()
    writer.wait()
    with sqlite3.connect(path) as db:
        found = {row[0]: "there" for row in db.execute("SELECT id FROM action")}
    assert lost(acknowledged, found) == list(range(51, 76))

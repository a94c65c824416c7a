"""kill -9 of a worker in the middle of a replay, several times: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

import pytest

from tests.support import environment
from tests.support.portal import LivePortal, python

pytestmark = pytest.mark.live
ACTIONS, KILLS = 3000, 5

_PREPARE = f"""
import django; django.setup()
from tests.support.api import Api
from tests.support.drafts import asked, copies
from tests.support.people import key_for
from tests.support.cast import AGENT_ID
Api(key_for(AGENT_ID)).submit()
copies({ACTIONS - 1})
from governance.past_actions import Window
print(asked(window=Window(latest={ACTIONS})).pk)
"""

# A worker in small pages, with a short hold, that says when it has written one.
_WORKER = """
import django; django.setup()
from datetime import timedelta
from governance import replays
replays.PAGE, replays.HOLD = 20, timedelta(seconds=0.2)
save = replays._save
def save_and_say(*args):
    saved = save(*args)
    print(args[3], flush=True)
    return saved
replays._save = save_and_say
while replays.Replay.objects.filter(replays._UNFINISHED).exists():
    replays.work(60)
"""

_RESULT = """
import django, json; django.setup()
from governance.models import Replay
replay = Replay.objects.get()
ids = list(replay.changes.values_list("action_id", flat=True))
print(json.dumps([replay.state, replay.total, replay.done, replay.changed, replay.counts["transitions"], ids]))
"""


def start_worker(portal: LivePortal) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WORKER]
    return subprocess.Popen(command, cwd=environment.ROOT, env=portal.environment, stdout=subprocess.PIPE, text=True)


def test_nothing_is_lost_and_nothing_counted_twice(live_portal: LivePortal) -> None:
    live_portal.stop()
    python(live_portal.environment, "-c", _PREPARE)
    written = 0
    for _ in range(KILLS):
        worker = start_worker(live_portal)
        assert worker.stdout is not None
        for _ in range(random.randint(2, 8)):
            written += bool(worker.stdout.readline())
        time.sleep(random.uniform(0, 0.01))  # somewhere in a page or in its transaction
        worker.kill()
        worker.wait()
    assert written < ACTIONS / 20, "the replay was done before the last kill: nothing was interrupted"
    last = start_worker(live_portal)
    last.communicate(timeout=120)
    assert last.returncode == 0
    state, total, done, changed, transitions, ids = json.loads(python(live_portal.environment, "-c", _RESULT))
    assert (state, total, done, changed) == ("done", ACTIONS, ACTIONS, ACTIONS)
    assert transitions == {"approved>pending": ACTIONS}
    assert len(ids) == len(set(ids)) == ACTIONS

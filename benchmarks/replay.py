"""How long a replay of drafts over many past actions takes, on each engine."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import subject
from tests.support.environment import ROOT


def measure(engine: str, actions: int) -> None:
    """Make the actions in a database of its own and print what the command of the same name measures there."""
    with subject.prepared(engine) as (_, portal):
        command = [sys.executable, "manage.py", "time_replay", f"--actions={actions}"]
        subprocess.run(command, cwd=ROOT, env=portal.environment, check=True)

"""What a page costs at a million actions, on each engine: in the process, and by keyboard in a browser."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import keyboard, subject
from tests.support.environment import ROOT


def measure(engine: str, actions: int) -> None:
    """Make the actions in a database of its own, print what its pages cost, then work through its queue by keyboard."""
    with subject.prepared(engine) as (_, portal):
        command = [sys.executable, "manage.py", "time_pages", f"--actions={actions}"]
        subprocess.run(command, cwd=ROOT, env=portal.environment, check=True)
        portal.start()
        print(keyboard.line(portal.base_url), flush=True)

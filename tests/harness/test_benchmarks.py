"""`make bench` measures what it says, on this engine; its figures are for people, not for a test to judge."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.support import environment


@pytest.mark.live
def test_it_measures_submits_and_polls(pytestconfig: pytest.Config) -> None:
    engine = pytestconfig.stash[environment.RUN].engine
    command = [sys.executable, "-m", "benchmarks", f"--engine={engine}", "--rounds=1", "--requests=8"]
    done = subprocess.run(
        command, cwd=environment.ROOT, env=os.environ | {"TEST_DATABASE_URL": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for name in ("submit, clock", "status poll, clock"):
        assert re.search(rf"^{name} +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d$", done.stdout, re.MULTILINE), done.stdout

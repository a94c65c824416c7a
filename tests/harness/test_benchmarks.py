"""`make bench` measures what it says, on this engine; its figures are for people, not for a test to judge."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from benchmarks import rules
from tests.support import environment


@pytest.mark.live
def test_it_measures_submits_and_polls(pytestconfig: pytest.Config) -> None:
    said = bench(pytestconfig, "--only=requests", "--rounds=1", "--requests=8")
    for name in ("submit, clock", "status poll, clock"):
        assert re.search(rf"^{name} +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d$", said, re.MULTILINE), said


@pytest.mark.live
def test_it_measures_replays(pytestconfig: pytest.Config) -> None:
    said = bench(pytestconfig, "--only=replay", "--actions=300")
    assert "300 actions made in" in said
    for name in ("a policy for few", "an action type", "a policy for all", "a level's score"):
        assert re.search(rf"^{name} +\d+\.\d +\d+\.\d +\d+ +\d+\.\d +\d+$", said, re.MULTILINE), said
    assert "Target, 100,000 actions in 60 s on two cores" in said


def test_it_measures_the_rules() -> None:
    said = "\n".join(rules.lines(rounds=1))
    for name in ("guide's example: score", "64 KiB: score and 1,000 policies"):
        assert re.search(rf"^{re.escape(name)} +\d+\.\d+ +\d+\.\d$", said, re.MULTILINE), said
    assert len(re.findall(r"^Target, .*: (met|MISSED)$", said, re.MULTILINE)) == 4


def test_the_rules_are_measured_over_what_is_said() -> None:
    small, large = rules.bodies().values()
    assert 60_000 < len(json.dumps(large)) <= 64 * 1024
    assert len(rules.compiled(50).enforced) == 50
    verdict = rules.answer(rules.facts_of(small), rules.compiled(50))
    assert (verdict.outcome, verdict.degraded) == ("approved", ())


def bench(pytestconfig: pytest.Config, *arguments: str) -> str:
    """What `make bench` prints on this run's engine."""
    engine = pytestconfig.stash[environment.RUN].engine
    command = [sys.executable, "-m", "benchmarks", f"--engine={engine}", *arguments]
    done = subprocess.run(
        command, cwd=environment.ROOT, env=os.environ | {"TEST_DATABASE_URL": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

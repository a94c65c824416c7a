"""ruff and mypy are content. `make lint` and `make types` run the same commands alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.habits.tree import ROOT


@pytest.mark.parametrize(
    "command",
    ["ruff check --quiet .", "ruff format --check --quiet .", "mypy"],
)
def test_the_tool_is_content(command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

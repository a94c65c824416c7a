"""Runs programs of the guide as their readers do: in a process of their own, with two environment variables set.

A program is made of parts: what the reader's own code would have defined, the guide's snippets, and what shows the
result. In the snippets only the address of the hosted product is replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support import environment
from tests.support.portal import LivePortal

GUIDE = Path(__file__).parent / "guide"
HOSTED = "https://pilot.owkai.app"
_SECONDS = 120


def snippet(name: str) -> str:
    """The text of a snippet in guide/."""
    return (GUIDE / f"{name}.py").read_text()


def hurry(speed: int) -> str:
    """A part that makes the clock of the rest run faster."""
    return f"SPEED = {speed}\n" + Path(__file__).with_name("hurry.py").read_text()


class Program:
    """A running program."""

    def __init__(self, portal: LivePortal, directory: Path, parts: tuple[str, ...]):
        script, self._errors = directory / "program.py", directory / "stderr"
        script.write_text("\n\n".join(parts).replace(HOSTED, portal.base_url))
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, script],
                env=_environment(portal),
                cwd=directory,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def line(self) -> str:
        """The next line it prints; waits for it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended without printing another line:\n{self.errors}"
        return line.rstrip("\n")

    @property
    def errors(self) -> str:
        """What it has written to stderr so far, its log included."""
        return self._errors.read_text()

    def rest(self, code: int = 0) -> list[str]:
        """Wait until it ends, with this exit code; the lines it printed since the last one read."""
        out, _ = self.process.communicate(timeout=_SECONDS)
        assert self.process.returncode == code, self.errors
        return out.splitlines()

    def end(self) -> None:
        """Make sure it does not outlive its test."""
        self.process.kill()
        self.process.communicate()


def _environment(portal: LivePortal) -> dict[str, str]:
    return {
        **environment.clean(os.environ),
        "OWKAI_API_URL": portal.base_url,
        "OWKAI_API_KEY": portal.key,
        "PYTHONPATH": str(environment.ROOT / "sdk"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }

"""`make test`: the whole suite on every engine, one run after the other, and one closing summary.

Arguments go to pytest: `make test ARGS="tests/actions -k submit"`. Tests that cannot touch a database, and those
marked `any_engine`, run once, with the first engine. `--engine=NAME` limits the run to one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("sqlite", "postgres")

# Minutes of work in a handful of tests: begun first, so that no worker is left alone with one of them at the end.
LONG_FIRST = (
    "tests/proof/test_state_machine.py",
    "tests/browser/test_accessible.py",
    "tests/reviews/test_every_page.py",
    "tests/browser/test_hostile.py",
    "tests/browser/test_deceptive.py",
    "tests/browser/test_rule_desk.py",
    "tests/proof/",
    "tests/concurrency/",
    "tests/browser/",
    "tests/flow/",
)

# pytest's own: 0 all passed, 5 nothing collected (a narrow selection may hold no database test).
_FINE = {0, 5}
_WORDS = {0: "passed", 1: "FAILED", 2: "INTERRUPTED", 5: "nothing to run"}


def command(engine: str, arguments: list[str], *, first: bool) -> list[str]:
    """The pytest command of one engine."""
    words = [sys.executable, "-m", "pytest", f"--engine={engine}", "--dist=loadfile", "--no-loadscope-reorder"]
    if not any(argument.startswith("-n") for argument in arguments):
        words.append(f"-n{workers(os.cpu_count() or 1)}")
    if not first:
        words.append("--database-only")
    return [*words, *arguments]


def workers(processors: int) -> int:
    """One more than there are processors: a test that waits for a browser, a server or a clock leaves its own idle."""
    return min(processors + 1, 5)


def in_order(files: list[str]) -> list[str]:
    """The order in which workers take files, each given once per test: the long ones, then those with most tests."""
    tests = Counter(files)

    def place(file: str) -> tuple[int, int, str]:
        long = (number for number, beginning in enumerate(LONG_FIRST) if file.startswith(beginning))
        return next(long, len(LONG_FIRST)), -tests[file], file

    return sorted(tests, key=place)


def depends_on_engine(test: pytest.Item) -> bool:
    """Whether another engine might change what a test finds, so that every engine's run must have it.

    pytest-django refuses the database to a test that does not ask for it; live ones bring databases of their own.
    """
    if test.get_closest_marker("any_engine") is not None:
        return False
    asked = {"db", "transactional_db", "django_db_setup", "prepared_portal"}
    marked = test.get_closest_marker("django_db") or test.get_closest_marker("live")
    return marked is not None or not asked.isdisjoint(getattr(test, "fixturenames", ()))


def run(engine: str, arguments: list[str], *, first: bool) -> int:
    """Run pytest on one engine. An interrupt goes to pytest too, which then stops its servers; wait."""
    process = subprocess.Popen(command(engine, arguments, first=first), cwd=ROOT)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)


def main(arguments: list[str]) -> int:
    """Run every engine, also after one has failed; 0 only when all passed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [argument.removeprefix("--engine=") for argument in arguments if argument.startswith("--engine=")]
    arguments = [argument for argument in arguments if not argument.startswith("--engine=")]
    lines, worst, ran = [], 0, False
    for number, engine in enumerate(chosen or ENGINES):
        print(f"\n=== {engine} ".ljust(100, "="), flush=True)
        began = time.monotonic()
        code = run(engine, arguments, first=number == 0)
        lines.append(f"{engine:<9} {_WORDS.get(code, f'ERROR {code}'):<15} {time.monotonic() - began:6.0f} s")
        ran = ran or code == 0
        worst = worst or (0 if code in _FINE else code)
        if code == 2:  # interrupted: whoever did it does not want the next engine
            break
    print("\n=== summary ".ljust(100, "=") + "\n" + "\n".join(lines), flush=True)
    return worst if worst or ran else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make test` fails when any engine fails, and says so at the end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import run


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"sqlite": 0, "postgres": 0}, 0),
        ({"sqlite": 1, "postgres": 0}, 1),
        ({"sqlite": 0, "postgres": 1}, 1),
        ({"sqlite": 0, "postgres": 5}, 0),  # nothing in the selection touches a database
        ({"sqlite": 5, "postgres": 5}, 5),  # nothing was tested at all
        ({"sqlite": 0, "postgres": 3}, 3),
    ],
)
def test_one_failing_engine_fails_the_whole(
    codes: dict[str, int], expected: int, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(run, "run", lambda engine, arguments, *, first: codes[engine])
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    assert run.main([]) == expected
    summary = capfd.readouterr().out.partition("summary")[2]
    assert all(engine in summary for engine in codes)


def test_an_interrupt_stops_at_the_first_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(run, "run", lambda engine, arguments, *, first: ran.append(engine) or 2)  # type: ignore[func-returns-value]
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    assert run.main([]) == 2
    assert ran == ["sqlite"]


def test_the_second_engine_leaves_out_what_no_database_can_change() -> None:
    first = run.command("sqlite", ["-k", "submit"], first=True)
    second = run.command("postgres", ["-k", "submit"], first=False)
    assert "--database-only" not in first
    assert "--database-only" in second
    assert first[-2:] == second[-2:] == ["-k", "submit"]


@pytest.mark.parametrize(
    ("marks", "fixtures", "everywhere"),
    [
        (set(), set(), False),
        (set(), {"tmp_path"}, False),
        (set(), {"db"}, True),
        ({"django_db"}, set(), True),
        ({"live", "browser"}, {"prepared_portal"}, True),
        ({"live", "browser", "any_engine"}, {"prepared_portal"}, False),
    ],
)
def test_only_what_an_engine_can_change_runs_on_each(marks: set[str], fixtures: set[str], everywhere: bool) -> None:
    test: Any = SimpleNamespace(get_closest_marker=lambda name: name if name in marks else None, fixturenames=fixtures)
    assert run.depends_on_engine(test) is everywhere


def test_long_files_are_begun_first_and_then_those_with_most_tests() -> None:
    proof, race, page = (
        "tests/proof/test_state_machine.py",
        "tests/concurrency/test_kill9.py",
        "tests/browser/test_a.py",
    )
    few, many = "tests/actions/test_few.py", "tests/actions/test_many.py"
    assert run.in_order([few, many, many, page, race, page, proof]) == [proof, race, page, many, few]
    assert all((run.ROOT / path).exists() for path in run.LONG_FIRST)


@pytest.mark.parametrize(("processors", "workers"), [(1, 2), (2, 3), (64, 5)])
def test_a_worker_more_than_processors(processors: int, workers: int) -> None:
    assert run.workers(processors) == workers

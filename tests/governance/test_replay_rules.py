"""`manage.py replay_rules`: the same answer on the console."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from governance.management.commands.replay_rules import DIFFERENT, INVALID, SAME
from governance.models import Person
from governance.replays import work_on
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import asked, copies, people_decide

NEW = ("--policy", "Look twice", "--new", "--set", "condition=risk.score < 50", "--set", "effect=require_approval",
       "--set", "reason=Look twice.")  # fmt: skip


def replay(*arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("replay_rules", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return SAME, out.getvalue()


@pytest.fixture
def past(api: Api) -> tuple[int, int]:
    """A query that was approved and a payment that waits."""
    return lifecycles.auto_approved(api), lifecycles.pending(api)


def test_it_works(past: tuple[int, int], nothing_written: Any) -> None:
    with nothing_written():
        code, said = replay(*NEW)
    assert code == DIFFERENT
    assert said.splitlines() == [
        "new policy Look twice, compared with rulebook version 1:",
        "1 of 2 past actions would come out differently.",
        "  approved -> pending: 1",
        "The drafted policy applies to 1; it has no answer to 0.",
        "By agent:",
        "  customer-service-agent-001: 1",
        "By action type:",
        "  query: 1",
        f"  #{past[0]} approved -> pending: Look twice.",
    ]


def test_it_says_what_the_page_says(past: tuple[int, int]) -> None:
    page = work_on(asked(people_decide()).pk, seconds=60)
    answer = json.loads(replay(*NEW, "--json")[1])
    assert answer["digest"] == page.digest
    assert (answer["looked_at"], answer["changed"]) == (page.done, page.changed)
    assert answer["transitions"] == page.counts["transitions"]
    assert [change["action"] for change in answer["changes"]] == [past[0]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--type", "query", "--set", "level=high", "--set", "techniques=T1485,T1565.001"], DIFFERENT),
        (["--type", "query", "--set", "why=Otherwise."], SAME),
        (["--evidence", "Production", "--set", "words=customer", "--set", "points=50", "--set", "up_to=100"],
         DIFFERENT),
        (["--indicator", "Health data", "--set", "points=50"], SAME),
        (["--level", "low", "--set", "score=45"], SAME),
        (["--threshold", "supervised", "--set", "review_from=30", "--set", "reason=x"], DIFFERENT),
        (["--threshold", "customer-service-agent-001", "--new", "--set", "team=Payments", "--set", "review_from=30",
          "--set", "deny_from=35", "--set", "reason=x"], DIFFERENT),
        (["--policy", "Payments over 10,000", "--set", "is_enabled=false"], SAME),
        (["--policy", "Payments over 10,000", "--set", "condition=true", "--set", "mode=enforce",
          "--set", "valid_until=2001-01-01T00:00:00Z", "--set", "controls=AC-3"], SAME),
    ],
)  # fmt: skip
def test_every_kind_of_rule(past: tuple[int, int], arguments: list[str], code: int) -> None:
    assert replay(*arguments)[0] == code


def test_owner_by_name(past: tuple[int, int], admin_person: Person) -> None:
    assert replay("--policy", "Payments over 10,000", "--set", "owner=adam")[0] == SAME


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "No such"], "There is no policy No such. Say that it is new"),
        ([*NEW, "--set", "condition=action.typ"], "undeclared reference"),
        ([*NEW, "--set", "colour=red"], "write FIELD=VALUE with one of condition, controls, effect"),
        ([*NEW, "--set", "priority"], "write FIELD=VALUE"),
        ([*NEW, "--set", "priority=soon"], "must be an integer"),
        ([*NEW, "--set", "controls=XX-99"], "there is no control XX-99"),
        ([*NEW, "--set", "owner=nobody"], "there is no"),
        (["--type", "*", "--set", "is_enabled=false"], "must stay enabled"),
        ([*NEW, "--last", "5", "--since", "2025-01-01"], "Choose --last or days"),
        ([*NEW, "--csv", "/no/such/folder/x.csv"], "cannot be written"),
    ],
)
def test_what_is_not_valid_is_said(db: None, nothing_written: Any, arguments: list[str], says: str) -> None:
    with nothing_written(), pytest.raises(CommandError, match=says.replace("*", ".")) as refused:
        replay(*arguments)
    assert refused.value.returncode == INVALID


@pytest.mark.usefixtures("midday")
def test_which_actions(past: tuple[int, int]) -> None:
    def looked_at(*window: str) -> int:
        return json.loads(replay(*NEW, "--json", *window)[1])["looked_at"]

    today = f"{timezone.now():%Y-%m-%d}"
    assert looked_at("--last", "1") == 1
    assert looked_at("--since", today) == 2
    assert looked_at("--since", today, "--until", today) == 2
    assert looked_at("--until", "2001-01-01") == 0


def test_the_file_has_all_of_them(past: tuple[int, int], tmp_path: Path) -> None:
    copies(30)  # of the payment
    file = tmp_path / "changes.csv"
    draft = ("--policy", "All", "--new", "--set", "condition=true", "--set", "effect=deny", "--set", "reason==No()")
    code, said = replay(*draft, "--csv", str(file))
    assert code == DIFFERENT
    assert "  and 12 more; --csv FILE has them all." in said
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 32
    assert {row["after"] for row in rows} == {"rejected"}
    assert rows[0]["reason under the draft"] == "'=No()"


def test_progress_goes_to_standard_error(past: tuple[int, int]) -> None:
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command("replay_rules", *NEW, "--json", verbosity=2, stdout=out, stderr=err)
    assert json.loads(out.getvalue())["looked_at"] == 2
    assert "\r2 of 2 actions, 1 would come out differently" in err.getvalue()

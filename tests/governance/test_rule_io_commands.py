"""The same from a shell: export_rules and import_rules."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance import rule_files, rule_tables
from governance.models import ActionTypeRule, EvidenceRule, LedgerEntry, RulebookVersion
from tests.governance.changes import last_entry
from tests.governance.files import csv_of, exported
from tests.reviews.routes import new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import copies

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.parametrize("kind", rule_tables.KINDS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_out_and_in_changes_nothing(tmp_path: Path, kind: str, form: str, nothing_written: Any) -> None:
    file = tmp_path / f"rules.{form}"
    if kind == "routes":  # of which none is shipped
        new_route(stages=[stage((1, None, 1))])
    with nothing_written():
        run("export_rules", "--kind", kind, "--format", form, "--output", str(file))
        assert rule_files.read(file.read_bytes()).rows
        said = run("import_rules", str(file), "--kind", kind, "--reason", "The same again.")
    assert "0 new, 0 changed" in said
    assert "Nothing is different from the rules in force. Nothing was changed." in said


def test_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run("export_rules", "--kind", "level-scores")
    assert (
        capfdbinary.readouterr().out == b"\xef\xbb\xbflevel,score\r\ncritical,95\r\nhigh,85\r\nlow,35\r\nmedium,60\r\n"
    )


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_rules", "--kind", "policies", "--output", str(tmp_path / "no" / "place.csv"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = exported(EvidenceRule, Production={"points": "7.5", "reason": "Real\nand live\x1b[2J."})
    rows.append({"name": "Names", "words": "acme", "points": "5", "up_to": "", "reason": "A client.", "enabled": ""})
    path = tmp_path / "rules.csv"
    path.write_bytes(csv_of(rows))
    return path


def test_a_dry_run_shows_and_writes_nothing(file: Path, nothing_written: Any) -> None:
    with nothing_written():
        said = run("import_rules", str(file), "--kind", "evidence", "--dry-run")
    assert ": changed: Production\n    points: “5” -> “7.5”\n" in said
    assert "    reason: “It is about the real system.” -> “Real ⏎ and live⟨U+001B⟩[2J.”\n" in said
    assert ": new: Names\n" in said
    assert "1 new, 1 changed, 5 the same, 0 wrong; 0 evidence rules are not in the file" in said
    assert said.endswith("A dry run. Nothing was changed.\n")


def test_a_dry_run_replays_too(api: Api, file: Path, nothing_written: Any) -> None:
    asked = lifecycles.auto_approved(api)
    file.write_bytes(csv_of(exported(ActionTypeRule, query={"level": "high"})))
    with nothing_written():
        said = run("import_rules", str(file), "--kind", "action-types", "--dry-run", "--replay", "100")
    assert "import of rules.csv (action types), compared with rulebook version 1:\n1 of 1 past actions would" in said
    assert f"  #{asked} approved -> pending: " in said
    assert said.endswith("A dry run. Nothing was changed.\n")
    with nothing_written():
        nobody = run("import_rules", str(file), "--kind", "action-types", "--dry-run", "--replay", "0")
    assert "0 of 0 past actions would come out differently." in nobody


def test_a_replay_that_has_more_to_show_says_where(api: Api, file: Path) -> None:
    lifecycles.auto_approved(api)
    copies(24)
    file.write_bytes(csv_of(exported(ActionTypeRule, query={"level": "high"})))
    said = run("import_rules", str(file), "--kind", "action-types", "--dry-run", "--replay", "100")
    assert "25 of 25 past actions would come out differently." in said
    assert "  and 5 more; the page in admin has them all.\n" in said


def test_a_replay_is_no_import(file: Path, nothing_written: Any) -> None:
    with nothing_written(), pytest.raises(CommandError, match="--replay goes with --dry-run"):
        run("import_rules", str(file), "--kind", "evidence", "--replay", "100", "--reason", "x")


def test_an_import_says_that_nothing_was_replayed(file: Path) -> None:
    def complained(reason: str) -> str:
        err = io.StringIO()
        call_command("import_rules", str(file), kind="evidence", reason=reason, stdout=io.StringIO(), stderr=err)
        return err.getvalue()

    assert complained("It decides.") == "Nothing was replayed. --dry-run --replay 1000 says before what would change.\n"
    file.write_bytes(csv_of([{"name": "Names", "reason": "Better said."}]))
    assert complained("It decides nothing.") == ""
    assert RulebookVersion.objects.count() == 3


def test_it_takes_rules_over(file: Path) -> None:
    assert "Rulebook version 2 is in force." in run(
        "import_rules", str(file), "--kind", "evidence", "--reason", "Agreed on Monday."
    )
    entry = last_entry()
    assert entry["type"] == "rules.imported"
    assert entry["actor"]["id"] == "command:import_rules"
    assert (entry["data"]["file"], entry["data"]["reason"]) == ("rules.csv", "Agreed on Monday.")
    assert RulebookVersion.objects.count() == 2
    assert LedgerEntry.objects.filter(type="rule.changed").count() == 1


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"name,points\nProduction,7.5\n", (), "A reason is required."),
        (b"name,points\nProduction,many\n", ("--reason", "x"), "1 row is wrong, so nothing was changed."),
        (b"name,points\nProduction,many\n", ("--dry-run",), "Some rows are wrong. Nothing was changed."),
        (b"name,pints\nProduction,5\n", ("--reason", "x"), "do not have: pints"),
        (b"x" * (rule_files.MAX_BYTES + 1), ("--reason", "x"), "larger than 1 MB"),
        (None, ("--reason", "x"), "cannot be read"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, nothing_written: Any, content: bytes | None, options: tuple[str, ...], says: str
) -> None:
    path = tmp_path / "rules.csv"
    if content is not None:
        path.write_bytes(content)
    with nothing_written(), pytest.raises(CommandError, match=says):
        run("import_rules", str(path), "--kind", "evidence", *options)

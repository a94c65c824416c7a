"""`manage.py load_catalogues`: its table, its progress, its refusals, and what an operator would get wrong."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.models import CatalogueRelease, Technique
from tests.governance.catalogue_files import MADE, attack, baseline, controls, mapping, write

pytestmark = pytest.mark.django_db


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def run(*arguments: Any, stderr: StringIO | None = None) -> tuple[str, str]:
    """What the command wrote to standard output and standard error."""
    out, err = StringIO(), stderr or StringIO()
    call_command("load_catalogues", *map(str, arguments), stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def arguments(folder: Path, **documents: Any) -> list[Any]:
    """The options for these documents, each in a file."""
    return [
        word
        for kind, document in documents.items()
        for word in (f"--{kind}", write(folder, document, f"{kind}.gz", packed=True))
    ]


def test_it_works(tmp_path: Path) -> None:
    high = write(tmp_path, baseline("HIGH"), "high.json")
    documents = {kind: make() for kind, make in MADE.items()} | {"attack": attack(T1485="Data Demolition", T1999="New")}
    out, err = run(*arguments(tmp_path, **documents), "--baseline", high)
    lines = out.splitlines()
    assert lines[0].split() == ["new", "updated", "withdrawn", "kept", "unchanged"]
    assert [line.rsplit(maxsplit=5)[0] for line in lines[1:7]] == [
        "MITRE ATT&CK Enterprise 18.1",
        "MITRE ATLAS 5.6.0",
        "NIST SP 800-53 5.1.1 (2024-02-04)",
        "NIST SP 800-53B low baseline 5.1.1+u4 (2024-02-04)",
        "NIST SP 800-53B high baseline 5.1.1+u4 (2024-02-04)",
        "ATT&CK to NIST SP 800-53 16.1 (2025-04-16)",
    ]
    assert lines[1].split()[-5:-1] == ["1", "1", "0", "0"]
    assert "rulebook version 2 is in force" in out
    assert "Reading attack.gz: 100 %\n" in err
    assert "Writing attack.gz: 100 %\n" in err


def test_again_says_already_loaded(tmp_path: Path) -> None:
    run(*arguments(tmp_path, attack=attack(), mapping=mapping()))
    out, _ = run(*arguments(tmp_path, attack=attack(), mapping=mapping()))
    assert out.count("already loaded, nothing was changed") == 2


def test_a_terminal_sees_one_line_that_counts(tmp_path: Path) -> None:
    _, err = run(*arguments(tmp_path, controls=controls(AC_2_1="New")), stderr=Screen())
    assert "\r\033[KReading controls.gz: 100 %\n" in err
    assert err.count("\n") == 2


def test_a_dry_run_says_so(tmp_path: Path, nothing_written: Any) -> None:
    with nothing_written():
        out, _ = run(*arguments(tmp_path, attack=attack(T1485="Data Demolition")), "--dry-run")
    assert "rulebook version 2 would be in force" in out
    assert out.splitlines()[-2] == "This was a dry run. Nothing was written."


def test_what_is_not_loaded_is_listed(tmp_path: Path) -> None:
    out, _ = run(*arguments(tmp_path, mapping=mapping("T1485:AC-2 T9999:AC-2 T9999:AC-3")))
    assert "mapping.gz names 2 times what is not loaded: T9999" in out


def test_what_an_admin_changed_is_counted(tmp_path: Path) -> None:
    Technique.objects.filter(external_id="T1485").update(name="Ours")
    out, _ = run(*arguments(tmp_path, attack=attack()))
    assert out.splitlines()[1].split()[-2] == "1"
    assert "an admin's words stay" in out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "Name at least one file"),
        (["--attack-version", "18.1"], "there is none"),
        (["--attack", "no-such-file.json"], "no-such-file.json cannot be opened"),
    ],
)
def test_a_refusal_is_a_sentence(options: list[str], says: str, nothing_written: Any) -> None:
    with nothing_written(), pytest.raises(CommandError, match=says):
        run(*options)


def test_the_version_is_asked_for_and_taken(tmp_path: Path, nothing_written: Any) -> None:
    options = arguments(tmp_path, attack=attack(None))
    with nothing_written(), pytest.raises(CommandError, match=r"Nothing was changed\. Say it with --attack-version"):
        run(*options)
    run(*options, "--attack-version", "18.2")
    latest = CatalogueRelease.objects.filter(catalogue="attack").first()
    assert latest is not None
    assert latest.version == "18.2"


def test_going_back_has_to_be_said(tmp_path: Path, nothing_written: Any) -> None:
    options = arguments(tmp_path, attack=attack("17.1"))
    with nothing_written(), pytest.raises(CommandError, match="--allow-older"):
        run(*options)
    assert "MITRE ATT&CK Enterprise 17.1" in run(*options, "--allow-older")[0]


def test_withdrawing_most_has_to_be_said(tmp_path: Path, nothing_written: Any) -> None:
    document = controls()
    document["catalog"]["groups"] = document["catalog"]["groups"][:1]
    options = arguments(tmp_path, controls=document)
    with nothing_written(), pytest.raises(CommandError, match="--allow-withdrawing"):
        run(*options)
    run(*options, "--allow-withdrawing")

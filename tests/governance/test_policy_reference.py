"""The reference names every variable, and every example in it is a condition that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance import conditions
from governance.condition_reference import ENTRIES, SECTIONS, Entry
from tests.habits.tree import ROOT

# What the reference calls the engine's types.
KINDS = {
    "STRING": "text",
    "DYN": "number",
    "TIMESTAMP": "moment",
    "MAP<STRING, DYN>": "object",
    "LIST<STRING>": "list of texts",
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_its_example_is_a_condition_with_an_answer(entry: Entry) -> None:
    program = conditions.compile(entry.example)
    assert not conditions.leaves_open(program)
    assert entry.meaning.endswith(".")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_its_example_shows_it(entry: Entry) -> None:
    names = [name for name in entry.name.replace("[0]", "0]").split() if name not in (":",)]
    shown = [name for name in names if name.strip('.?[]"name') in entry.example]
    assert shown, entry


def test_every_variable_is_in_it_with_its_type() -> None:
    listed = {entry.name: entry.kind for entry in ENTRIES if entry.name in conditions.VARIABLES}
    declared = {name: KINDS[kind.name()] for name, kind in conditions.VARIABLES.items()}
    assert listed == declared


def test_nothing_is_in_it_twice() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert len({section.title for section in SECTIONS}) == len(SECTIONS)


def test_the_page_for_admins_names_what_the_reference_names() -> None:
    text = Path(ROOT / "docs" / "policies.md").read_text()
    assert [name for name in conditions.VARIABLES if f"`{name}`" not in text] == []

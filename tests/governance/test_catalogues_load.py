"""Catalogues in the tables: all or nothing, the same again changes nothing, and what an admin changed stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from governance import rulebook
from governance.actors import Actor
from governance.catalogues.load import load_catalogues
from governance.catalogues.reading import read_file
from governance.errors import Forbidden, InvalidCatalogue, OlderRelease, Refusal
from governance.models import (
    CatalogueRelease,
    Control,
    LedgerEntry,
    Mitigation,
    RulebookVersion,
)
from tests.governance.catalogue_files import (
    ACTOR,
    MADE,
    OURS,
    atlas,
    attack,
    baseline,
    controls,
    every_row,
    everything,
    load,
    mapping,
    numbers,
    only,
    technique,
    write,
)
from tests.governance.changes import last_entry
from tests.support.database import row_counts
from tests.support.threads import failures, together

pytestmark = pytest.mark.django_db


# -- Loading -----------------------------------------------------------------------------------------------


def test_new_entries_become_rows(tmp_path: Path) -> None:
    report = load(tmp_path, attack=attack(T1999={"name": "Something New", "tactics": ["Persistence", "Impact"]}))
    row = technique("T1999")
    assert (row.name, row.framework, row.source) == ("Something New", "attack", "MITRE ATT&CK Enterprise 18.1")
    assert (row.tactic_id, row.tactic) == ("TA0003", "Persistence")
    assert row.published == {
        "name": "Something New",
        "tactics": [{"id": "TA0003", "name": "Persistence"}, {"id": "TA0040", "name": "Impact"}],
        "is_withdrawn": False,
    }
    assert numbers(report) == {"new": 1, "unchanged": OURS}
    assert report.version is None  # no rule speaks of it


def test_each_file_has_its_release_and_its_entry(tmp_path: Path) -> None:
    releases, entries = CatalogueRelease.objects.count(), LedgerEntry.objects.count()
    report = load(tmp_path, **everything())
    assert [outcome.file.name for outcome in report.outcomes] == [f"{kind}-file" for kind in MADE]
    assert CatalogueRelease.objects.count() == releases + 5
    assert LedgerEntry.objects.count() == entries + 5
    release = CatalogueRelease.objects.get(catalogue="mapping")
    assert (release.version, release.counts["new"], release.loaded_by) == ("16.1 (2025-04-16)", 3, ACTOR.name)
    entry = last_entry()
    assert entry["type"] == "catalogue.loaded"
    assert entry["data"] == release.counts | {
        "catalogue": "mapping",
        "title": "ATT&CK to NIST SP 800-53",
        "release": "16.1 (2025-04-16)",
        "file": "mapping-file",
        "file_digest": release.digest,
        "version": None,
        "digest": None,
    }


def test_the_same_again_changes_nothing(tmp_path: Path, nothing_written: Any) -> None:
    load(tmp_path, **everything())
    before = every_row()
    with nothing_written():
        again = load(tmp_path, **everything())
    assert all(outcome.is_loaded for outcome in again.outcomes)
    assert every_row() == before


def test_the_same_again_under_a_newer_version_is_a_release(tmp_path: Path) -> None:
    load(tmp_path, attack=attack())
    counts = row_counts()
    report = load(tmp_path, attack=attack("18.2"))
    assert not only(report).is_loaded
    assert technique().source == "MITRE ATT&CK Enterprise 18.2"
    changed = {table: count - counts[table] for table, count in row_counts().items() if count != counts[table]}
    assert changed == {"governance_cataloguerelease": 1, "governance_ledgerentry": 1}


def test_a_renamed_technique_makes_the_next_version_of_the_rules(tmp_path: Path) -> None:
    report = load(tmp_path, attack=attack(T1485="Data Demolition"))
    assert numbers(report) == {"updated": 1, "unchanged": OURS - 1}
    assert report.version == 2
    version = RulebookVersion.objects.get(version=2)
    assert version.reason == "Catalogues loaded: MITRE ATT&CK Enterprise 18.1."
    assert "Data Demolition" in version.content
    assert rulebook.current().version == 2
    entry = last_entry()
    assert (entry["data"]["version"], entry["data"]["digest"]) == (2, version.digest)


def test_a_dry_run_reports_and_writes_nothing(tmp_path: Path, nothing_written: Any) -> None:
    before = every_row()
    with nothing_written():
        report = load(tmp_path, {"dry_run": True}, **everything() | {"attack": attack(T1485="Data Demolition")})
    assert report.outcomes[0].counts.updated == 1
    assert report.version == 2
    assert every_row() == before
    assert rulebook.current().version == 1


def test_an_agent_loads_nothing(tmp_path: Path, nothing_written: Any) -> None:
    file = read_file("attack", write(tmp_path, attack(T1999="x")))
    with nothing_written(), pytest.raises(Forbidden, match="Nothing was changed"):
        load_catalogues([file], actor=Actor(kind="agent", id="1", name="bot"))


# -- Older releases, two of a kind -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        ("attack", lambda: attack("18.1", T1485="Old"), lambda: attack("18.10", T1485="New")),
        ("atlas", lambda: atlas("5.9.0", T0053="Old"), lambda: atlas("5.10.0", T0053="New")),
        ("controls", lambda: controls("Revision 5", AC_3="Old"), lambda: controls("5.1.1", AC_3="New")),
        ("baseline", lambda: baseline(ids="AC-2"), lambda: baseline(version="5.2.0", ids="AC-3")),
        ("mapping", lambda: mapping("T1485:CP-9", "16.1"), lambda: mapping("T1485:AC-2", "19.0")),
        ("mapping", lambda: mapping("T1485:CP-9"), lambda: mapping("T1485:AC-2", last_update="05/01/2025")),
    ],
)
def test_an_older_release_is_refused(
    tmp_path: Path, nothing_written: Any, kind: str, older: Callable[[], Any], newer: Callable[[], Any]
) -> None:
    load(tmp_path, **{kind: newer()})
    new = every_row()
    with nothing_written(), pytest.raises(OlderRelease, match=r"Nothing was changed.*--allow-older"):
        load(tmp_path, **{kind: older()})
    assert every_row() == new
    assert not only(load(tmp_path, {"allow_older": True}, **{kind: older()})).is_loaded
    old = every_row()
    assert old != new
    assert not only(load(tmp_path, **{kind: newer()})).is_loaded  # what is loaded now is the older one


def test_the_starter_set_counts_as_its_release(tmp_path: Path) -> None:
    with pytest.raises(OlderRelease, match=r"18\.1 is loaded"):
        load(tmp_path, attack=attack("17.1"))


def test_two_files_of_one_series_are_refused(tmp_path: Path, nothing_written: Any) -> None:
    files = [read_file("baseline", write(tmp_path, baseline(), name)) for name in ("one", "two")]
    with nothing_written(), pytest.raises(InvalidCatalogue, match="one and two are both"):
        load_catalogues(files, actor=ACTOR)


def test_one_bad_file_stops_the_others(tmp_path: Path, nothing_written: Any) -> None:
    load(tmp_path, baseline=baseline(version="6"))
    before = every_row()
    with nothing_written(), pytest.raises(OlderRelease):
        load(tmp_path, attack=attack(T1999="New", T1485="Renamed"), baseline=baseline(version="5"))
    assert every_row() == before


# -- Baselines and mappings --------------------------------------------------------------------------------


def test_a_baseline_marks_its_controls_and_clears_the_others(tmp_path: Path) -> None:
    report = load(tmp_path, baseline=baseline(ids="AC-2 AC-3 IA-13"))
    assert numbers(report) == {"new": 2, "unknown": 1}
    assert only(report).counts.unknown_ids == ["IA-13"]
    report = load(tmp_path, baseline=baseline(version="5.2.0", ids="AC-3 AC-4"))
    assert numbers(report) == {"new": 1, "withdrawn": 1, "unchanged": 1}
    assert list(Control.objects.filter(in_low=True).values_list("control_id", flat=True)) == ["AC-3", "AC-4"]
    assert not Control.objects.filter(in_high=True).exists()


def test_levels_are_series_of_their_own(tmp_path: Path) -> None:
    load(tmp_path, baseline=baseline("HIGH", version="5.2.0"))
    load(tmp_path, baseline=baseline("LOW", version="5.1.1"))
    assert Control.objects.filter(in_low=True, in_high=True).count() == 3


def test_a_mapping_is_replaced_by_the_next(tmp_path: Path) -> None:
    report = load(tmp_path, mapping=mapping("T1485:CP-09 T1005:AC-06.09 T9999:AC-2 T1005:ZZ-1"))
    assert numbers(report) == {"new": 2, "unknown": 2}
    assert only(report).counts.unknown_ids == ["T9999", "ZZ-1"]
    kept = Mitigation.objects.get(technique__external_id="T1485").pk
    report = load(tmp_path, mapping=mapping("T1485:CP-09 T1485:AC-2", version="19.0"))
    assert numbers(report) == {"new": 1, "withdrawn": 1, "unchanged": 1}
    assert {str(row) for row in Mitigation.objects.all()} == {"CP-9 mitigates T1485", "AC-2 mitigates T1485"}
    assert Mitigation.objects.get(pk=kept).source == "ATT&CK to NIST SP 800-53 19.0 (2025-04-16)"


def test_of_many_unknown_ids_twenty_are_listed(tmp_path: Path) -> None:
    pairs = " ".join(f"T9{n:03}:AC-2" for n in range(30))
    counts = only(load(tmp_path, mapping=mapping(f"T1485:AC-2 {pairs}"))).counts
    assert (counts.unknown, len(counts.unknown_ids)) == (30, 20)


def test_a_file_read_before_its_catalogue_can_be_read_again(tmp_path: Path) -> None:
    load(tmp_path, baseline=baseline(ids="AC-2 AC-2(1)"))
    load(tmp_path, controls=controls(AC_2_1="Automated"))
    report = load(tmp_path, baseline=baseline(ids="AC-2 AC-2(1)"))
    assert numbers(report) == {"new": 1, "unchanged": 1}


def test_files_are_loaded_in_the_order_they_need(tmp_path: Path) -> None:
    report = load(
        tmp_path,
        mapping=mapping("T1999:AC-2(1)"),
        baseline=baseline(ids="AC-2(1)"),
        controls=controls(AC_2_1="Automated"),
        attack=attack(T1999="New"),
    )
    assert [outcome.counts.unknown for outcome in report.outcomes] == [0, 0, 0, 0]
    assert report.outcomes[-1].counts.new == 1


# -- At once, and before the rules -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_turns(tmp_path: Path) -> None:
    files = [read_file(kind, write(tmp_path, document, kind)) for kind, document in everything().items()]
    counted = CatalogueRelease.objects.count()
    results = together(*[lambda: load_catalogues(files, actor=ACTOR)] * 3)
    assert not failures(results)
    assert CatalogueRelease.objects.count() == counted + len(files)
    assert sorted(all(outcome.is_loaded for outcome in report.outcomes) for report in results) == [False, True, True]


def test_every_refusal_says_that_nothing_was_changed(tmp_path: Path) -> None:
    for documents in ({"attack": attack("1")}, {"baseline": baseline(ids="")}):
        with pytest.raises(Refusal, match=r"Nothing was changed\. \w+"):
            load(tmp_path, **documents)

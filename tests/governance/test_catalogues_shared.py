"""The publishers' whole files, counted against what they are known to hold; where they are beside the repository."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from governance.catalogues.reading import read_file
from governance.default_catalogue import CONTROLS, TECHNIQUES
from governance.models import Control, Mitigation, Technique
from tests.governance.catalogue_files import every_row, needs_shared, shared

pytestmark = needs_shared

FILES = {
    "attack": "attack-enterprise-*",
    "atlas": "atlas-*",
    "controls": "*-oscal-catalog-*",
    "mapping": "ctid-nist_800_53-rev5_*",
}
BASELINES = {"LOW": 149, "MODERATE": 287, "HIGH": 370, "PRIVACY": 96}
RESOLVED = "*HIGH-baseline-resolved*"


def read(kind: str, pattern: str = "") -> Any:
    return read_file(kind, shared(pattern or FILES[kind]), attack_version="18.1").catalogue


def load_all() -> str:
    options = [word for kind, pattern in FILES.items() for word in (f"--{kind}", str(shared(pattern)))]
    options += [word for level in BASELINES for word in ("--baseline", str(shared(f"*{level}-baseline_profile*")))]
    out = StringIO()
    call_command("load_catalogues", *options, "--attack-version", "18.1", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_attack() -> None:
    found = read("attack")
    assert len(found.tactics) == 14
    assert [one.is_withdrawn for one in found.techniques].count(False) == 691
    assert [one.is_withdrawn for one in found.techniques].count(True) == 144


def test_atlas() -> None:
    found = read("atlas")
    assert (len(found.tactics), len(found.techniques), found.release.version) == (16, 170, "5.6.0")
    assert all(technique.tactics for technique in found.techniques)


def test_controls() -> None:
    found = read("controls")
    enhancements = sum("(" in control.id for control in found.controls)
    assert (len(found.controls) - enhancements, enhancements) == (322, 867)
    assert sum(control.is_withdrawn for control in found.controls) == 182
    assert found.is_whole
    assert found.release.version == "Revision 5 (2020-12-20)"


def test_the_resolved_catalogue_is_the_baseline_in_full() -> None:
    found = read("controls", RESOLVED)
    assert not found.is_whole
    assert {control.id for control in found.controls} == set(read("baseline", "*HIGH-baseline_profile*").controls)


@pytest.mark.parametrize(("level", "count"), BASELINES.items())
def test_baselines(level: str, count: int) -> None:
    found = read("baseline", f"*{level}-baseline_profile*")
    assert (found.level, len(set(found.controls))) == (level.lower(), count)


def test_mappings() -> None:
    found = read("mapping")
    assert (found.rows, found.passed_over) == (5314, 96)
    assert len({technique for technique, _ in found.pairs}) == 470
    assert len({control for _, control in found.pairs}) == 109
    assert len(found.pairs) == 5264  # fifty are said twice


def test_every_name_of_the_starter_set_is_the_publishers() -> None:
    published = {one.id: one for kind in ("attack", "atlas") for one in read(kind).techniques if not one.is_withdrawn}
    for number, (name, tactic, tactic_id) in TECHNIQUES.items():
        if not number.startswith("ASI"):
            assert published[number].name == name
            assert (tactic_id, tactic) in {(one.id, one.name) for one in published[number].tactics}, number
    titles = {control.id: control.title for control in read("controls").controls if not control.is_withdrawn}
    # This release of 2020 writes "(organizational Users)"; 5.1.1 and we write it in capitals.
    assert [number for number in CONTROLS if titles.get(number) != CONTROLS[number]] == ["IA-2"]
    assert titles["IA-2"].casefold() == CONTROLS["IA-2"].casefold()


@pytest.mark.django_db
def test_all_of_them_in_the_tables() -> None:
    out = load_all()
    assert Technique.objects.filter(framework="attack").count() == 691
    assert Technique.objects.filter(framework="atlas").count() == 170
    assert Control.objects.count() == 322 + 867
    assert Control.objects.filter(is_withdrawn=True).count() == 182
    for level, count in BASELINES.items():
        assert Control.objects.filter(**{f"in_{level.lower()}": True}).count() == count
    # Of 5,264 statements 27 name what these releases do not have: IA-13 came later, T1574.002 is revoked.
    assert Mitigation.objects.count() == 5264 - 27
    assert "names 27 times what is not loaded: IA-13, T1521.003, T1574.002" in out
    assert out.count("rulebook version") == 1, "the one title that this release writes otherwise"
    assert not Technique.objects.filter(is_withdrawn=True).exists()


@pytest.mark.django_db
def test_all_of_them_again_change_nothing(nothing_written: Any) -> None:
    load_all()
    before = every_row()
    with nothing_written():
        assert load_all().count("already loaded") == 8
    assert every_row() == before

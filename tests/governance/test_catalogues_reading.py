"""Publishers' files as plain values, in every shape they come in; and every file that is something else, refused."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from governance.catalogues import files
from governance.catalogues.identifiers import control_id, page_of_control, page_of_technique
from governance.catalogues.reading import read_file
from governance.catalogues.values import Baseline, Controls, Mappings, Tactic, Techniques, order_of
from governance.errors import InvalidCatalogue
from tests.governance.catalogue_files import (
    KINDS,
    MADE,
    atlas,
    attack,
    baseline,
    controls,
    mapping,
    text_of,
    write,
)


def read(folder: Path, kind: str, document: Any, **options: Any) -> Any:
    return read_file(kind, write(folder, document), **options).catalogue


def refused(folder: Path, kind: str, document: Any, **options: Any) -> str:
    """The sentence of the refusal."""
    with pytest.raises(InvalidCatalogue) as refusal:
        read(folder, kind, document, **options)
    sentence = refusal.value.sentence
    assert sentence.startswith("file ")
    assert "Nothing was changed." in sentence
    return sentence


# -- Formats -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["2.0", "2.1"])
def test_attack_from_a_bundle(tmp_path: Path, spec: str) -> None:
    document = attack(
        spec=spec,
        T1078={"name": "Valid Accounts", "tactics": ["Impact", "Persistence"]},
        T1078_004="Cloud Accounts",
        T1064={"name": "Scripting", "x_mitre_deprecated": True},
        T1100={"name": "Web Shell", "revoked": True, "tactics": []},
        T1400={"name": "Of phones", "x_mitre_domains": ["mobile-attack"]},
    )
    document["objects"].append({"type": "x-mitre-matrix", "tactic_refs": ["x-mitre-tactic--TA0040"]})
    found = read(tmp_path, "attack", document)
    assert isinstance(found, Techniques)
    assert (found.release.version, found.release.source) == ("18.1", "MITRE ATT&CK Enterprise 18.1")
    by_id = {technique.id: technique for technique in found.techniques}
    assert "T1400" not in by_id
    assert [number for number in by_id if by_id[number].is_withdrawn] == ["T1064", "T1100"]
    assert by_id["T1078.004"].name == "Cloud Accounts"
    assert by_id["T1078"].tactics == (Tactic("TA0040", "Impact"), Tactic("TA0003", "Persistence"))  # the matrix's order


def test_a_live_technique_wins_over_a_revoked_one_of_its_id(tmp_path: Path) -> None:
    document = attack()
    revoked = next(item for item in document["objects"] if item.get("id") == "attack-pattern--T1485") | {
        "revoked": True
    }
    document["objects"].insert(0, revoked)
    techniques = read(tmp_path, "attack", document).techniques
    assert [one.is_withdrawn for one in techniques if one.id == "T1485"] == [False]


def test_the_version_is_the_files_own_or_is_asked_for(tmp_path: Path) -> None:
    assert read(tmp_path, "attack", attack("17.0"), attack_version="17.0").release.version == "17.0"
    assert read(tmp_path, "attack", attack(None), attack_version="18.1").release.version == "18.1"
    assert "--attack-version" in refused(tmp_path, "attack", attack(None))
    assert "says that it is ATT&CK 17.0" in refused(tmp_path, "attack", attack("17.0"), attack_version="18.1")
    assert "no version" in refused(tmp_path, "attack", attack(None), attack_version="newest")


def test_atlas_with_anchors(tmp_path: Path) -> None:
    text = atlas(version="5.10")
    assert "&id" in text
    assert "*id" in text
    found = read(tmp_path, "atlas", text)
    assert found.release.version == "5.10"  # not the number 5.1
    by_id = {technique.id: technique for technique in found.techniques}
    assert by_id["AML.T0048.004"].tactics == by_id["AML.T0048"].tactics == (Tactic("AML.TA0011", "Impact"),)


@pytest.mark.parametrize("labels", ["rc1", "1.1", "padded"])
def test_controls_from_a_catalogue(tmp_path: Path, labels: str) -> None:
    found = read(
        tmp_path, "controls", controls(labels=labels, withdrawn="AC-2(10)", AC_2_10="Gone", AC_2_1="Automated")
    )
    assert isinstance(found, Controls)
    assert found.release.version == "5.1.1 (2024-02-04)"
    by_id = {control.id: control for control in found.controls}
    assert by_id["AC-6(9)"].title == "Log Use of Privileged Functions"
    assert [number for number in by_id if by_id[number].is_withdrawn] == ["AC-2(10)"]
    assert by_id["AC-2(1)"].title == "Automated"
    assert found.is_whole


@pytest.mark.parametrize("rel", ["source-profile", "resolution-source"])
def test_a_resolved_catalogue_is_a_part(tmp_path: Path, rel: str) -> None:
    found = read(tmp_path, "controls", controls(links=[{"rel": rel, "href": "x"}]))
    assert not found.is_whole
    assert found.release.title == "NIST SP 800-53 in part"


@pytest.mark.parametrize("level", ["LOW", "MODERATE", "HIGH"])
def test_a_baseline_from_a_profile(tmp_path: Path, level: str) -> None:
    found = read(tmp_path, "baseline", baseline(level))
    assert isinstance(found, Baseline)
    assert (found.level, found.controls) == (level.lower(), ("AC-2", "AC-3", "AC-6(9)"))


def test_the_privacy_baseline_and_the_profile_of_an_early_oscal(tmp_path: Path) -> None:
    document = baseline(title="SP800-53 PRIVACY BASELINE")
    early = {"include": {"id-selectors": [{"control-id": "ac-1"}, {"control-id": "ac-6.9"}]}}
    document["profile"]["imports"] = [early]
    found = read(tmp_path, "baseline", document)
    assert (found.level, found.controls) == ("privacy", ("AC-1", "AC-6(9)"))


def test_mappings_with_every_spelling(tmp_path: Path) -> None:
    found = read(tmp_path, "mapping", mapping("T1485:CP-09 T1485:CP-9 T1005:AC-06.09 T1020:AC-06(09) T1:weird"))
    assert isinstance(found, Mappings)
    assert found.pairs == (("T1485", "CP-9"), ("T1005", "AC-6(9)"), ("T1020", "AC-6(9)"), ("T1", "weird"))
    assert (found.rows, found.passed_over, found.release.version) == (5, 1, "16.1 (2025-04-16)")


@pytest.mark.parametrize("kind", KINDS)
def test_packed_or_not_is_told_by_the_content(tmp_path: Path, kind: str) -> None:
    plain = read_file(kind, write(tmp_path, MADE[kind](), "plain.gz"))
    packed = read_file(kind, write(tmp_path, MADE[kind](), "packed.json", packed=True))
    assert plain.catalogue == packed.catalogue
    assert plain.digest == packed.digest


def test_names_are_one_line_of_what_can_be_seen(tmp_path: Path) -> None:
    found = read(tmp_path, "attack", attack(T1999="Two\nlines\u00a0\u202eand\u0000\ud800 more"))
    assert [one.name for one in found.techniques if one.id == "T1999"] == ["Two lines and more"]


# -- Ids and versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("AC-02", "AC-2"), ("ac-2", "AC-2"), ("AC-2(1)", "AC-2(1)"), ("ac-2.1", "AC-2(1)"), ("AC-06.09", "AC-6(9)"),
        ("AC-06(09)", "AC-6(9)"), ("AC-2 (10)", "AC-2(10)"), (" SI-12 ", "SI-12"), ("AC-00", None), ("AC2", None),
        ("AC-2(1)(2)", None), ("03.01.01", None), ("", None), ("AC-2\n", "AC-2"),
    ],
)  # fmt: skip
def test_controls_have_one_spelling(written: str, number: str | None) -> None:
    assert control_id(written) == number


def test_versions_in_order() -> None:
    versions = ["9", "18", "18.1", "18.10", "19.0"]
    oscal = ["Revision 5", "Revision 5 (2020-12-20)", "5.0.1 (2021-06-08)", "5.1.1 (2023-11-07)",
             "5.1.1+u4 (2024-02-04)", "5.1.1+u4 (2024-02-13)", "5.2.0 (2025-08-27)"]  # fmt: skip
    for series in (versions, oscal):
        assert all(order_of(one) < order_of(other) for one, other in pairwise(series)), series
    assert order_of("18.0") == order_of("18")


def test_pages_of_the_publishers() -> None:
    assert page_of_technique("T1565.001") == "https://attack.mitre.org/techniques/T1565/001/"
    assert page_of_technique("AML.T0048.004") == "https://atlas.mitre.org/techniques/AML.T0048.004"
    assert page_of_technique("ASI02").startswith("https://genai.owasp.org/")
    assert page_of_control("AC-6(9)").endswith("number=AC-6")


# -- What is something else --------------------------------------------------------------------------------

DEEP_YAML = "matrices: " + "[" * 100_000
DEEP_JSON = '{"objects": ' + "[" * 100_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        ("<!DOCTYPE html><html><body>Not found</body></html>", "is a web page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a pointer"),
        ("[1, 2]", "is something else"),
        ('{"some": "thing"}', "is something else"),
        (b"\xff\xfe{\x00}\x00", "is not text in UTF-8"),
        (DEEP_YAML, "is "),
        (DEEP_JSON, "is nested too deeply"),
        (gzip.compress(b"x" * 100_000)[:-20], "is cut off or damaged"),
        (gzip.compress(b"x" * 100_000)[:50] + b"garbage", "is cut off or damaged"),
    ],
    ids=range(11),
)
def test_what_is_no_catalogue_at_all(tmp_path: Path, kind: str, document: Any, says: str) -> None:
    assert says in refused(tmp_path, kind, document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", KINDS)
def test_another_kind_is_recognised(tmp_path: Path, kind: str, given: str) -> None:
    if kind != given:
        sentence = refused(tmp_path, kind, MADE[given]())
        assert f"--{given}" in sentence or "Take the JSON file" in sentence
        assert "expected was" in sentence


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_file(tmp_path: Path, kind: str) -> None:
    text = text_of(MADE[kind]())
    refused(tmp_path, kind, text[: len(text) // 2])


def test_yaml_cannot_multiply(tmp_path: Path) -> None:
    """Merge keys are not obeyed: 40 of these would be 2^40 entries."""
    lines = ["l0: &l0 {a0: x, b0: x}"]
    lines += [f"l{n}: &l{n} {{<<: [*l{n - 1}, *l{n - 1}], a{n}: x}}" for n in range(1, 41)]
    assert "ATLAS" in refused(tmp_path, "atlas", "\n".join([*lines, "version: '1'", "matrices: []"]))


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    assert "YAML" in refused(tmp_path, "atlas", "matrices: !!python/object/apply:os.getcwd []")


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 3 * 1024 * 1024)
    bomb = gzip.compress(b"[" * 50_000_000)
    assert len(bomb) < 100_000
    assert "more than 3 MB unpacked" in refused(tmp_path, "attack", bomb)
    assert "more than 3 MB unpacked" in refused(tmp_path, "attack", b"[" * 4_000_000)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InvalidCatalogue, match="cannot be opened"):
            read_file("attack", path)


def _without(document: dict[str, Any], *keys: Any) -> dict[str, Any]:
    """A copy of a document without what the keys lead to."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in keys[:-1]:
        inner = inner[key]
    del inner[keys[-1]]
    return copy


TWICE = attack()
TWICE["objects"].append(TWICE["objects"][-1])
CONTROL_TWICE = controls()
CONTROL_TWICE["catalog"]["groups"].append(CONTROL_TWICE["catalog"]["groups"][0])


@pytest.mark.parametrize(
    ("kind", "document", "says"),
    [
        ("attack", TWICE, "twice"),
        ("attack", attack(T1999={"tactics": ["Nonsense"]}), "names the tactic nonsense with T1999"),
        ("attack", attack(X1="No id"), "has no id"),
        ("attack", attack(T1999="x" * 201), "more than 200 characters"),
        ("attack", attack(T1999={"name": 5}), "T1999 has no name"),
        ("attack", {"type": "bundle", "objects": [{"type": "x-mitre-tool"}]}, "no technique"),
        ("attack", {"type": "bundle", "objects": ["x"]}, "no list of objects"),
        ("attack", {"objects": []}, "no STIX bundle"),
        ("atlas", atlas().replace("AML.T0050", "AML.T0053"), "twice"),
        ("atlas", atlas().replace("name: External Harms", "nom: x"), "has no name"),
        ("atlas", atlas().replace("subtechnique-of: AML.T0048", "subtechnique-of: AML.T9999"), "does not describe"),
        ("atlas", atlas().replace("version: 5.6.0", "x: y"), "no version"),
        ("atlas", "version: '1'\nmatrices: []", "no technique"),
        ("atlas", atlas().partition("  mitigations:")[0], "is cut off"),
        ("controls", CONTROL_TWICE, "twice"),
        ("controls", controls(title="NIST SP 800-53 Rev 4"), "Revision 4"),
        ("controls", controls(title="NIST SP 800-171 Rev 3"), "about something else"),
        ("controls", controls(AC_3="x" * 251), "more than 250 characters"),
        ("controls", _without(controls(), "catalog", "groups"), "no control"),
        ("controls", _without(controls(), "catalog", "metadata", "version"), "no version"),
        ("baseline", baseline(title="NIST SP 800-53 tailored"), "which baseline"),
        ("baseline", baseline(title="FedRAMP Rev 5 High Baseline"), "about something else"),
        ("baseline", baseline(ids="AC-2 AC-2"), "twice"),
        ("baseline", baseline(ids="AC2"), "no control's id"),
        ("baseline", baseline(ids=""), "takes no control"),
        ("mapping", mapping(framework="rev4"), "rev4"),
        ("mapping", mapping(""), "no mapping"),
        ("mapping", _without(mapping(), "metadata", "attack_version"), "no attack_version"),
    ],
)  # fmt: skip
def test_a_broken_catalogue(tmp_path: Path, kind: str, document: Any, says: str) -> None:
    assert says in refused(tmp_path, kind, document)


def test_a_profile_that_takes_more_than_it_names(tmp_path: Path) -> None:
    for change in ({"include-all": {}}, {"include-controls": [{"with-child-controls": "yes", "with-ids": ["ac-2"]}]}):
        document = baseline()
        document["profile"]["imports"][0] |= change
        assert "otherwise than by naming" in refused(tmp_path, "baseline", document)

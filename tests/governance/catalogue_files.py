"""Small files in the publishers' formats, and the whole ones where they are at hand.

Unless told otherwise a file holds what the starter set has, so that nothing is withdrawn by being left out.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.actors import command
from governance.catalogues.load import Outcome, Report, load_catalogues
from governance.catalogues.reading import read_file
from governance.default_catalogue import CONTROLS, TECHNIQUES
from governance.models import Control, Mitigation, Technique
from tests.habits.tree import ROOT

SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the publishers' files are not beside the repository")

ACTOR = command("load_catalogues")
KINDS = ("attack", "atlas", "controls", "baseline", "mapping")

# How many techniques of ATT&CK the starter set has.
OURS = sum(number.startswith("T") for number in TECHNIQUES)


def shared(pattern: str) -> Path:
    """The one file of the shared data that fits."""
    (found,) = SHARED.glob(pattern)
    return found


def attack(version: str | None = "18.1", spec: str = "2.1", without: str = "", **more: Any) -> dict[str, Any]:
    """An ATT&CK bundle. `more` adds or replaces techniques: `T1485="Data Demolition"`, or a dict of fields."""
    tactics = {words[2]: words[1] for number, words in TECHNIQUES.items() if number.startswith("T")}
    objects = [_tactic(number, name) for number, name in sorted(tactics.items())]
    if version is not None:
        objects.append({"type": "x-mitre-collection", "name": "Enterprise ATT&CK", "x_mitre_version": version})
    named: dict[str, Any] = {
        number: {"name": words[0], "tactics": [words[1]]}
        for number, words in TECHNIQUES.items()
        if number.startswith("T") and number not in without.split()
    }
    for number, fields in more.items():
        fields = {"name": fields} if isinstance(fields, str) else fields
        number = number.replace("_", ".")
        named[number] = named.get(number, {"name": number, "tactics": ["Impact"]}) | fields
    objects += [_pattern(number, **fields) for number, fields in named.items()]
    head = {"spec_version": "2.0"} if spec == "2.0" else {}
    return {"type": "bundle", "id": "bundle--1", **head, "objects": objects}


def _tactic(number: str, name: str) -> dict[str, Any]:
    return {
        "type": "x-mitre-tactic",
        "id": f"x-mitre-tactic--{number}",
        "name": name,
        "x_mitre_shortname": name.lower().replace(" ", "-"),
        "external_references": [{"source_name": "mitre-attack", "external_id": number}],
        "x_mitre_domains": ["enterprise-attack"],
    }


def _pattern(number: str, *, name: str, tactics: Iterable[str] = (), **fields: Any) -> dict[str, Any]:
    phases = [{"kill_chain_name": "mitre-attack", "phase_name": one.lower().replace(" ", "-")} for one in tactics]
    return {
        "type": "attack-pattern",
        "id": f"attack-pattern--{number}",
        "name": name,
        "kill_chain_phases": phases,
        "external_references": [
            {"source_name": "somebody", "external_id": "CAPEC-1"},
            {"source_name": "mitre-attack", "external_id": number},
        ],
        "x_mitre_domains": ["enterprise-attack"],
        **fields,
    }


def atlas(version: str = "5.6.0", without: str = "", **more: str) -> str:
    """The ATLAS data. YAML writes what is named twice as an anchor."""
    ours = {number: words for number, words in TECHNIQUES.items() if number.startswith("AML.")}
    tactics = [
        {"id": number, "name": name} for number, name in sorted({words[2]: words[1] for words in ours.values()}.items())
    ]
    served = {words[2]: [words[2]] for words in ours.values()}
    techniques = [
        {"id": number, "name": more.get(number[4:], words[0]), "tactics": served[words[2]]}
        for number, words in ours.items()
        if number not in without.split()
    ]
    techniques.append({"id": "AML.T0048.004", "name": "AI Intellectual Property Theft", "subtechnique-of": "AML.T0048"})
    mitigations = [{"id": "AML.M0000", "name": "Limit Public Release of Information"}]
    matrix = {"id": "ATLAS", "tactics": tactics, "techniques": techniques, "mitigations": mitigations}
    return yaml.safe_dump({"id": "ATLAS", "version": version, "matrices": [matrix]}, sort_keys=False)


def controls(
    version: str = "5.1.1", title: str = "", day: str = "2024-02-04", without: str = "", withdrawn: str = "",
    links: Any = (), labels: str = "1.1", **more: str,
) -> dict[str, Any]:  # fmt: skip
    """An OSCAL catalogue. `labels` says in which OSCAL's manner; `more` names controls as AC_6_9."""
    named = {number: words for number, words in CONTROLS.items() if number not in without.split()}
    named |= {_number(key): words for key, words in more.items()}
    families: dict[str, list[Any]] = {}
    items: dict[str, dict[str, Any]] = {}
    for number in sorted(named, key=lambda one: "(" in one):
        item = _control(number, named[number], number in withdrawn.split(), labels)
        above = items.get(number.partition("(")[0]) if "(" in number else None
        (above.setdefault("controls", []) if above and "(" in number else families.setdefault(number[:2], [])).append(
            item
        )
        items[number] = item
    metadata = {
        "title": title or "NIST SP 800-53 Rev 5.1.1 Controls",
        "version": version,
        "last-modified": f"{day}T00:00:00Z",
        "links": list(links),
    }
    groups = [{"id": name.lower(), "controls": inside} for name, inside in families.items()]
    return {"catalog": {"metadata": metadata, "groups": groups}}


def _number(key: str) -> str:
    family, number, *within = key.split("_")
    return f"{family}-{number}" + (f"({within[0]})" if within else "")


def _control(number: str, title: str, withdrawn: bool, labels: str) -> dict[str, Any]:
    family, _, rest = number.partition("-")
    digits = [int(one) for one in rest.rstrip(")").split("(")]
    padded = f"{family}-{digits[0]:02}" + (f"({digits[1]:02})" if len(digits) > 1 else "")
    props = [{"name": "label", "value": number}]
    if labels == "1.1":
        props = [{"name": "label", "value": padded, "class": "zero-padded"}, *props]
    if labels == "padded":
        props = [{"name": "label", "value": padded}]
    if withdrawn:
        props.append({"name": "status", "value": "withdrawn"})
    return {"id": dotted(number), "title": title, "props": props}


def dotted(number: str) -> str:
    """AC-2(1) as OSCAL's profiles write it: ac-2.1."""
    return number.lower().replace("(", ".").rstrip(")")


def baseline(
    level: str = "LOW", ids: str = "AC-2 AC-3 AC-6(9)", version: str = "5.1.1+u4", title: str = ""
) -> dict[str, Any]:
    """An OSCAL profile."""
    title = title or f"NIST Special Publication 800-53 Revision 5.1.1 {level} IMPACT BASELINE"
    metadata = {"title": title, "version": version, "last-modified": "2024-02-04T00:00:00Z"}
    taken = [{"with-ids": [dotted(number) for number in ids.split()]}]
    return {"profile": {"metadata": metadata, "imports": [{"href": "#1", "include-controls": taken}]}}


def mapping(
    pairs: str = "T1485:CP-09 T1485:AC-06.09 T1005:AC-06(09)", version: str = "16.1", framework: str = "rev5",
    last_update: str = "04/16/2025",
) -> dict[str, Any]:  # fmt: skip
    """A Mappings Explorer file, with a row that says there is no control for a technique."""
    rows = [
        {"attack_object_id": technique, "capability_id": control, "mapping_type": "mitigates", "status": "complete"}
        for technique, control in (pair.split(":") for pair in pairs.split())
    ]
    rows.append({"attack_object_id": "T1489", "capability_id": None, "mapping_type": None, "status": "non_mappable"})
    metadata = {
        "attack_version": version,
        "technology_domain": "enterprise",
        "mapping_framework": "nist_800_53",
        "mapping_framework_version": framework,
        "last_update": last_update,
    }
    return {"metadata": metadata, "mapping_objects": rows}


MADE = {"attack": attack, "atlas": atlas, "controls": controls, "baseline": baseline, "mapping": mapping}


def text_of(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def write(folder: Path, document: Any, name: str = "file", *, packed: bool = False) -> Path:
    """A document, a text or bytes as a file."""
    data = document if isinstance(document, bytes) else text_of(document).encode()
    path = folder / name
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def load(folder: Path, options: dict[str, bool] | None = None, **documents: Any) -> Report:
    """Load documents by their kinds, each as a file of its own: `load(tmp_path, attack=attack())`."""
    files = [read_file(kind, write(folder, document, f"{kind}-file")) for kind, document in documents.items()]
    return load_catalogues(files, actor=ACTOR, **(options or {}))


def everything() -> dict[str, Any]:
    """A document of each kind."""
    return {kind: make() for kind, make in MADE.items()}


def every_row() -> list[Any]:
    """All the tables of the catalogues hold."""
    return [list(model.objects.order_by("pk").values()) for model in (Technique, Control, Mitigation)]


def technique(number: str = "T1485") -> Technique:
    return Technique.objects.get(external_id=number)


def only(report: Report) -> Outcome:
    (outcome,) = report.outcomes
    return outcome


def numbers(report: Report) -> dict[str, int]:
    """The counts of the one file that are not 0."""
    return {name: count for name, count in only(report).counts.as_numbers().items() if count}

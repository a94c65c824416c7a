"""MITRE ATLAS from its own YAML. PURE.

A sub-technique names no tactic; it serves those of the technique it belongs to. YAML that was cut off is YAML still:
what follows the techniques, mitigations or (in the first releases) case studies, shows that they are all there.
"""

from __future__ import annotations

from typing import Any

from governance.catalogues.documents import Unreadable, once, parts, texts, words
from governance.catalogues.identifiers import TACTIC, TECHNIQUE
from governance.catalogues.values import ATLAS, PublishedTechnique, Release, Tactic, Techniques


def read(document: dict[str, Any]) -> Techniques:
    """Tactics and techniques of every matrix in the file. Raises Unreadable."""
    version = words(document, "version", of="the file", most=30)
    matrices = parts(document, "matrices")
    tactics = [_tactic(item) for matrix in matrices for item in parts(matrix, "tactics")]
    items = [item for matrix in matrices for item in parts(matrix, "techniques")]
    once((tactic.id for tactic in tactics), "tactic")
    by_id = {tactic.id: tactic for tactic in tactics}
    named = {words(item, "id", of="a technique", most=16): item for item in items}
    once((words(item, "id", of="a technique", most=16) for item in items), "technique")
    techniques = tuple(_technique(number, item, named, by_id) for number, item in named.items())
    if not techniques:
        raise Unreadable("holds no technique of ATLAS")
    if not all(parts(matrix, "mitigations") or parts(matrix, "case-studies") for matrix in matrices):
        raise Unreadable("is cut off: neither mitigations nor case studies follow the techniques")
    return Techniques(Release(ATLAS, "MITRE ATLAS", version), tuple(tactics), techniques)


def _tactic(item: dict[str, Any]) -> Tactic:
    tactic = Tactic(words(item, "id", of="a tactic", most=16), words(item, "name", of="a tactic", most=100))
    if not TACTIC.fullmatch(tactic.id):
        raise Unreadable(f"is not in its publisher's form: {tactic.id} is no tactic's id")
    return tactic


def _technique(
    number: str, item: dict[str, Any], named: dict[str, dict[str, Any]], tactics: dict[str, Tactic]
) -> PublishedTechnique:
    if not TECHNIQUE.fullmatch(number) or not number.startswith("AML."):
        raise Unreadable(f"is not in its publisher's form: {number} is no technique's id")
    above = item.get("subtechnique-of")
    if above is not None and (not isinstance(above, str) or above not in named):
        raise Unreadable(f"names {number} a part of a technique it does not describe")
    served = texts(item, "tactics") or (texts(named[above], "tactics") if above else [])
    if missing := [tactic for tactic in served if tactic not in tactics]:
        raise Unreadable(f"names the tactic {missing[0][:16]} with {number} and does not describe it")
    return PublishedTechnique(
        number,
        words(item, "name", of=number),
        tuple(tactic for tactic in tactics.values() if tactic.id in served),
    )

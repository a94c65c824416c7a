"""ATT&CK Enterprise from a STIX bundle, as MITRE publishes it in versions 2.0 and 2.1. PURE.

Techniques are attack-patterns, tactics x-mitre-tactics that a technique names by the phase of its kill chain.
"""

from __future__ import annotations

from typing import Any

from governance.catalogues.documents import Unreadable, once, parts, plain, texts, words
from governance.catalogues.identifiers import TACTIC, TECHNIQUE
from governance.catalogues.values import ATTACK, PublishedTechnique, Release, Tactic, Techniques

_DOMAIN, _CHAIN, _SOURCE = "enterprise-attack", "mitre-attack", "mitre-attack"


def read(document: dict[str, Any], *, version: str | None = None) -> Techniques:
    """The techniques of a bundle. `version` is what the caller knows, for a bundle that does not say.

    Revoked and deprecated techniques come along as withdrawn. Raises Unreadable.
    """
    objects = parts(document, "objects")
    if document.get("type") != "bundle":
        raise Unreadable("is no STIX bundle")
    tactics = _tactics(objects)
    found = [technique for item in objects if (technique := _technique(item, tactics)) is not None]
    live = [technique for technique in found if not technique.is_withdrawn]
    if not live:
        raise Unreadable(
            "holds no technique of ATT&CK Enterprise", "Take the bundle of Enterprise; Mobile and ICS are not read."
        )
    once((technique.id for technique in live), "technique")
    known = {technique.id for technique in live}
    withdrawn = {technique.id: technique for technique in found if technique.id not in known}
    return Techniques(
        Release(ATTACK, "MITRE ATT&CK Enterprise", _version(objects, version)),
        tuple(tactics.values()),
        (*live, *withdrawn.values()),
    )


def _version(objects: list[dict[str, Any]], told: str | None) -> str:
    """The release's own word for it, which stands in the collection that MITRE puts into each release."""
    said = [
        plain(str(item.get("x_mitre_version") or ""))
        for item in objects
        if item.get("type") == "x-mitre-collection" and item.get("x_mitre_version")
    ]
    if len(set(said)) > 1:
        raise Unreadable(f"is a mixture of the releases {', '.join(sorted(set(said)))}")
    if not said and not told:
        raise Unreadable(
            "does not say which release of ATT&CK it is", "Say it with --attack-version, for example 18.1."
        )
    if said and told and said[0] != told:
        raise Unreadable(
            f"says that it is ATT&CK {said[0]}, not {told}", "Leave --attack-version out, or take another file."
        )
    version = said[0] if said else str(told)
    if not any(c.isdigit() for c in version) or len(version) > 30:
        raise Unreadable(f"has no version one can compare: {version[:30]}", "Say a version such as 18.1.")
    return version


def _tactics(objects: list[dict[str, Any]]) -> dict[str, Tactic]:
    """Tactics by the name a kill chain has for them, in the order of the matrix."""
    found = {
        str(item.get("id")): (
            words(item, "x_mitre_shortname", of="a tactic"),
            Tactic(_external_id(item) or "", words(item, "name", of="a tactic", most=100)),
        )
        for item in objects
        if item.get("type") == "x-mitre-tactic" and _is_enterprise(item) and not _is_withdrawn(item)
    }
    for _, tactic in found.values():
        if not TACTIC.fullmatch(tactic.id):
            raise Unreadable(f"is not in its publisher's form: the tactic {tactic.name} has no id")
    matrices = [item for item in objects if item.get("type") == "x-mitre-matrix" and _is_enterprise(item)]
    order = [reference for matrix in matrices for reference in texts(matrix, "tactic_refs") if reference in found]
    return dict(found[reference] for reference in dict.fromkeys([*order, *found]))


def _technique(item: dict[str, Any], tactics: dict[str, Tactic]) -> PublishedTechnique | None:
    if item.get("type") != "attack-pattern" or not _is_enterprise(item):
        return None
    number, withdrawn = _external_id(item), _is_withdrawn(item)
    if number is None or not TECHNIQUE.fullmatch(number):
        if withdrawn:
            return None  # some of the earliest have no id any more, so nothing can name them
        raise Unreadable(f"is not in its publisher's form: {plain(str(item.get('name')))[:80]} has no id")
    name = words(item, "name", of=number)
    if withdrawn:
        return PublishedTechnique(number, name, (), is_withdrawn=True)
    phases = {phase.get("phase_name") for phase in _phases(item)}
    if missing := phases - set(tactics):
        raise Unreadable(f"names the tactic {plain(str(missing.pop()))[:80]} with {number} and does not describe it")
    return PublishedTechnique(number, name, tuple(tactics[phase] for phase in tactics if phase in phases))


def _phases(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [phase for phase in parts(item, "kill_chain_phases") if phase.get("kill_chain_name") == _CHAIN]


def _is_enterprise(item: dict[str, Any]) -> bool:
    """Whether an object belongs to Enterprise. Early releases say it by the kill chain only, or not at all."""
    if domains := texts(item, "x_mitre_domains"):
        return _DOMAIN in domains
    return item.get("type") != "attack-pattern" or bool(_phases(item)) or _is_withdrawn(item)


def _is_withdrawn(item: dict[str, Any]) -> bool:
    return bool(item.get("revoked") or item.get("x_mitre_deprecated"))


def _external_id(item: dict[str, Any]) -> str | None:
    for reference in parts(item, "external_references"):
        if reference.get("source_name") == _SOURCE and isinstance(reference.get("external_id"), str):
            return reference["external_id"]
    return None

"""VERB: write_starter_set. What a portal knows of the catalogues before any file was loaded.

Names and ids of what the shipped rules use, and OWASP's whole list, so that nothing must be downloaded to start.
"""

from __future__ import annotations

from typing import Any

from governance.actors import Actor
from governance.catalogues import words
from governance.catalogues.values import PublishedControl, PublishedTechnique, Tactic
from governance.default_catalogue import CONTROLS, TECHNIQUES, VERSIONS
from governance.ledger.canonical import canonical, sha256
from governance.models import CatalogueRelease, Control, Technique

_DOMAIN = "foureyes/starter/v1"


def starter_rows() -> tuple[list[Technique], list[Control]]:
    """The starter set as rows, not saved."""
    techniques = []
    for number, (name, tactic, tactic_id) in TECHNIQUES.items():
        framework = Technique.framework_of(number)
        tactics = (Tactic(tactic_id, tactic),) if tactic_id else ()
        techniques.append(
            Technique(
                external_id=number,
                framework=framework,
                name=name,
                tactic=tactic,
                tactic_id=tactic_id,
                published=words.of_technique(PublishedTechnique(number, name, tactics)),
                source=_source(framework.value),
            )
        )
    controls = [
        Control(
            control_id=number,
            title=title,
            published=words.of_control(PublishedControl(number, title)),
            source=_source("controls"),
        )
        for number, title in CONTROLS.items()
    ]
    return techniques, controls


def write_starter_set(actor: Actor) -> tuple[dict[str, Technique], dict[str, Control]]:
    """Put in what is not there yet, and return every technique and control of the starter set by its id.

    For load_default_rules, which holds the turn and records it. Catalogues may have been loaded before the rules.
    """
    techniques, controls = starter_rows()
    stored = Technique.objects.in_bulk(list(TECHNIQUES), field_name="external_id")
    Technique.objects.bulk_create(row for row in techniques if row.external_id not in stored)
    stored_controls = Control.objects.in_bulk(list(CONTROLS), field_name="control_id")
    Control.objects.bulk_create(row for row in controls if row.control_id not in stored_controls)
    _write_releases(actor, {"controls": len(controls)} | _by_framework(techniques))
    return (
        {row.external_id: row for row in techniques} | stored,
        {row.control_id: row for row in controls} | stored_controls,
    )


def _write_releases(actor: Actor, entries: dict[str, int]) -> None:
    """A release of each catalogue the set is taken from, unless a file of it was loaded first."""
    loaded = set(CatalogueRelease.objects.values_list("catalogue", flat=True))
    CatalogueRelease.objects.bulk_create(
        CatalogueRelease(
            catalogue=catalogue,
            title=f"{CatalogueRelease.Catalogue(catalogue).label} (starter set)",
            version=version,
            digest=sha256(_DOMAIN, canonical(_content(catalogue))),
            counts={"new": entries[catalogue]},
            loaded_by=actor.name[:255],
        )
        for catalogue, version in VERSIONS.items()
        if catalogue not in loaded
    )


def _by_framework(techniques: list[Technique]) -> dict[str, int]:
    frameworks = [str(row.framework) for row in techniques]
    return {framework: frameworks.count(framework) for framework in set(frameworks)}


def _content(catalogue: str) -> dict[str, Any]:
    if catalogue == "controls":
        return dict(CONTROLS)
    return {number: list(words) for number, words in TECHNIQUES.items() if Technique.framework_of(number) == catalogue}


def _source(catalogue: str) -> str:
    return f"{CatalogueRelease.Catalogue(catalogue).label} {VERSIONS[catalogue]} (starter set)"[:60]

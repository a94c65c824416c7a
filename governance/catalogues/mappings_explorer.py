"""Which 800-53 control mitigates which ATT&CK technique, from a file of the Mappings Explorer. PURE.

A row without a control says that there is none for a technique; it is passed over.
"""

from __future__ import annotations

import re
from typing import Any

from governance.catalogues.documents import EXPECTED, Unreadable, part, parts, plain, words
from governance.catalogues.identifiers import control_id
from governance.catalogues.values import MAPPING, Mappings, Release

_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


def read(document: dict[str, Any]) -> Mappings:
    """The pairs a file speaks of. Raises Unreadable."""
    metadata = part(document, "metadata")
    about = [plain(str(metadata.get(key) or "")) for key in ("mapping_framework", "mapping_framework_version")]
    domain = metadata.get("technology_domain") or "enterprise"
    if about != ["nist_800_53", "rev5"] or domain != "enterprise":
        raise Unreadable(
            f"maps {plain(str(domain))[:40]} to {' '.join(about)[:60]}; expected was {EXPECTED['mapping']}",
            "Take the file of nist_800_53, rev5, enterprise.",
        )
    rows = parts(document, "mapping_objects")
    said = [pair for row in rows if (pair := _pair(row)) is not None]
    if not said:
        raise Unreadable("holds no mapping")
    return Mappings(
        Release(MAPPING, "ATT&CK to NIST SP 800-53", _version(metadata)),
        tuple(dict.fromkeys(said)),
        rows=len(said),
        passed_over=len(rows) - len(said),
    )


def _pair(row: dict[str, Any]) -> tuple[str, str] | None:
    technique, control = row.get("attack_object_id"), row.get("capability_id")
    if row.get("status") == "non_mappable" or row.get("mapping_type") != "mitigates":
        return None
    if not isinstance(technique, str) or not isinstance(control, str) or not technique or not control:
        return None
    # An id nobody knows is for the loader to count and to show; here it only must be fit to be shown.
    return plain(technique)[:30], control_id(control) or plain(control)[:30]


def _version(metadata: dict[str, Any]) -> str:
    """The release of ATT&CK it maps, and the day of its last update."""
    version = words(metadata, "attack_version", of="its metadata", most=30)
    day = _DAY.fullmatch(plain(str(metadata.get("last_update") or "")))
    return f"{version} ({day[3]}-{day[1]}-{day[2]})" if day else version

"""A named file to a catalogue: opened, parsed, read by the reader of its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.catalogues import atlas, documents, files, mappings_explorer, oscal_catalog, oscal_profile, stix
from governance.catalogues.documents import Unreadable, plain
from governance.catalogues.files import Progress, quiet
from governance.catalogues.values import Catalogue
from governance.errors import InvalidCatalogue

_READERS: dict[str, Callable[[dict[str, Any]], Catalogue]] = {
    "atlas": atlas.read,
    "controls": oscal_catalog.read,
    "baseline": oscal_profile.read,
    "mapping": mappings_explorer.read,
}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its name, what it says, and the SHA-256 of its text."""

    name: str
    catalogue: Catalogue
    digest: str


def read_file(kind: str, path: Path, *, attack_version: str | None = None, progress: Progress = quiet) -> ReadFile:
    """Read a file as attack, atlas, controls, baseline or mapping.

    Raises InvalidCatalogue with a sentence that says what it is, what was expected, and what to do.
    """
    try:
        text, digest = files.read(path, progress)
        document = documents.parse(kind, text)
        read = _READERS.get(kind) or (lambda found: stix.read(found, version=attack_version))
        return ReadFile(plain(path.name)[:100], read(document), digest)
    except Unreadable as exc:
        raise InvalidCatalogue(f"{plain(path.name)[:100]} {exc.problem}. Nothing was changed. {exc.advice}") from exc

"""VERB: load_catalogues. Publishers' files into the tables: all of one run, or nothing.

What rules say of a technique or control may change with it, so then the next rulebook version is frozen too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from governance import ledger
from governance.actors import Actor
from governance.catalogues import rows
from governance.catalogues.files import Progress, quiet
from governance.catalogues.reading import ReadFile
from governance.catalogues.rows import Counts, Step
from governance.catalogues.values import Baseline, Catalogue, Controls, Mappings, Release, Techniques, order_of
from governance.errors import Forbidden, InvalidCatalogue, OlderRelease
from governance.models import CatalogueRelease, Control, RulebookVersion, Technique
from governance.rule_changes import STREAM, freeze, take_turn
from governance.rule_content import content_of_rows

# A baseline names controls and a mapping names both: what is named comes first.
_ORDER: tuple[type[Any], ...] = (Techniques, Controls, Baseline, Mappings)
_WRITERS: dict[type[Any], Callable[[Any, Step], Counts]] = {
    Techniques: rows.write_techniques,
    Controls: rows.write_controls,
    Baseline: rows.write_baseline,
    Mappings: rows.write_mappings,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file. `is_loaded` says that nothing in it was new: the same release is loaded already."""

    file: ReadFile
    counts: Counts
    is_loaded: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run: each file, and the rulebook version it made, if what a rule says has changed."""

    outcomes: tuple[Outcome, ...]
    version: int | None


def load_catalogues(
    files: Iterable[ReadFile],
    *,
    actor: Actor,
    allow_older: bool = False,
    allow_withdrawing: bool = False,
    dry_run: bool = False,
    progress: Progress = quiet,
) -> Report:
    """Load what was read, and report; with `dry_run`, only report.

    Raises OlderRelease unless `allow_older`, InvalidCatalogue for two files of one series, or one that would withdraw
    more than half of a catalogue unless `allow_withdrawing`, and Forbidden for an agent. Nothing is written then.
    """
    if actor.kind == "agent":
        raise Forbidden("An agent's key loads no catalogues. Nothing was changed.")
    files = sorted(files, key=lambda file: _ORDER.index(type(file.catalogue)))
    _one_of_each(files)
    with transaction.atomic(durable=True):
        take_turn()
        before = content_of_rows()
        outcomes, releases = [], []
        for file in files:
            last = _last(file.catalogue.release)
            if last and not allow_older:
                _refuse_older(file, last)
            counts = _write(file, allow_withdrawing, progress)
            is_loaded = not counts.written and last is not None and _is_same(file, last)
            outcomes.append(Outcome(file, counts, is_loaded))
            if not is_loaded:
                releases.append((file, counts, _release(file, counts, actor)))
        version = None
        if releases and content_of_rows() != before:
            version = freeze(actor=actor, reason=_reason(file for file, _, _ in releases))
        for file, counts, release in releases:
            _record(file, counts, release, version, actor)
        if dry_run:
            transaction.set_rollback(True)
    return Report(tuple(outcomes), version.version if version else None)


def _one_of_each(files: Sequence[ReadFile]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        series = _series(file.catalogue.release)
        if series in seen:
            raise InvalidCatalogue(
                f"{seen[series]} and {file.name} are both {file.catalogue.release.title}. Nothing was changed."
                " Name one of them."
            )
        seen[series] = file.name


def _series(release: Release) -> tuple[str, str]:
    """What a release comes after: of each catalogue one series, of baselines one for each level."""
    return release.catalogue, release.title if release.catalogue == CatalogueRelease.Catalogue.BASELINE else ""


def _last(release: Release) -> CatalogueRelease | None:
    catalogue, title = _series(release)
    loaded = CatalogueRelease.objects.filter(catalogue=catalogue)
    return (loaded.filter(title=title) if title else loaded).first()


def _refuse_older(file: ReadFile, last: CatalogueRelease) -> None:
    release = file.catalogue.release
    if order_of(release.version) < order_of(last.version):
        raise OlderRelease(
            f"{file.name} is {release.title} {release.version}, and {last.version} is loaded. Nothing was changed."
            " Take a newer file, or say --allow-older to go back."
        )


def _is_same(file: ReadFile, last: CatalogueRelease) -> bool:
    return (last.digest, last.version) == (file.digest, file.catalogue.release.version)


def _write(file: ReadFile, allow_withdrawing: bool, progress: Progress) -> Counts:
    catalogue: Catalogue = file.catalogue
    in_force = _in_force(catalogue)
    counts = _WRITERS[type(catalogue)](catalogue, lambda done, of: progress(f"Writing {file.name}", done, of))
    if counts.withdrawn * 2 > in_force and not allow_withdrawing:
        raise InvalidCatalogue(
            f"{file.name} would withdraw {counts.withdrawn} of {in_force}, so it is hardly the whole of"
            f" {catalogue.release.title}. Nothing was changed. Take the whole, or say --allow-withdrawing if it is."
        )
    return counts


def _in_force(catalogue: Catalogue) -> int:
    """How many entries the publisher of a catalogue has in force with us now."""
    if isinstance(catalogue, Techniques):
        said = Technique.objects.filter(framework=catalogue.release.catalogue)
    elif isinstance(catalogue, Controls):
        return Control.objects.filter(is_withdrawn=False).exclude(published={}).count()
    else:
        return 2**31  # a baseline or a mapping may be as short as its publisher likes: no rule names its rows
    return said.filter(is_withdrawn=False).exclude(published={}).count()


def _release(file: ReadFile, counts: Counts, actor: Actor) -> CatalogueRelease:
    release = file.catalogue.release
    return CatalogueRelease.objects.create(
        catalogue=release.catalogue,
        title=release.title,
        version=release.version,
        digest=file.digest,
        counts=counts.as_numbers(),
        loaded_by=actor.name[:255],
    )


def _reason(files: Iterable[ReadFile]) -> str:
    loaded = (f"{file.catalogue.release.title} {file.catalogue.release.version}" for file in files)
    return f"Catalogues loaded: {', '.join(loaded)}."


def _record(
    file: ReadFile, counts: Counts, release: CatalogueRelease, version: RulebookVersion | None, actor: Actor
) -> None:
    ledger.append(
        "catalogue.loaded",
        actor=actor,
        stream=STREAM,
        subject={"kind": "cataloguerelease", "id": str(release.pk)},
        data={
            "catalogue": release.catalogue,
            "title": release.title,
            "release": release.version,
            "file": file.name,
            "file_digest": release.digest,
            **counts.as_numbers(),
            "version": version and version.version,
            "digest": version and version.digest,
        },
    )

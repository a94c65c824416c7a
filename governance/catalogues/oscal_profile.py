"""A baseline of NIST SP 800-53 from an OSCAL profile: the controls it takes from the catalogue. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from governance.catalogues import oscal
from governance.catalogues.documents import EXPECTED, Unreadable, once, part, parts, plain, texts
from governance.catalogues.identifiers import control_id
from governance.catalogues.values import BASELINE, Baseline, Release

_LEVEL = re.compile(r"\b(low|moderate|high|privacy)(?:[ -]impact)?[ -](?:control[ -])?baseline\b", re.IGNORECASE)


def read(document: dict[str, Any]) -> Baseline:
    """The level, told by the title, and the controls of a baseline. Raises Unreadable."""
    profile = part(document, "profile")
    title = oscal.title_of(profile, EXPECTED["baseline"])
    levels = {match.lower() for match in _LEVEL.findall(title)}
    if len(levels) != 1:
        raise Unreadable(
            f"does not say in its title which baseline it is: {title[:100]}",
            "Take the profile of the low, moderate, high or privacy baseline.",
        )
    level = levels.pop()
    controls = tuple(_number(written) for written in _taken(profile))
    if not controls:
        raise Unreadable("takes no control by its id")
    once(controls, "control")
    release = Release(BASELINE, f"NIST SP 800-53B {level} baseline", oscal.version_of(profile))
    return Baseline(release, level, controls)


def _taken(profile: dict[str, Any]) -> Iterator[str]:
    """Ids as written. Until OSCAL 1.0 the list was called `include` and held an object for each."""
    for source in parts(profile, "imports"):
        if "include-all" in source or "exclude-controls" in source or "exclude" in source:
            raise Unreadable("takes controls otherwise than by naming each", "Take the profile as NIST publishes it.")
        for taken in parts(source, "include-controls"):
            if taken.get("with-child-controls") == "yes":
                raise Unreadable(
                    "takes controls otherwise than by naming each", "Take the profile as NIST publishes it."
                )
            yield from texts(taken, "with-ids")
        for taken in parts(part(source, "include"), "id-selectors"):
            yield str(taken.get("control-id"))


def _number(written: str) -> str:
    number = control_id(written)
    if number is None:
        raise Unreadable(f"takes {plain(written)[:30]}, which is no control's id")
    return number

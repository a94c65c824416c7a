"""What a publisher's file says, as plain values, whichever format it came in. PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The catalogues, in the words of CatalogueRelease.
ATTACK, ATLAS, OWASP, CONTROLS, BASELINE, MAPPING = "attack", "atlas", "owasp", "controls", "baseline", "mapping"


@dataclass(frozen=True, slots=True)
class Release:
    """Which catalogue a file is, in which version. `title` tells the series apart: each baseline is one of its own."""

    catalogue: str
    title: str
    version: str

    @property
    def source(self) -> str:
        """How a row names the release it was read from, at most 60 characters."""
        return f"{self.title} {self.version}"[:60]


@dataclass(frozen=True, slots=True)
class Tactic:
    """What an attacker is after."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PublishedTechnique:
    """A technique as its publisher has it, with every tactic it serves, in the order of the matrix."""

    id: str
    name: str
    tactics: tuple[Tactic, ...] = ()
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PublishedControl:
    """A control or an enhancement as its publisher has it."""

    id: str
    title: str
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Techniques:
    """ATT&CK Enterprise or ATLAS."""

    release: Release
    tactics: tuple[Tactic, ...]
    techniques: tuple[PublishedTechnique, ...]


@dataclass(frozen=True, slots=True)
class Controls:
    """SP 800-53, or a part of it: what a part leaves out is not withdrawn."""

    release: Release
    controls: tuple[PublishedControl, ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Baseline:
    """The ids of the controls in a baseline. `level` is low, moderate, high or privacy."""

    release: Release
    level: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mappings:
    """Which control mitigates which technique: pairs of (technique, control), each once.

    `rows` is how many statements the file makes, `passed_over` how many entries say that there is none.
    """

    release: Release
    pairs: tuple[tuple[str, str], ...]
    rows: int
    passed_over: int


Catalogue = Techniques | Controls | Baseline | Mappings


def order_of(version: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What two versions are compared by: their numbers, then the date in brackets.

    "18.1" comes after "18" and before "18.10"; "5.1.1+u4 (2024-02-04)" after "Revision 5 (2020-12-20)".
    """
    number, _, dated = version.partition(" (")
    numbers = [int(digits) for digits in re.findall(r"\d+", number)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), tuple(int(digits) for digits in re.findall(r"\d+", dated))

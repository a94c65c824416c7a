"""The shape of a shipped rating: one line for every name of the same thing. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class ActionType(NamedTuple):
    """One row of the table. `cvss` holds the values of AV AC PR UI S C I A (CVSS 3.1)."""

    pattern: str
    level: str
    cvss: str
    techniques: str
    controls: str
    reversibility: str
    blast_radius: str
    why: str
    extra_points: float = 0.0

    @property
    def vector(self) -> str:
        metrics = zip("AV AC PR UI S C I A".split(), self.cvss.split("/"), strict=True)
        return "CVSS:3.1/" + "/".join(f"{name}:{value}" for name, value in metrics)


class Rating(NamedTuple):
    """An ActionType under each of its `names`: clients call one thing database.write and database_write."""

    names: str
    level: str
    cvss: str
    techniques: str
    controls: str
    reversibility: str
    blast_radius: str
    why: str
    extra_points: float = 0.0

    def action_types(self) -> Iterator[ActionType]:
        return (ActionType(name, *self[1:]) for name in self.names.split())

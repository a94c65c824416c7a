"""How a pending action is approved: the route, frozen on the action when it is submitted. PURE.

For now there is one route: one reviewer whose level reaches the score.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# A reviewer of level n may approve scores up to CEILINGS[n] (wire-contract 13.4).
CEILINGS = {1: 50.0, 2: 70.0, 3: 85.0, 4: 100.0}


@dataclass(frozen=True, slots=True)
class Stage:
    """`needed` distinct people of at least this level."""

    needed: int
    level: int
    label: str


@dataclass(frozen=True, slots=True)
class Route:
    """The stages in their order."""

    name: str
    stages: tuple[Stage, ...]

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON, as it is kept on the action."""
        return {"name": self.name, "stages": [asdict(stage) for stage in self.stages]}


def route_for(score: float) -> Route:
    """The route of an action with this score (0 to 100)."""
    level = min(level for level, ceiling in CEILINGS.items() if score <= ceiling)
    return Route("Default", (Stage(1, level, f"1 reviewer of level {level} or above"),))

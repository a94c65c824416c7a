"""The numbers of a replay, added up as it goes along. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.routing import Route
from governance.simulation import Look


@dataclass(slots=True)
class Tally:
    """The numbers of a replay, added up as it goes along."""

    looked: int = 0
    changed: int = 0
    transitions: Counter[str] = field(default_factory=Counter)  # "approved>pending"
    raised: int = 0  # same outcome, higher score
    lowered: int = 0
    levels: int = 0  # same outcome, another level
    rerouted: int = 0  # pending as before, on another route
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)  # from which to which, in words
    applies: int = 0
    unanswered: int = 0

    def add(self, look: Look) -> None:
        """Count one action."""
        self.looked += 1
        self.applies += look.applies
        self.unanswered += look.unanswered
        if look.difference is None:
            return
        before, after = look.difference
        if look.difference.comes_out_differently:
            self.changed += 1
            self.transitions[f"{before.outcome}>{after.outcome}"] += 1
        else:
            self.raised += after.score > before.score
            self.lowered += after.score < before.score
            self.levels += after.level != before.level
            if routes := look.difference.routes:
                self.rerouted += 1
                self.routes[_routes_in_words(*routes)] += 1

    def on_top_of(self, counts: Mapping[str, Any]) -> dict[str, Any]:
        """These numbers and earlier ones as one plain value."""
        transitions = Counter(counts.get("transitions", {})) + self.transitions
        names = ("raised", "lowered", "levels", "rerouted", "applies", "unanswered")
        routes = Counter({(before, after): number for before, after, number in counts.get("routes", ())}) + self.routes
        return (
            {"transitions": dict(transitions)}
            | {name: counts.get(name, 0) + getattr(self, name) for name in names}
            | {"routes": [[*ways, number] for ways, number in routes.most_common()]}
        )


def _routes_in_words(before: Route, after: Route) -> tuple[str, str]:
    """Both by name and people needed; where that is the same, by what they ask for."""
    short = (_in_short(before), _in_short(after))
    if short[0] != short[1]:
        return short
    if (was := _in_full(before)) != (will_be := _in_full(after)):
        return was, will_be
    return short[0], f"{short[1]}, under other house rules"


def _in_short(route: Route) -> str:
    return f"{route.name}, {'1 person' if route.needed == 1 else f'{route.needed} people'}"


def _in_full(route: Route) -> str:
    return f"{route.name}: {', then '.join(stage.words for stage in route.stages)}"

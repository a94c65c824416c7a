"""At which score an agent meets a person: a line for a type of agents, or for one agent. PURE.

The guide's line is 70 for everybody; a type that has no row of its own keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from governance.risk import REVIEW_LINE, Facts


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `review_from` on a person decides; from `deny_from` on (None: never) it is refused. Scores, 0 to 100."""

    review_from: float = REVIEW_LINE
    deny_from: float | None = None
    applies_to: str = "every agent"
    reason: str = ""

    def as_snapshot(self, agent_type: str) -> dict[str, Any]:
        """Plain JSON, to be kept on the action beside its verdict."""
        return {
            "review_from": self.review_from,
            "deny_from": self.deny_from,
            "applies_to": self.applies_to,
            "agent_type": agent_type,
        }


GUIDE = Threshold()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lines of one rulebook version. `make` builds it."""

    by_type: Mapping[str, Threshold] = field(default_factory=dict)
    by_agent: Mapping[tuple[str, str], Threshold] = field(default_factory=dict)

    def for_agent(self, facts: Facts) -> Threshold:
        """The agent's own line (in its team, else in any), else its type's, else the guide's.

        Whoever speaks for another agent is held to both their lines: a new name in a submission is the agent's own
        word, and may not lift a line.
        """
        line = self._of(facts.agent_id, facts.agent_type, facts.team)
        if not facts.principal_id:
            return line
        return stricter(line, self._of(facts.principal_id, facts.principal_type, facts.team))

    def _of(self, agent_id: str, agent_type: str, team: str) -> Threshold:
        own = self.by_agent.get((agent_id, team)) or self.by_agent.get((agent_id, ""))
        return own or self.by_type.get(agent_type, GUIDE)


def stricter(one: Threshold, other: Threshold) -> Threshold:
    """The line that holds where two do: one of them where it is no higher anywhere, else the lower half of each."""
    denials = [line.deny_from for line in (one, other) if line.deny_from is not None]
    review, deny = min(one.review_from, other.review_from), min(denials, default=None)
    for line in (one, other):
        if (line.review_from, line.deny_from) == (review, deny):
            return line
    return Threshold(review, deny, f"{one.applies_to} and {other.applies_to}", f"{one.reason} {other.reason}".strip())


def make(rows: Iterable[Mapping[str, Any]]) -> Thresholds:
    """The lines of rows with agent_type or agent_id (and team, a name or ""), review_from, deny_from and reason.

    Raises ValueError for a review line outside 0 to 90: a critical score never passes without a person.
    """
    by_type: dict[str, Threshold] = {}
    by_agent: dict[tuple[str, str], Threshold] = {}
    for row in rows:
        review, deny = float(row["review_from"]), row["deny_from"]
        if not 0 <= review <= 90:
            raise ValueError(
                _("a person decides from a score between 0 and 90 on, not {given}").format(given=f"{review:g}")
            )
        name = f"{row['agent_type']} agents" if row["agent_type"] else f"agent {row['agent_id']}"
        line = Threshold(review, None if deny is None else float(deny), name, row["reason"])
        if row["agent_type"]:
            by_type[row["agent_type"]] = line
        else:
            by_agent[row["agent_id"], row["team"]] = line
    return Thresholds(by_type, by_agent)

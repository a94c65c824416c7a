"""What the rules did lately, as one person may see it: how often each applied to their latest actions.

What applied stands in each action's frozen verdict and assessment, which no index can be asked. So only the latest
actions are looked at, and the pages say how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

from actions.models import Action, Seat
from governance.models import Person

WINDOW = 1000  # actions looked at
SHOWN = 15  # of them on one page


class Recent:
    """The latest actions a person may see, latest first. Read once, and only when asked for."""

    def __init__(self, person: Person):
        self.person = person

    @cached_property
    def actions(self) -> list[Action]:
        """At most WINDOW of them, with what the rules said."""
        seen = Action.objects.visible_to(self.person)
        if not self.person.has_perm("actions.view_all_teams"):
            seen = seen.filter(pk__in=self._latest_ids())
        return list(seen.only(*_FIELDS).order_by("-pk")[:WINDOW])

    def _latest_ids(self) -> list[int]:
        """Which those are, asked of the indexes one group at a time: few of a million actions may be of a small team.

        A group has its actions as a team, and those whose route asks for it.
        """
        found: set[int] = set()
        for group in self.person.acts_for().values_list("pk", flat=True):
            found |= set(Action.objects.filter(team=group).order_by("-pk").values_list("pk", flat=True)[:WINDOW])
            asked = Seat.objects.filter(group=group).order_by("-action_id").values_list("action_id", flat=True)
            found |= set(asked.distinct()[:WINDOW])
        return sorted(found, reverse=True)[:WINDOW]

    def where(self, applies: Callable[[Action], bool]) -> Matches:
        """Those to which something applied."""
        return Matches(len(self.actions), [action for action in self.actions if applies(action)])

    def counted(self, names: Callable[[Action], Iterable[str]]) -> Counter[str]:
        """How many of them each name stands on."""
        return Counter(name for action in self.actions for name in set(names(action)))


class Matches:
    """Some of a person's latest actions: how many were looked at, how many it is, and the latest to show."""

    def __init__(self, looked_at: int, found: list[Action]):
        self.looked_at = looked_at
        self.count = len(found)
        self.shown = found[:SHOWN]


def policies_on(action: Action) -> list[str]:
    """The names of the policies that applied, enforced or observed. Who could not be answered did not apply."""
    verdict = action.verdict
    observed = [item for item in verdict.get("observed") or () if not item.get("unknown")]
    return [str(item.get("name")) for item in [*(verdict.get("matched") or ()), *observed]]


def route_on(action: Action) -> list[str]:
    """The name of the route an action took; none where the rules settled it."""
    name = action.route.get("name") if action.verdict.get("outcome") == "pending" else None
    return [str(name)] if name else []


def rule_on(action: Action) -> list[str]:
    """The pattern of the rule that rated its type."""
    rule = action.assessment.get("rule")
    return [str(rule)] if rule else []


def techniques_on(action: Action) -> list[str]:
    """The ids of its techniques."""
    return [str(item.get("id")) for item in action.assessment.get("techniques") or ()]


def controls_on(action: Action) -> list[str]:
    """The ids of its controls, and of those its policies serve."""
    mine = [str(item.get("id")) for item in action.assessment.get("controls") or ()]
    return mine + [
        str(control) for item in action.verdict.get("matched") or () for control in item.get("controls") or ()
    ]


_FIELDS = (
    "action_type",
    "resource",
    "risk_level",
    "risk_score",
    "state",
    "created_at",
    "assessment",
    "verdict",
    "route",
)

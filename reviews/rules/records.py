"""What the pages say about one rule, gathered for the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance import cvss, route_preview, stage_texts
from governance.errors import InvalidRule
from governance.models import ActionTypeRule, AgentType, LevelScore, Policy, Route, Threshold
from governance.route_preview import Preview, Sample
from governance.route_rules import make
from governance.routing import Requirement, Stage
from governance.rule_content import Draft, item_of
from reviews.assessments import cvss_words
from reviews.rules import condition_words
from reviews.rules.recent import Matches, Recent, policies_on, route_on, rule_on

ALIKE = 12  # other rules named on a page

EFFECTS: dict[str, Promise] = {
    Policy.Effect.DENY: _("refuses the action"),
    Policy.Effect.REQUIRE_APPROVAL: _("calls a person"),
    Policy.Effect.ALLOW: _("passes it without a person"),
}


class PolicyRecord:
    """A policy, in a list or on its own page."""

    def __init__(self, row: Policy, now: datetime, lately: int = 0):
        self.row = row
        self.lately = lately
        self.effect = EFFECTS.get(row.effect, row.effect)
        self.observes = row.mode == Policy.Mode.OBSERVE
        self.is_early = row.valid_from is not None and now < row.valid_from
        self.is_over = row.valid_until is not None and now >= row.valid_until

    @property
    def condition(self) -> condition_words.Shown:
        """Its condition taken apart."""
        return condition_words.shown(self.row.condition)

    @property
    def names(self) -> list[Any]:
        """What the names in its condition mean."""
        return condition_words.names_in(self.row.condition)

    def matches(self, recent: Recent) -> Matches:
        """The latest actions it applied to."""
        return recent.where(lambda action: self.row.name in policies_on(action))


class RouteRecord:
    """A route, in a list or on its own page. `groups` are the names of the groups its stages ask for, by id."""

    def __init__(self, row: Route, groups: Mapping[int, str], lately: int = 0):
        self.row = row
        self.lately = lately
        self.stages = stage_texts.text_of(row.stages, lambda one: groups.get(one["group"], "?"))

        self.groups = groups

    @property
    def words(self) -> str:
        """Who is wanted, stage after stage; `stages` says the same as the rules' files do."""
        return "; ".join(_stage(stage, self.groups).words for stage in self.row.stages)

    @property
    def condition(self) -> condition_words.Shown | None:
        """Its condition taken apart; None when it has none."""
        return condition_words.shown(self.row.condition) if self.row.condition else None

    @property
    def names(self) -> list[Any]:
        """What the names in its condition mean."""
        return condition_words.names_in(self.row.condition)

    @property
    def catches_all(self) -> bool:
        """Whether every pending action that comes to it takes it."""
        row = self.row
        return not (row.condition or row.team_id or row.score_from or row.score_below)

    def who(self) -> Preview:
        """Who could approve on it today, for the highest score it catches."""
        route = make(item_of(Draft(self.row))).route
        return route_preview.preview(route, Sample(route_preview.highest_score(self.row.score_below), self.row.team_id))

    def matches(self, recent: Recent) -> Matches:
        """The latest actions that took it."""
        return recent.where(lambda action: self.row.name in route_on(action))


def route_records(rows: Iterable[Route], recent: Recent) -> list[RouteRecord]:
    """Routes for a list. One query for the groups of all of them."""
    rows = list(rows)
    wanted = {one.get("group") for row in rows for stage in row.stages for one in stage["requirements"]} - {None}
    groups = dict(Group.objects.filter(pk__in=wanted).values_list("pk", "name"))
    lately = recent.counted(route_on)
    return [RouteRecord(row, groups, lately[row.name]) for row in rows]


class Others:
    """Some other rules, as many as a page has room for, and how many there are besides."""

    def __init__(self, rows: QuerySet[ActionTypeRule]):
        found = list(rows.only("pattern", "level"))
        self.shown, self.more = found[:ALIKE], max(0, len(found) - ALIKE)


class TypeRecord:
    """What an action type means for risk, in a list or on its own page."""

    def __init__(self, row: ActionTypeRule, levels: Mapping[str, float], lately: int = 0):
        self.row = row
        self.lately = lately
        self.base = levels.get(row.level, 0.0)
        self.score = min(100.0, self.base + row.extra_points)

    @property
    def cvss(self) -> cvss.BaseScore | None:
        """Its CVSS score; None for a vector that is none any more."""
        try:
            return cvss.base(self.row.cvss_vector)
        except InvalidRule:
            return None

    @property
    def metrics(self) -> list[tuple[str, str]]:
        """The vector in words."""
        return cvss_words(self.row.cvss_vector)

    @property
    def is_family(self) -> bool:
        """Whether it stands for every type of a dotted family that has no rule of its own."""
        return self.row.pattern.endswith(".*")

    def family(self) -> Others:
        """Others whose types begin the same."""
        first = self.row.pattern.partition(".")[0]
        if first == "*":
            return Others(ActionTypeRule.objects.none())
        return self._others(Q(pattern__startswith=f"{first}.") | Q(pattern=first))

    def alike(self) -> Others:
        """Others rated by the same level, points and vector."""
        return self._others(Q(**{name: getattr(self.row, name) for name in ("level", "extra_points", "cvss_vector")}))

    def _others(self, which: Q) -> Others:
        return Others(ActionTypeRule.objects.filter(which, is_enabled=True).exclude(pk=self.row.pk))

    def matches(self, recent: Recent) -> Matches:
        """The latest actions it rated."""
        return recent.where(lambda action: self.row.pattern in rule_on(action))


def type_records(rows: Iterable[ActionTypeRule], recent: Recent) -> list[TypeRecord]:
    """Action types for a list."""
    levels, lately = scores(), recent.counted(rule_on)
    return [TypeRecord(row, levels, lately[row.pattern]) for row in rows]


def scores() -> dict[str, float]:
    """The base score of each level."""
    return dict(LevelScore.objects.values_list("level", "score"))


def without_line() -> list[str]:
    """The types of agents that have no line of their own, for which the guide's holds."""
    own = set(Threshold.objects.filter(is_enabled=True).exclude(agent_type="").values_list("agent_type", flat=True))
    return [str(kind.label) for kind in AgentType if kind.value not in own]


def _stage(stage: Mapping[str, Any], groups: Mapping[int, str]) -> Stage:
    wanted = [
        Requirement(one["needed"], one.get("level", 1), one.get("group"), groups.get(one.get("group"), "?"))
        for one in stage["requirements"]
    ]
    return Stage(tuple(wanted), stage.get("label", ""))

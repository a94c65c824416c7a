"""The numbers of the dashboard: a few statements, each bounded by the index on created_at or by what waits now.

A range is of submissions: everything that is counted in it was submitted in it, whenever it was decided.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Case, Count, IntegerField, Value, When

from actions.models import Action, ActionQuerySet, Agent
from governance.models import Person
from reviews.dashboard import rows_behind
from reviews.dashboard.span import Span, latest

# So many agents and types have a line of their own; the rest is summed.
TOP = 20
# So many agents are looked through for alerts, the busiest first.
WATCHED = 1000
# So many decisions are timed, the latest first: their times are ranked here, alike on every engine.
TIMED = 20_000
_TIMED_BY = ("level", "agent", "type", "column")
# A line of the rest, in the place of a key.
REST = None

Counts = dict[str, int]


# What splits every submission without a rest; the other numbers are sums of these.
_SPLIT = ("at_once", "approved", "rejected", "expired", "sent_back", "withdrawn", "waiting")
_SUMS = {
    "decided": ("approved", "rejected", "sent_back"),
    "other": ("sent_back", "withdrawn"),
    "settled": ("approved", "rejected", "expired", "sent_back", "withdrawn"),
    "sent": ("approved", "rejected", "expired", "sent_back", "withdrawn", "waiting"),
}


def _counters() -> dict[str, Count]:
    """One number for each part of the split, and what crosses it."""
    split = {name: Count("pk", filter=rows_behind.DECISIONS[name]) for name in _SPLIT}
    refused = Count("pk", filter=rows_behind.DECISIONS["refused"])
    return {"submitted": Count("pk"), **split, "refused": refused}


def _with_sums(counts: Counts) -> Counts:
    return {**counts, **{name: sum(counts[part] for part in parts) for name, parts in _SUMS.items()}}


@dataclass(frozen=True)
class Times:
    """How long people took: the nearest-rank percentiles of so many decisions."""

    count: int = 0
    p50: timedelta | None = None
    p95: timedelta | None = None

    @classmethod
    def of(cls, values: Iterable[timedelta]) -> Times:
        """The percentiles of some lengths of time."""
        ranked = sorted(values)
        return cls(len(ranked), nearest_rank(ranked, 50), nearest_rank(ranked, 95))


@dataclass(frozen=True)
class Scope:
    """Whose dashboard, of which days, and of which team and agent if not of all."""

    person: Person
    span: Span
    now: datetime
    team: Group | None = None
    agent: Agent | None = None

    @property
    def all_rows(self) -> ActionQuerySet:
        """Every action it is about, of any day. Tests that are settled are not among them."""
        rows = Action.objects.visible_to(self.person).filter(rows_behind.REAL).order_by()
        rows = rows.filter(team=self.team) if self.team else rows
        return rows.filter(agent=self.agent) if self.agent else rows

    @property
    def rows(self) -> ActionQuerySet:
        """Those of the range."""
        return self.of(self.span)

    @property
    def today(self) -> Span:
        """This day, in the person's zone."""
        return latest(1, self.now, self.span.zone)

    def of(self, span: Span) -> ActionQuerySet:
        """Those of another range."""
        return self.all_rows.filter(created_at__gte=span.since, created_at__lt=span.until)


@dataclass
class Numbers:
    """The numbers of one scope, each read when it is first asked for."""

    scope: Scope
    _names: dict[int, str] = field(default_factory=dict)

    @cached_property
    def today(self) -> Counts:
        """What was submitted today, and what became of it."""
        if self.scope.span.last == self.scope.today.first and self.scope.span.step == 1:
            return self.by_column[-1]
        return _with_sums(self.scope.of(self.scope.today).aggregate(**_counters()))

    @cached_property
    def by_column(self) -> list[Counts]:
        """The same for each column of the charts."""
        rows = self.scope.rows.annotate(column=column_of(self.scope.span.edges))
        found = _grouped(rows, "column")
        return [found.get(index, _nothing()) for index in range(len(self.scope.span.columns))]

    @cached_property
    def total(self) -> Counts:
        """The same for the whole range."""
        return _sum(self.by_column)

    @property
    def late(self) -> int:
        """How many people decided after the moment of their escalation."""
        return self._exceptions["late"]

    @property
    def degraded(self) -> int:
        """How many were scored though a rule could not be evaluated."""
        return self._exceptions["degraded"]

    @cached_property
    def _exceptions(self) -> Counts:
        waited = self.scope.rows.filter(rows_behind.DECISIONS["sent"])
        kinds = {"late": rows_behind.LATE, "degraded": rows_behind.DEGRADED}
        return waited.aggregate(**{name: Count("pk", filter=rows) for name, rows in kinds.items()})

    @cached_property
    def watched(self) -> dict[int, Counts]:
        """The busiest agents."""
        return _grouped(self.scope.rows, "agent_id", WATCHED)

    @cached_property
    def by_agent(self) -> dict[int | None, Counts]:
        """The busiest agents, and the rest of them in one."""
        return _with_rest(dict(list(self.watched.items())[:TOP]), self.total)

    @cached_property
    def by_type(self) -> dict[str | None, Counts]:
        """The most frequent types of action, and the rest of them in one."""
        return _with_rest(_grouped(self.scope.rows, "action_type", TOP), self.total)

    @cached_property
    def times(self) -> dict[str, dict[Any, Times]]:
        """How long people took: in `all`, and by `level`, `agent`, `type` and `column` of the charts."""
        edges = self.scope.span.edges
        taken: dict[str, dict[Any, list[timedelta]]] = {name: {} for name in ("all", *_TIMED_BY)}
        for *keys, created, decided in self._timed:
            agent, kind, level = keys
            in_groups = {
                "all": None,
                "level": level,
                "agent": agent if agent in self.by_agent else REST,
                "type": kind if kind in self.by_type else REST,
                "column": bisect_right(edges, created),
            }
            for name, key in in_groups.items():
                taken[name].setdefault(key, []).append(decided - created)
        return {name: {key: Times.of(values) for key, values in by.items()} for name, by in taken.items()}

    @property
    def is_timed_in_part(self) -> bool:
        """Whether there were more decisions than are timed."""
        return len(self._timed) == TIMED

    @cached_property
    def _timed(self) -> list[tuple[int, str, str, datetime, datetime]]:
        rows: Any = self.scope.rows.filter(rows_behind.TIMED).order_by("-created_at")
        return list(rows.values_list("agent_id", "action_type", "risk_level", "created_at", "decided_at")[:TIMED])

    @cached_property
    def waiting(self) -> dict[str, Counts]:
        """What waits now, whenever it was submitted: by level, in all, by age, and reminded of."""
        now = self.scope.now
        ages = {name: Count("pk", filter=rows_behind.age(name, now)) for name in rows_behind.AGES}
        rows = self.scope.all_rows.pending().values("risk_level")
        more = {"all": Count("pk"), "reminded": Count("pk", filter=rows_behind.reminded(now))}
        found: Any = rows.annotate(**ages, **more)
        return {row.pop("risk_level"): row for row in found}

    def names(self, agents: Iterable[int]) -> Mapping[int, str]:
        """What these agents call themselves."""
        missing = set(agents) - self._names.keys()
        if missing:
            self._names |= dict(Agent.objects.filter(pk__in=missing).values_list("pk", "agent_id"))
        return self._names


def nearest_rank(ranked: Sequence[timedelta], percent: int) -> timedelta | None:
    """The value of rank ceil(percent/100 * n): always one that was really taken; None of nothing."""
    return ranked[-(-percent * len(ranked) // 100) - 1] if ranked else None


def column_of(edges: list[datetime]) -> Case:
    """The column of the chart that a row is in."""
    cases = [When(created_at__lt=edge, then=Value(index)) for index, edge in enumerate(edges)]
    return Case(*cases, default=Value(len(edges)), output_field=IntegerField())


def _grouped(rows: Any, key: str, most: int | None = None) -> dict[Any, Counts]:
    """The counts of each value of a column, the most frequent first."""
    counted = rows.values(key).annotate(**_counters()).order_by("-submitted", key)[:most]
    return {row.pop(key): _with_sums(row) for row in counted}


def _nothing() -> Counts:
    return _with_sums(dict.fromkeys(_counters(), 0))


def _sum(counts: Iterable[Counts]) -> Counts:
    total = _nothing()
    for one in counts:
        for name, number in one.items():
            total[name] += number
    return total


def _with_rest(top: Mapping[Any, Counts], total: Counts) -> dict[Any, Counts]:
    """These, and what is missing of the total as one more, if anything is."""
    known = _sum(top.values())
    # Read a moment apart: what came in between makes nothing negative.
    rest = {name: max(0, total[name] - known[name]) for name in total}
    return {**top, REST: rest} if any(rest.values()) else dict(top)

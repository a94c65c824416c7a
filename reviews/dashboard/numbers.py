"""The numbers of the dashboard: a few statements, each bounded by the index on created_at or by what waits now.

A range is of submissions: everything that is counted in it was submitted in it, whenever it was decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import (
    Case,
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from actions.models import Action, ActionQuerySet, Agent
from governance.models import Person
from reviews.dashboard import rows_behind
from reviews.dashboard.span import Span, latest

# So many agents and types have a line of their own; the rest is summed.
TOP = 20
# So many agents are looked through for alerts, the busiest first.
WATCHED = 1000
PERCENTILES = (50, 95)
# A line of the rest, in the place of a key.
REST = None

Counts = dict[str, int]


def _counters() -> dict[str, Count]:
    found = {name: Count("pk", filter=rows) for name, rows in rows_behind.DECISIONS.items() if rows}
    return {
        "submitted": Count("pk"),
        **found,
        "late": Count("pk", filter=rows_behind.LATE),
    }


@dataclass(frozen=True)
class Times:
    """How long people took: the nearest-rank percentiles of so many decisions."""

    count: int = 0
    p50: timedelta | None = None
    p95: timedelta | None = None


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
        return self.scope.of(self.scope.today).aggregate(**_counters())

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

    @cached_property
    def degraded(self) -> int:
        """How many were scored though a rule could not be evaluated."""
        return self.scope.rows.filter(rows_behind.DEGRADED).count()

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
        """How long people took: in `all`, and by `level`, `agent` and `type`."""
        agents = [key for key in self.by_agent if key is not REST]
        types = [key for key in self.by_type if key is not REST]
        return percentiles(
            self.scope.rows.filter(rows_behind.TIMED),
            {
                "all": Value(0, IntegerField()),
                "level": F("risk_level"),
                "agent": _one_of("agent_id", agents, IntegerField()),
                "type": _one_of("action_type", types, CharField()),
            },
        )

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


def percentiles(rows: ActionQuerySet, groups: Mapping[str, Any]) -> dict[str, dict[Any, Times]]:
    """The nearest-rank percentiles of decision time in each group, in one statement that returns little.

    The database ranks the rows within each group; only the rows that are a percentile of one come back. The value of
    rank ceil(p/100 * n) is the p-th percentile of n values: always a time that was really taken.
    """
    took = ExpressionWrapper(F("decided_at") - F("created_at"), output_field=DurationField())
    rows = rows.annotate(took=took, **{f"key_{name}": group for name, group in groups.items()})
    wanted = Q()
    for name in groups:
        within = F(f"key_{name}")
        rank = Window(RowNumber(), partition_by=[within], order_by=[F("took").asc()])
        rows = rows.annotate(**{f"rank_{name}": rank, f"n_{name}": Window(Count("pk"), partition_by=[within])})
        for percent in PERCENTILES:
            wanted |= _is_percentile(percent, f"rank_{name}", f"n_{name}")
    columns = [f"{kind}_{name}" for name in groups for kind in ("key", "rank", "n")]
    found: dict[str, dict[Any, dict[int, timedelta]]] = {name: {} for name in groups}
    sizes: dict[tuple[str, Any], int] = {}
    for row in rows.filter(wanted).values("took", *columns):
        for name in groups:
            key, rank, count = row[f"key_{name}"], row[f"rank_{name}"], row[f"n_{name}"]
            sizes[name, key] = count
            for percent in PERCENTILES:
                if rank == math.ceil(percent * count / 100):
                    found[name].setdefault(key, {})[percent] = row["took"]
    return {
        name: {key: Times(sizes[name, key], at.get(50), at.get(95)) for key, at in keys.items()}
        for name, keys in found.items()
    }


def _is_percentile(percent: int, rank: str, count: str) -> Q:
    """rank = ceil(percent/100 * count), in whole numbers."""
    place, least = F(rank) * 100, F(count) * percent
    return Q(GreaterThanOrEqual(place, least)) & Q(LessThan(place - 100, least))


def column_of(edges: list[datetime]) -> Case:
    """The column of the chart that a row is in."""
    cases = [When(created_at__lt=edge, then=Value(index)) for index, edge in enumerate(edges)]
    return Case(*cases, default=Value(len(edges)), output_field=IntegerField())


def _one_of(column: str, keys: list[Any], kind: Any) -> Case:
    """The column's value where it is one of these; NULL for the rest."""
    return Case(When(**{f"{column}__in": keys}, then=F(column)), default=Value(None), output_field=kind)


def _grouped(rows: Any, key: str, most: int | None = None) -> dict[Any, Counts]:
    """The counts of each value of a column, the most frequent first."""
    counted = rows.values(key).annotate(**_counters()).order_by("-submitted", key)[:most]
    return {row.pop(key): row for row in counted}


def _nothing() -> Counts:
    return dict.fromkeys(_counters(), 0)


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

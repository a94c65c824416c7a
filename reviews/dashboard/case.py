"""Everything the dashboard shows, gathered once: page and CSV read the same tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from reviews.dashboard import alerts, pictures, tables
from reviews.dashboard.alerts import Alert, Elsewhere
from reviews.dashboard.cells import Table
from reviews.dashboard.numbers import Numbers, Scope
from reviews.dashboard.pictures import Picture
from reviews.eligibility import Reviewer
from reviews.filters import HistoryFilter
from reviews.history import visible_entries
from reviews.queues import broken_glass, reviews_glass

TABLES: dict[str, Callable[[Numbers], Table]] = {
    "load": tables.load,
    "waiting": tables.waiting,
    "times": tables.times,
    "outcomes": tables.outcomes,
    "breaches": tables.breaches,
    "agents": tables.by_agent,
    "types": tables.by_type,
}
ALERTS = "alerts"
_REFUSED = ("report.refused", "execution.ungoverned")


class Dashboard:
    """The dashboard of one scope."""

    def __init__(self, scope: Scope, reviewer: Reviewer):
        self.scope = scope
        self.reviewer = reviewer
        self.numbers = Numbers(scope)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was submitted in the range."""
        return not self.numbers.total["submitted"]

    def table(self, slug: str) -> Table | None:
        """One table by its name; None when there is none of it."""
        if slug == ALERTS:
            return self.alert_table
        return TABLES[slug](self.numbers) if slug in TABLES else None

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All of them by name."""
        return {slug: make(self.numbers) for slug, make in TABLES.items()}

    @cached_property
    def alerts(self) -> list[Alert]:
        """What somebody ought to look at."""
        return alerts.alerts(self.numbers, self._elsewhere())

    @property
    def alert_table(self) -> Table:
        """The same as a table."""
        return alerts.as_table(self.alerts)

    @cached_property
    def charts(self) -> list[Picture]:
        """The numbers over time, drawn."""
        draw = (pictures.submitted, pictures.outcomes, pictures.rates, pictures.times)
        return [one(self.numbers) for one in draw]

    def _elsewhere(self) -> Elsewhere:
        # Counted by the very filters of the page they link to.
        days = {"since": str(self.scope.span.first), "until": str(self.scope.span.last)}
        entries, refused = visible_entries(self.scope.person), {}
        for kind in _REFUSED:
            asked = {"kind": kind, **days}
            count = HistoryFilter(asked, entries).qs.count()
            refused[kind] = (count, f"{reverse('history')}?{urlencode(asked)}")
        return Elsewhere(refused, **self._glass())

    def _glass(self) -> dict[str, int]:
        if not reviews_glass(self.reviewer):
            return {}
        late = Q(break_glass__review_by__lte=self.scope.now)
        rows = broken_glass(self.reviewer).order_by()
        return rows.aggregate(glass=Count("pk"), glass_overdue=Count("pk", filter=late))

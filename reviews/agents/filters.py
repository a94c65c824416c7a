"""The filters of the listing of agents."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from actions.models import Agent
from reviews.agents.scope import KINDS
from reviews.filters import Filter

_STATES = {
    "active": Q(is_active=True, blocked_at__isnull=True),
    "blocked": Q(blocked_at__isnull=False),
    "retired": Q(is_active=False),
}


class AgentFilter(Filter):
    """Which agents to show."""

    q = django_filters.CharFilter(
        method="by_text",
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Search id, name, owner"),
                "aria-label": _("Search id, name, owner"),
                "autocomplete": "off",
            }
        ),
    )
    team = django_filters.ModelChoiceFilter(
        queryset=Group.objects.none(),
        empty_label=_("Any team"),
        widget=forms.Select(attrs={"aria-label": _("Team")}),
        error_messages={"invalid_choice": _("There is no such team, or none of its agents is yours to see.")},
    )
    type = django_filters.ChoiceFilter(
        field_name="agent_type",
        choices=[(name, kind.label) for name, kind in KINDS.items()],
        empty_label=_("Any type"),
        widget=forms.Select(attrs={"aria-label": _("Type")}),
    )
    state = django_filters.ChoiceFilter(
        method="by_state",
        choices=[("active", _("May submit")), ("blocked", _("Blocked")), ("retired", _("Retired"))],
        empty_label=_("Blocked or not"),
        widget=forms.Select(attrs={"aria-label": _("State")}),
    )
    order = django_filters.ChoiceFilter(
        method="unfiltered",
        choices=[("seen", _("Last seen first"))],
        empty_label=_("By id"),
        widget=forms.Select(attrs={"aria-label": _("Order")}),
    )

    class Meta:
        model = Agent
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, **kwargs: Any):
        super().__init__(data, queryset, **kwargs)
        self.filters["team"].queryset = Group.objects.filter(pk__in=self.queryset.order_by().values("team")).order_by(
            "name"
        )

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Agents that are called, or owned by somebody called, like this."""
        columns = ("agent_id", "name", "owner__username", "owner__first_name", "owner__last_name")
        return rows.filter(reduce(or_, (Q(**{f"{column}__icontains": value}) for column in columns)))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Agents that may submit now as far as they themselves go, that are blocked, or that are retired."""
        return rows.filter(_STATES[value])

    def unfiltered(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The order takes no row away."""
        return rows

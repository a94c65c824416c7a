"""The filters of lists. Every one offered has an index behind it or runs within one agent's actions."""

from __future__ import annotations

import django_filters

from actions.models import Action, ActionQuerySet
from actions.wire import STATUS_FILTERS


class ActionFilter(django_filters.FilterSet):
    """Query parameters of GET /api/v1/actions and /api/agent-activity."""

    status = django_filters.ChoiceFilter(
        choices=[(word, word) for word in STATUS_FILTERS], method="with_status", label="Status or state"
    )
    status_filter = django_filters.ChoiceFilter(
        choices=[(word, word) for word in STATUS_FILTERS], method="with_status", label="Alias of status"
    )
    agent_id = django_filters.CharFilter(field_name="agent__agent_id")
    action_type = django_filters.CharFilter(field_name="action_type")
    risk_level = django_filters.ChoiceFilter(
        field_name="risk_level", choices=[(word, word) for word in ("low", "medium", "high", "critical")]
    )
    start_date = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    end_date = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")

    class Meta:
        model = Action
        fields: list[str] = []

    def with_status(self, queryset: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        queryset = queryset.filter(state__in=STATUS_FILTERS[value])
        if value == "escalated":
            return queryset.filter(escalated=True)
        if value in ("auto_approved", "blocked"):
            return queryset.filter(decided_via="rules")
        return queryset

"""Actions and outcomes in admin: records to read, with the way to the page on which people decide."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.models import Action, Agent, DecidedVia, Outcome, State
from governance.admin.bounded import SinceFilter, by_index, number_in
from governance.admin.ledger import BigReadOnlyAdmin, in_lines
from governance.admin.list_columns import level_badge
from governance.characters import plain
from governance.models import Level


class _Chosen(admin.SimpleListFilter):
    """One value of a column with a few, without a look at the table for them."""

    column = ""
    choices_of: Any = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(self.choices_of)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class _State(_Chosen):
    title, parameter_name, column, choices_of = gettext_lazy("state"), "state", "state", State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == State.PENDING:
            return by_index(queryset, state=State.PENDING)
        return super().queryset(request, queryset)


class _Level(_Chosen):
    title, parameter_name, column, choices_of = gettext_lazy("level"), "level", "risk_level", Level.choices


class _Via(_Chosen):
    title, parameter_name, column, choices_of = gettext_lazy("decision"), "via", "decided_via", DecidedVia.choices


class _Team(_Chosen):
    title, parameter_name, column = gettext_lazy("team"), "team", "team_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(Group.objects.order_by("name").values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        team = number_in(str(self.value() or ""))
        return queryset if self.value() is None else queryset.filter(team_id=team)


class _Within(SinceFilter):
    field = "created_at"


def _json(text: str) -> SafeString:
    """Canonical JSON with a line for each value; no character of it hides."""
    shown = "\n".join(indent + plain(line) for indent, line in in_lines(text))
    return format_html('<pre class="text" tabindex="0">{}</pre>', shown)


def _portal(action_id: int, words: str = "") -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("action", args=[action_id]), words or f"#{action_id}")


@admin.register(Action)
class ActionAdmin(BigReadOnlyAdmin):
    stream = "action"
    list_display = ("number", "by", "what", "risk", "state", "decided_via", "team", "created_at")
    list_filter = (_Within, _State, _Level, _Via, _Team)
    list_select_related = ("agent", "team")
    search_fields = ("action_type", "resource")
    search_help_text = gettext_lazy("an action's number, an agent's id, or part of a type or resource")
    indexed = frozenset({"within", "team", "agent__id__exact"})
    fieldsets = (
        (None, {"fields": ("page", ("by", "team"), "what", "description_shown", ("risk", "state"), "created_at")}),
        (
            gettext_lazy("Decision"),
            {"fields": (("decided_via", "decided_by_shown"), "reason_shown", "conditions", ("decided_at", "deadline"))},
        ),
        (
            gettext_lazy("What was submitted"),
            {"fields": ("content_shown", "digest", ("principal", "key"), ("correlation_shown", "rulebook_version"))},
        ),
        (gettext_lazy("What the rules said"), {"fields": ("assessment_shown", "verdict_shown", "route_shown")}),
        (gettext_lazy("Beside it"), {"fields": (("supersedes_link", "retry_link", "edited_by"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Action]:
        return super().get_queryset(request).defer("content", "assessment", "verdict", "route", "conditions")

    def is_answered(self, name: str, value: str) -> bool:
        if name == "state":
            return value == State.PENDING  # what waits has an index of its own
        if name == "q":
            return number_in(value) is not None or _agents(value).exists()
        return name in self.indexed

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if (number := number_in(search_term)) is not None:
            return queryset.filter(pk=number), False
        named = list(_agents(search_term).values_list("pk", flat=True)[:20])
        if named:
            return queryset.filter(agent__in=named), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("number"))
    def number(self, action: Action) -> str:
        return f"#{action.pk}"

    @admin.display(description=gettext_lazy("in the portal"))
    def page(self, action: Action) -> SafeString:
        return _portal(
            action.pk, _("Action {number}: what happened, who voted, what can be done").format(number=action.pk)
        )

    @admin.display(description=gettext_lazy("agent"))
    def by(self, action: Action) -> str:
        return plain(action.agent.agent_id, limit=60)

    @admin.display(description=gettext_lazy("what"))
    def what(self, action: Action) -> str:
        return _("{kind} on {resource}").format(
            kind=plain(action.action_type, limit=60), resource=plain(action.resource, limit=80)
        )

    @admin.display(description=gettext_lazy("risk"))
    def risk(self, action: Action) -> str:
        return level_badge(action.risk_score, action.risk_level)

    @admin.display(description=gettext_lazy("in the agent's words"))
    def description_shown(self, action: Action) -> str:
        return plain(action.description)

    @admin.display(description=gettext_lazy("decided by"))
    def decided_by_shown(self, action: Action) -> str:
        return plain(action.decided_by_name) or "-"

    @admin.display(description=gettext_lazy("reason"))
    def reason_shown(self, action: Action) -> str:
        return plain(action.reason) or "-"

    @admin.display(description=gettext_lazy("correlation id"))
    def correlation_shown(self, action: Action) -> str:
        return plain(action.correlation_id) or "-"

    @admin.display(description=gettext_lazy("content"))
    def content_shown(self, action: Action) -> SafeString:
        return _json(action.content)

    @admin.display(description=gettext_lazy("assessment"))
    def assessment_shown(self, action: Action) -> SafeString:
        return _json(json.dumps(action.assessment))

    @admin.display(description=gettext_lazy("verdict"))
    def verdict_shown(self, action: Action) -> SafeString:
        return _json(json.dumps(action.verdict))

    @admin.display(description=gettext_lazy("route"))
    def route_shown(self, action: Action) -> SafeString:
        return _json(json.dumps(action.route))

    @admin.display(description=gettext_lazy("takes the place of"))
    def supersedes_link(self, action: Action) -> SafeString | str:
        return _portal(action.supersedes_id) if action.supersedes_id else "-"

    @admin.display(description=gettext_lazy("possible retry of"))
    def retry_link(self, action: Action) -> SafeString | str:
        return _portal(action.possible_retry_of_id) if action.possible_retry_of_id else "-"


def _agents(term: str) -> QuerySet[Agent]:
    """The agents that call themselves exactly this; one in each team, so a few."""
    return Agent.objects.filter(agent_id=term.strip())


class _Kind(_Chosen):
    title, parameter_name, column, choices_of = gettext_lazy("outcome"), "kind", "kind", Outcome.Kind.choices


@admin.register(Outcome)
class OutcomeAdmin(BigReadOnlyAdmin):
    list_display = ("number", "what", "kind", "duration_ms", "reported_at")
    list_filter = (_Kind,)
    list_select_related = ("action",)
    search_fields = ("action__id",)
    search_help_text = gettext_lazy("an action's number")
    fields = ("page", "kind", "reported_at", "duration_ms", "digest", "report_shown")

    def is_answered(self, name: str, value: str) -> bool:
        return name == "q"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term.strip():
            return queryset, False
        number = number_in(search_term)
        return (queryset.none() if number is None else queryset.filter(action_id=number)), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outcome]:
        heavy = ("content", "assessment", "verdict", "route", "conditions")
        return super().get_queryset(request).defer(*(f"action__{name}" for name in heavy))

    @admin.display(description=gettext_lazy("action"))
    def number(self, outcome: Outcome) -> str:
        return f"#{outcome.action_id}"

    @admin.display(description=gettext_lazy("what"))
    def what(self, outcome: Outcome) -> str:
        return _("{kind} on {resource}").format(
            kind=plain(outcome.action.action_type, limit=60), resource=plain(outcome.action.resource, limit=80)
        )

    @admin.display(description=gettext_lazy("in the portal"))
    def page(self, outcome: Outcome) -> SafeString:
        return _portal(outcome.action_id)

    @admin.display(description=gettext_lazy("report"))
    def report_shown(self, outcome: Outcome) -> SafeString:
        return _json(outcome.report)

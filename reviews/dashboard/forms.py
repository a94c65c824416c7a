"""What a dashboard is asked for: days, a team, an agent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actions.models import Agent
from governance.models import Person
from reviews.dashboard.span import MOST_DAYS, Span, latest
from reviews.rendering import plain

PRESETS = {1: _("Today"), 7: _("7 days"), 30: _("30 days"), 90: _("90 days")}
DEFAULT = 7
# An agent beyond these is found on its own page.
_OFFERED = 500
_EARLIEST = date(2000, 1, 1)


class _Named(forms.ModelChoiceField):
    """A choice of rows whose names came from outside: no character of them hides."""

    def label_from_instance(self, obj: Any) -> str:
        """The name of a row."""
        return plain(str(obj), limit=60)


class DashboardForm(forms.Form):
    """Either one of the presets, or a first and a last day; optionally one team and one agent."""

    days = forms.TypedChoiceField(choices=list(PRESETS.items()), coerce=int, required=False, widget=forms.HiddenInput)
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        required=False, label=pgettext_lazy("the last day", "to"), widget=forms.DateInput(attrs={"type": "date"})
    )
    team = _Named(queryset=Group.objects.none(), required=False, label=_("Team"), empty_label=_("All my teams"))
    agent = _Named(queryset=Agent.objects.none(), required=False, label=_("Agent"), empty_label=_("All agents"))

    def __init__(self, data: Any, *, person: Person, now: datetime):
        super().__init__(data)
        self.now = now
        sees_all = person.has_perm("actions.view_all_teams")
        teams = Group.objects.order_by("name") if sees_all else person.acts_for().order_by("name")
        agents = Agent.objects.order_by("agent_id", "pk")
        if not sees_all:
            agents = agents.filter(team__in=person.acts_for().values("pk"))
        team, agent = cast(_Named, self.fields["team"]), cast(_Named, self.fields["agent"])
        team.queryset, agent.queryset = teams, agents
        self.offered = [(one.pk, agent.label_from_instance(one)) for one in agents[:_OFFERED]]
        for name in ("team", "agent"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label

    @property
    def agent_choices(self) -> list[tuple[int, str]]:
        """The agents to choose from; the one that was chosen is always among them."""
        chosen = self.cleaned_data.get("agent") if self.is_valid() else None
        if chosen is None or any(pk == chosen.pk for pk, _name in self.offered):
            return self.offered
        return [(chosen.pk, plain(str(chosen), limit=60)), *self.offered]

    def clean(self) -> dict[str, Any]:
        """A range of days there can be."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if self.errors or not (since or until):
            return found
        today = timezone.localtime(self.now).date()
        until = min(until or today, today)
        since = since or until
        if since > until:
            raise forms.ValidationError(gettext("The first day is after the last one, or has yet to come."))
        if since < _EARLIEST or (until - since).days >= MOST_DAYS:
            raise forms.ValidationError(gettext("A dashboard covers a year at most. Choose fewer days."))
        return found | {"since": since, "until": until}

    @property
    def span(self) -> Span:
        """The days that were asked for. Only for a form that is valid."""
        zone, since = timezone.get_current_timezone(), self.cleaned_data.get("since")
        if since:
            return Span(since, self.cleaned_data["until"], zone)
        return latest(self.cleaned_data.get("days") or DEFAULT, self.now, zone)

    @property
    def sentences(self) -> list[str]:
        """What is wrong, in words."""
        return [str(error) for errors in self.errors.values() for error in errors]

"""What people arrange at their desk: the forms, and what the queue's page shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from django import forms
from django.contrib.auth.models import Group
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from actions.models import Action
from governance.models import Person
from reviews.desk.filters import QueueFilter
from reviews.eligibility import Reviewer
from reviews.models import SavedView
from reviews.queues import Queue, queue_named
from reviews.rendering import plain
from reviews.saved_views import MAX_NAME, views_of
from reviews.sorting import Sorting

# Longer than any query the page makes; what is left after the filter read it is measured by the verb.
_MAX_SENT = 4000


def normal_query(queue: Queue, query: str) -> str | None:
    """A query as the queue understands it: its filters and its order, nothing else. None when it is not understood."""
    params = QueryDict(query[:_MAX_SENT])
    filters = QueueFilter(params, Action.objects.none(), decided=bool(queue.table))
    return _joined(filters, Sorting(queue.orders, params))


def _joined(filters: QueueFilter, sorting: Sorting) -> str | None:
    query = filters.query
    if query is None or not sorting.given:
        return query
    return f"{query}&order={sorting.given}" if query else f"order={sorting.given}"


class ViewForm(forms.Form):
    """A name, and with whom the view is shared."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        error_messages={
            "required": _("A view needs a name. Nothing was saved. Give it one and save again."),
            "max_length": _("The name is longer than 60 characters. Nothing was saved. Shorten it."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    team = forms.ChoiceField(
        label=_("Shared with"),
        required=False,
        error_messages={"invalid_choice": _("You can share a view with a team of yours only. Nothing was saved.")},
    )

    def __init__(self, *args: Any, teams: Iterable[Group], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._teams = {str(team.pk): team for team in teams}
        choices = [("", _("Nobody")), *((pk, plain(team.name)) for pk, team in self._teams.items())]
        cast(forms.ChoiceField, self.fields["team"]).choices = choices

    def clean_team(self) -> Group | None:
        """The team itself; None for nobody."""
        return self._teams.get(self.cleaned_data["team"])

    @property
    def sentence(self) -> str:
        """The first thing that is wrong with it."""
        return next((str(errors[0]) for errors in self.errors.values()), "")


class SaveForm(ViewForm):
    """The same, with the queue and the query that the page showed."""

    queue = forms.CharField(max_length=20, widget=forms.HiddenInput)
    query = forms.CharField(max_length=_MAX_SENT, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The query as the filter reads it; what it does not know is dropped."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        queue = queue_named(given.get("queue", ""))
        query = normal_query(queue, given.get("query", "")) if queue else None
        if query is None:
            raise forms.ValidationError(
                _("These filters were not understood. Nothing was saved. Open the queue and set them again.")
            )
        return given | {"query": query}


class Desk:
    """The saved views beside a queue, and the forms to keep them."""

    def __init__(self, reviewer: Reviewer, shown: list[Queue], queue: Queue, filters: QueueFilter, sorting: Sorting):
        self._person: Person = reviewer.person
        self._teams = reviewer.teams
        self._slugs = {one.slug for one in shown}
        self._queue = queue
        self.query = _joined(filters, sorting)

    @cached_property
    def views(self) -> list[ViewLink]:
        """Their own first, then those others share; of queues this person has."""
        found = [
            ViewLink(view, view.person_id == self._person.pk, self._is_here(view))
            for view in views_of(self._person)
            if view.queue in self._slugs
        ]
        return sorted(found, key=lambda link: not link.is_own)

    @property
    def own(self) -> list[tuple[SavedView, ViewForm]]:
        """Each of their own with the form to change it."""
        return [(link.view, self._form(link.view)) for link in self.views if link.is_own]

    @cached_property
    def saving(self) -> SaveForm:
        """The form that keeps what is shown now."""
        return SaveForm(
            initial={"queue": self._queue.slug, "query": self.query or ""}, teams=self._teams, auto_id="view-%s"
        )

    def _form(self, view: SavedView) -> ViewForm:
        initial = {"name": view.name, "team": view.team_id}
        return ViewForm(initial=initial, teams=self._teams, auto_id=f"view-{view.pk}-%s")

    def _is_here(self, view: SavedView) -> bool:
        return view.queue == self._queue.slug and view.query == self.query


class ViewLink:
    """A saved view as a chip."""

    def __init__(self, view: SavedView, is_own: bool, is_here: bool):
        self.view = view
        self.is_own = is_own
        self.is_here = is_here

    @property
    def url(self) -> str:
        """Where it leads: the queue itself reads the query, as if it had been typed."""
        return _url(self.view)


def _url(view: SavedView) -> str:
    queue = queue_named(view.queue)
    base = queue.url if queue else "/"
    return f"{base}?{view.query}" if view.query else base

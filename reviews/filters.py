"""The filter of the history, declared once for page and export; what it shares with that of the queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.ledger.kinds import KINDS
from governance.models import LedgerEntry
from reviews.days import end_of, start_of
from reviews.kind_words import in_words

# How far back a text is looked for when no dates are given: no index can answer "contains".
TEXT_WINDOW = timedelta(days=90)


def saying(text: str) -> Q:
    """Actions that hold the text where a reader sees it; `#12` and `12` also find the action of that number."""
    found = Q(description__icontains=text) | Q(tool_name__icontains=text) | Q(resource__icontains=text)
    found |= Q(action_type__icontains=text) | Q(agent__agent_id__icontains=text) | Q(agent_name__icontains=text)
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        found |= Q(pk=int(number))
    return found


class Chip(NamedTuple):
    """A filter in use: its name, its label, its value in words."""

    name: str
    label: str
    words: str


class Filter(django_filters.FilterSet):
    """A filter that shows nothing, rather than everything, when it is not understood."""

    @property
    def is_valid_or_unused(self) -> bool:
        """Whether every filter given was understood."""
        return not self.is_bound or bool(self.form.is_valid())

    @property
    def qs(self) -> QuerySet[Any]:
        """The filtered rows; none when a filter was not understood."""
        return super().qs if self.is_valid_or_unused else self.queryset.none()

    @property
    def used(self) -> dict[str, str]:
        """The filters in use, as text."""
        if not self.is_bound or not self.form.is_valid():
            return {}
        given = self.form.cleaned_data.items()
        return {name: str(value) for name, value in given if value not in (None, "") and value is not False}

    @property
    def chips(self) -> list[Any]:
        """The filters in use, in words."""
        found = []
        for name, value in self.used.items():
            if not (field := self.form.fields[name]).widget.is_hidden:
                label = field.widget.attrs.get("aria-label") or field.label
                found.append(Chip(name, str(label), _said(field, name, value)))
        return found


def _said(field: forms.Field, name: str, value: str) -> str:
    """What is chosen, as the list of choices says it; a text as it was typed, and a ticked box as "yes"."""
    if isinstance(field, forms.BooleanField | forms.NullBooleanField):
        return gettext("yes")
    offered = [(str(key), label) for key, label in _flat(getattr(field, "choices", ()))]
    return str(dict(offered).get(value, value))


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        yield from _flat(label) if isinstance(label, list | tuple) else [(value, label)]


def search_box(label: str | Promise) -> forms.TextInput:
    """A text to look for."""
    return forms.TextInput(attrs={"type": "search", "placeholder": label, "aria-label": label, "autocomplete": "off"})


def select_box(label: str | Promise) -> forms.Select:
    """One of a list."""
    return forms.Select(attrs={"aria-label": label})


def day_box(label: str | Promise) -> forms.DateInput:
    """A day."""
    return forms.DateInput(attrs={"type": "date", "aria-label": label})


def _kind_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[str]] = {}
    for kind in KINDS:
        groups.setdefault(kind.split(".")[0], []).append(kind)
    return [
        (
            in_words(group),
            [
                (f"{group}.*", gettext("{group}: all").format(group=in_words(group))),
                *((kind, in_words(kind)) for kind in kinds),
            ],
        )
        for group, kinds in groups.items()
    ]


class HistoryFilter(Filter):
    """Which entries of the history to show."""

    q = django_filters.CharFilter(method="by_text", max_length=200, widget=search_box(_("Search what happened")))
    kind = django_filters.ChoiceFilter(
        method="by_kind", choices=_kind_choices, empty_label=_("Anything"), widget=select_box(_("What"))
    )
    actor = django_filters.CharFilter(method="by_actor", max_length=200, widget=search_box(_("Who")))
    action = django_filters.NumberFilter(
        field_name="action_id",
        min_value=1,
        max_value=2**63 - 1,
        decimal_places=0,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "placeholder": _("Action no."), "aria-label": _("Action number")}
        ),
    )
    since = django_filters.DateFilter(
        method="from_day", widget=forms.DateInput(attrs={"type": "date", "aria-label": _("From day")})
    )
    until = django_filters.DateFilter(
        method="to_day", widget=forms.DateInput(attrs={"type": "date", "aria-label": _("To day")})
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def by_kind(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One kind of entry, or a whole group of them."""
        if not value.endswith(".*"):
            return rows.filter(type=value)
        return rows.filter(type__in=[kind for kind in KINDS if kind.startswith(value[:-1])])

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries whose text holds these words."""
        return self._recent(rows).filter(Q(subject__icontains=value) | Q(body__icontains=value))

    def by_actor(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries of an actor, by name or id."""
        return self._recent(rows).filter(Q(actor_name__icontains=value) | Q(actor_id__iexact=value))

    def from_day(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """From the beginning of a day on."""
        return rows.filter(ts__gte=start_of(value))

    def to_day(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Up to the end of a day."""
        return rows.filter(ts__lt=end_of(value))

    @property
    def is_windowed(self) -> bool:
        """Whether a text is looked for in recent entries only."""
        used = self.used
        return bool({"q", "actor"} & used.keys()) and not {"since", "until", "action"} & used.keys()

    def _recent(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(ts__gte=timezone.now() - TEXT_WINDOW) if self.is_windowed else rows

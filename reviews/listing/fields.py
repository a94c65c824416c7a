"""The fields that the filters of the listing are made of. None of them filters by itself: filters.py does."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _


class _Box(forms.CheckboxInput):
    """A box whose tick is "1" in the address, and that leaves anything else to be refused."""

    def __init__(self) -> None:
        super().__init__(check_test=lambda value: value == "1")

    def format_value(self, value: Any) -> str:
        return "1"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, "")


def flag(label: Any) -> Any:
    """A filter that is on or not."""
    return django_filters.ChoiceFilter(label=label, method="later", choices=[("1", _("yes"))], widget=_Box())


def choice(label: Any, empty: Any, choices: Any = ()) -> Any:
    """A filter by one of a few values."""
    return django_filters.ChoiceFilter(
        label=label, method="later", choices=list(choices), empty_label=empty, widget=forms.Select()
    )


def text(label: Any) -> Any:
    """A filter by a text."""
    box = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return django_filters.CharFilter(label=label, method="later", max_length=200, widget=box)


def date(label: Any) -> Any:
    """A filter by a day."""
    return django_filters.DateFilter(label=label, method="later", widget=forms.DateInput(attrs={"type": "date"}))

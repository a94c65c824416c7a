"""The parameters of the listing of actions by which a number of the dashboard leads to its rows."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.filters import Filter

ROWS_BEHIND = ("decision", "age", "reminded", "hour")

_BECAME = [
    ("submitted", _("Any but settled tests")),
    ("at_once", _("Settled by the rules at once")),
    ("sent", _("Sent to people")),
    ("settled", _("Sent to people, and settled")),
    ("decided", _("Decided by people")),
    ("approved", _("Approved by people")),
    ("rejected", _("Rejected by people")),
    ("sent_back", _("Sent back")),
    ("expired", _("Expired")),
    ("withdrawn", _("Withdrawn or revoked")),
    ("other", _("Sent back, withdrawn or revoked")),
    ("waiting", _("Still waiting")),
    ("refused", _("Rejected by people or rules")),
]
_AGES = [
    ("under-1h", _("Under 1 h")),
    ("1h-4h", _("1–4 h")),
    ("4h-24h", _("4–24 h")),
    ("over-24h", _("Over a day")),
]


class RowsBehind(Filter):
    """What became of an action, how old it is, whether its reminder passed, and in which hour it came."""

    decision = django_filters.ChoiceFilter(
        label=_("What became of it"), method="later", choices=_BECAME, empty_label=_("Anything")
    )
    age = django_filters.ChoiceFilter(label=_("Age"), method="later", choices=_AGES, empty_label=_("Any age"))
    reminded = django_filters.ChoiceFilter(
        label=_("Reminder"), method="later", choices=[("1", _("Waits past its reminder"))], empty_label=_("Any")
    )
    hour = django_filters.CharFilter(
        label=_("Hour (UTC)"),
        method="later",
        max_length=13,
        widget=forms.TextInput(attrs={"placeholder": "2026-11-24T10", "autocomplete": "off"}),
    )

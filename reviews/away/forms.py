"""What somebody says who will be away."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.delegations import MAX_REASON
from governance.models import Person
from governance.roles import DECIDING_ROLES


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AwayForm(forms.Form):
    """Who acts for the person, and when. Times are of the person's own zone, which the labels name."""

    delegate = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who acts for you"), empty_label=_("Choose a reviewer")
    )
    starts_at = forms.DateTimeField(required=False, widget=_moment(), help_text=_("Empty: from now on."))
    ends_at = forms.DateTimeField(widget=_moment(), help_text=_("At most 90 days later."))
    reason = forms.CharField(
        required=False, max_length=MAX_REASON, label=_("Reason"), help_text=_("Kept in the ledger.")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].label = gettext("From (%(zone)s)") % {"zone": zone}
        self.fields["ends_at"].label = gettext("Until (%(zone)s)") % {"zone": zone}
        others = Person.objects.filter(is_active=True, role__in=DECIDING_ROLES, approval_level__isnull=False)
        mine = {person.pk, person.identity}
        others = others.exclude(pk__in=mine).exclude(same_as__in=mine)
        cast(forms.ModelChoiceField, self.fields["delegate"]).queryset = others.order_by("first_name", "username")


class EndForm(forms.Form):
    """Why it ends early, if they like to say."""

    reason = forms.CharField(required=False, max_length=MAX_REASON)

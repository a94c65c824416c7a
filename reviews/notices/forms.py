"""What a person says about how they want to be told."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import NoticePreference
from reviews.notices.preferences import FIELDS


class PreferenceForm(forms.ModelForm):
    """One person's preference. What goes together is checked by the verb."""

    digest_hour = forms.TypedChoiceField(
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        label=_("Hour of the daily mail"),
        help_text=_("When notices come once a day, on your clock."),
    )

    class Meta:
        model = NoticePreference
        fields = FIELDS
        labels = {
            "email": _("E-mail"),
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
        }
        help_texts = {
            "quiet_until": _("In these hours no e-mail is sent; it waits until they end. Leave both empty for none."),
        }
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

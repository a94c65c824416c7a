"""What a person says about how they want to be told."""

from __future__ import annotations

from typing import Any

from django import forms

from reviews.models import NoticePreference
from reviews.notices.preferences import FIELDS
from reviews.notices.times import zone_names


class PreferenceForm(forms.ModelForm):
    """One person's preference. What goes together is checked by the verb."""

    digest_hour = forms.TypedChoiceField(
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        label="Hour of the daily mail",
        help_text="When notices come once a day, on your clock.",
    )

    class Meta:
        model = NoticePreference
        fields = FIELDS
        labels = {
            "email": "E-mail",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
            "time_zone": "Time zone",
        }
        help_texts = {
            "quiet_until": "In these hours no e-mail is sent; it waits until they end. Leave both empty for none.",
        }
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zones = [(name, name.replace("_", " ")) for name in zone_names()]
        self.fields["time_zone"] = forms.ChoiceField(choices=zones, label="Time zone")

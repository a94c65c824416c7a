"""What a person says about how they are shown the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from governance.models import Density, Theme
from governance.zones import zone_meant

_THEMES = [(Theme.SYSTEM, _("As the system")), (Theme.LIGHT, _("Light")), (Theme.DARK, _("Dark"))]
_DENSITIES = [(Density.COMFORTABLE, _("Comfortable")), (Density.COMPACT, _("Compact"))]


class DisplayForm(forms.Form):
    """Time zone, language, look and density."""

    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Type a city or a region and choose. Times on every page, and times you enter, are of this zone."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Choose a time zone of the list, like Europe/Berlin.")},
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    theme = forms.ChoiceField(label=_("Colours"), required=False, choices=_THEMES)
    density = forms.ChoiceField(label=_("Rows of listings"), required=False, choices=_DENSITIES)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        meant = zone_meant(self.cleaned_data["time_zone"])
        if meant is None:
            raise forms.ValidationError(_("There is no such time zone. Choose one of the list, like Europe/Berlin."))
        return meant


class EndSessionForm(forms.Form):
    """Which session ends: one, or all the others."""

    session = forms.IntegerField(required=False, min_value=1)

"""The fields drawn in Python are letter for letter those Django's templates draw."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from governance import drawn_fields
from reviews.forms import PresetSelect
from reviews.presets import REJECTIONS

HOSTILE = "<script>alert(1)</script>\"'&\u202e\x00"
CHOICES = [("", gettext_lazy("none")), ("a", "A"), (1, "One"), (1234567, 1234567), (HOSTILE, HOSTILE), (None, "x")]
ATTRS = {"id": "id_x", "rows": 3, "required": True, "disabled": False, "data-x": HOSTILE, HOSTILE: "y", "z": None}
SAFE = SafeString("&amp;")
HEADED = [("Heading", [("a", HOSTILE)]), ("b", "B")]

WIDGETS = {
    "text": forms.TextInput(ATTRS),
    "hidden": forms.HiddenInput(),
    "password": forms.PasswordInput({"autocomplete": "off"}, render_value=True),
    "number": forms.NumberInput({"min": 0, "step": "any"}),
    "email": forms.EmailInput(ATTRS),
    "textarea": forms.Textarea(ATTRS),
    "select": forms.Select(ATTRS, CHOICES),
    "several": forms.SelectMultiple(ATTRS, CHOICES),
    "with headings": forms.Select(ATTRS, HEADED),
    "presets": PresetSelect(REJECTIONS),
    "boxes": forms.CheckboxSelectMultiple(ATTRS, CHOICES),
    "radios": forms.RadioSelect(ATTRS, CHOICES),
    "box": forms.CheckboxInput(ATTRS),
    "unknown or not": forms.NullBooleanSelect(ATTRS),
}


@pytest.mark.any_engine
@pytest.mark.parametrize("value", [None, "", "a", 0, 1, 1234567, 2.5, True, HOSTILE, SAFE, (HOSTILE, 1), "a\r\n\nb"])
@pytest.mark.parametrize("kind", WIDGETS)
def test_a_field_is_what_django_draws(kind: str, value: Any) -> None:
    ours = get_default_renderer()
    assert type(ours) is drawn_fields.Renderer
    ours_drawn, theirs = (WIDGETS[kind].render(HOSTILE, value, renderer=one) for one in (ours, DjangoTemplates()))
    assert ours_drawn == theirs


@pytest.mark.any_engine
def test_what_is_typed_cannot_leave_its_field() -> None:
    """The naive twin: without escaping the comparison above would see it."""
    drawn = WIDGETS["textarea"].render("x", "</textarea><script>")
    assert "</textarea><script>" not in drawn
    assert drawn.endswith("&lt;/textarea&gt;&lt;script&gt;</textarea>")

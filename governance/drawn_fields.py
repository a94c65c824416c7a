"""The plain fields of a form, drawn in Python.

A page of one action has some twenty fields, most of them folded away, and Django draws each through up to four
templates. What is drawn here is letter for letter the same; every other kind of field is Django's to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]

_PLACE = "django/forms/widgets/"


class Renderer(DjangoTemplates):
    """Django's own, with its plain fields drawn in Python."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None or _has_headings(context["widget"]):
            return super().render(template_name, context, request)
        return draw(context["widget"])


def _has_headings(widget: Widget) -> bool:
    return any(heading for heading, _, _ in widget.get("optgroups", ()))


def _attributes(widget: Widget) -> SafeString:
    given = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    return format_html_join(
        "", "{}{}", [(f" {name}", "" if value is True else format_html('="{}"', value)) for name, value in given]
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget))


def _textarea(widget: Widget) -> str:
    value = localize(widget["value"]) if widget["value"] else ""
    return format_html('<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget), value)


def _select(widget: Widget) -> str:
    options = [option for _, group, _ in widget["optgroups"] for option in group]
    return format_html(
        '<select name="{}"{}>{}\n</select>',
        widget["name"],
        _attributes(widget),
        format_html_join(
            "",
            '\n  <option value="{}"{}>{}</option>\n',
            [(one["value"], _attributes(one), localize(one["label"])) for one in options],
        ),
    )


_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"{_PLACE}{kind}.html": _input for kind in ("text", "hidden", "password", "number", "email")},
    f"{_PLACE}textarea.html": _textarea,
    f"{_PLACE}select.html": _select,
}

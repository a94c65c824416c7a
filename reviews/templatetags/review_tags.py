"""How templates show values of agents and moments in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reviews import moments, rendering

register = template.Library()


@register.filter
def visible(value: Any) -> SafeString:
    """A text from outside, every character shown or named."""
    return rendering.visible("" if value is None else str(value))


@register.filter
def visible_line(value: Any, limit: int = 80) -> SafeString:
    """A text from outside on one line, cut with a visible ellipsis."""
    return rendering.visible_line("" if value is None else str(value), limit=limit)


@register.filter
def plain(value: Any, limit: int = 80) -> str:
    """A text from outside where no markup can stand: titles and attributes. Escaped by the template as ever."""
    return rendering.plain("" if value is None else str(value), limit=limit)


@register.filter
def words(value: Any) -> str:
    """A name of the code's as words: require_approval is "require approval"."""
    return str(value).replace("_", " ")


@register.filter
def score(value: float) -> str:
    """A score without a needless decimal: 85, 72.5."""
    return f"{value:g}"


@register.filter
def ago(value: datetime, now: datetime | None = None) -> str:
    """How long ago: 41 min."""
    return moments.length((now or timezone.now()) - value)


@register.simple_tag
def stamp(value: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> SafeString:
    """A moment in UTC, as text and for machines."""
    if value is None:
        return SafeString("")
    value = value.astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), f"{value:{form}}")


@register.inclusion_tag("_risk.html")
def risk(level: str, value: float) -> dict[str, Any]:
    """The risk as word, shape, number and colour, always the four together."""
    return {"level": level, "score": value}

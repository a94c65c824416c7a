"""How templates show values of agents and moments in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from governance import frozen_words
from governance.frozen_words import is_english, number
from reviews import cells, moments, rendering
from reviews.rows import Row

register = template.Library()

# The names of the code's that are words of a page. Any other stays what it is.
_NAMES = {
    "deny": gettext_lazy("deny"),
    "require approval": gettext_lazy("require approval"),
    "allow": gettext_lazy("allow"),
    "matched": gettext_lazy("matched"),
    "no effect": gettext_lazy("no effect"),
}


# Columns whose names are not those of a field, as model_words.py has them.
_COLUMNS = {
    "bulk_approve": gettext_lazy("may be approved in bulk"),
    "edit_allowed": gettext_lazy("may be edited and approved"),
    "same_person_again": gettext_lazy("same person may count again"),
    "in_low": gettext_lazy("in the low baseline"),
    "in_moderate": gettext_lazy("in the moderate baseline"),
    "in_high": gettext_lazy("in the high baseline"),
    "in_privacy": gettext_lazy("in the privacy baseline"),
    "cvss_vector": gettext_lazy("CVSS vector"),
    "cvss_environment": gettext_lazy("CVSS environment"),
    "techniques": gettext_lazy("techniques"),
    "controls": gettext_lazy("controls"),
}


@register.filter
def visible(value: Any) -> SafeString:
    """A text from outside, every character shown or named."""
    return rendering.visible("" if value is None else str(value))


@register.filter
def typed(value: Any) -> SafeString:
    """A text that a person of ours typed, with its line breaks."""
    return rendering.typed("" if value is None else str(value))


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
    text = str(value).replace("_", " ")
    return str(_NAMES.get(text, text))


@register.filter
def column(name: str) -> str:
    """A column of the rules' files: as it is written there, and in other languages as words."""
    if is_english():
        return name
    return str(_COLUMNS.get(name) or _(name.replace("_", " ")))


@register.filter
def reason(text: str) -> str:
    """Why the rules answered as they did, in the reader's language as far as it is the portal's own sentence."""
    return frozen_words.reason(text or "")


@register.filter
def said(sentence: str) -> str:
    """A sentence of the portal's own that was kept in English, in the reader's language."""
    return _(sentence) if sentence else ""


@register.filter
def small(label: Any) -> str:
    """A label inside a sentence: without its capital, but not in German, which writes nouns with one."""
    return str(label) if (get_language() or "").startswith("de") else str(label).lower()


@register.filter
def score(value: float) -> str:
    """A score without a needless decimal, as the reader's language writes it: 85, 72.5 or 72,5."""
    return number(value)


@register.filter
def ago(value: datetime, now: datetime | None = None) -> str:
    """How long ago: 41 min."""
    return moments.length((now or timezone.now()) - value)


@register.simple_tag
def stamp(value: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> SafeString:
    """A moment in the reader's time zone, with the zone, as text and for machines."""
    return _time(value, f"{form} %Z")


@register.simple_tag
def clock(value: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> SafeString:
    """The same without the zone, where the head of a column says it: `{% zone %}`."""
    return _time(value, form)


@register.simple_tag
def moment(value: datetime | None, now: datetime | None = None) -> SafeString:
    """A moment with its zone, and how long ago it was or how soon it will be."""
    if value is None:
        return SafeString("")
    now = now or timezone.now()
    span = moments.length(abs(now - value))
    words = (_("{time} ago") if value <= now else _("in {time}")).format(time=span)
    return format_html('{} <span class="faint">{}</span>', stamp(value, "%Y-%m-%d %H:%M"), words)


@register.simple_tag
def zone() -> str:
    """The zone that times are shown in."""
    return f"{timezone.localtime():%Z}"


def _time(value: datetime | None, form: str) -> SafeString:
    if value is None:
        return SafeString("")
    here = timezone.localtime(value)
    if "%b" in form:  # strftime knows no language but the machine's
        form = form.replace("%b", str(MONTHS_3[here.month]).title())
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), f"{here:{form}}")


@register.simple_tag
def in_use(form: BaseForm) -> int:
    """How many fields of a form of filters are filled in, besides the search and what is hidden."""
    return sum(bool(form.data.get(field.name)) for field in form if field.name != "q" and not field.is_hidden)


@register.filter
def level(value: Any) -> str:
    """A level or a severity in words."""
    return cells.level(value)


register.simple_tag(cells.risk)


@register.simple_tag
def what(row: Row) -> SafeString:
    """What a row is about, as the link to it."""
    action = row.action
    about = (action.agent.agent_id, action.action_type, action.resource)
    return cells.what(action.pk, reverse("action", args=[action.pk]), row.phrase.html, *about)


@register.simple_tag
def pick(row: Row) -> SafeString:
    """The box that selects a row, where the person may decide it."""
    return SafeString("") if row.refusal else cells.pick(row.action.pk, row.action.digest)


@register.simple_tag
def pips(row: Row) -> SafeString:
    """How many of its approvals a row has."""
    return cells.pips(*row.progress)


@register.simple_tag
def twins(row: Row) -> SafeString:
    """The equal ones folded into a row."""
    rows = ((one.pk, one.digest, one.possible_retry_of) for one in row.twins)
    return cells.twins(row.action.pk, reverse("action", args=[row.action.pk]), rows, may_pick=row.refusal is None)

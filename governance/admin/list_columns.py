"""Columns that the lists of rules share: a level as word, shape, number and colour; on or off; the history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance import risk
from governance.frozen_words import number
from governance.models import Level


def level_badge(score: float, level: str = "") -> str:
    """A score's level as reviewers see it everywhere."""
    level = level or risk.level_of(score)
    return format_html(
        '<span class="risk {}">{} <span class="num">{}</span></span>', level, Level(level).label, number(score)
    )


def level_word(level: str) -> str:
    """A level without a score."""
    return format_html('<span class="risk {}">{}</span>', level, Level(level).label) if level in Level.values else "–"


class RuleColumns:
    """Mixed into the admin of a kind of rules."""

    @admin.display(description=gettext_lazy("State"), ordering="is_enabled")
    def state(self, row: Any) -> str:
        if row.is_enabled:
            return format_html('<span class="state on">{}</span>', _("on"))
        return format_html('<span class="state off">{}</span>', _("off"))

    @admin.display(description=gettext_lazy("Changes"))
    def history_link(self, row: Any) -> str:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
            reverse(name, args=[row.pk]),
            _("History"),
            _("of {rule}").format(rule=row),
        )

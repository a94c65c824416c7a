"""Admin of the catalogues: techniques and controls."""

from __future__ import annotations

from django.contrib import admin

from governance.admin.rules import RuleAdmin
from governance.models import Control, Technique


@admin.register(Technique)
class TechniqueAdmin(RuleAdmin):
    rule_fields = ("external_id", "name", "tactic", "tactic_id")
    list_display = ("external_id", "name", "tactic")
    search_fields = ("external_id", "name", "tactic")


@admin.register(Control)
class ControlAdmin(RuleAdmin):
    rule_fields = ("control_id", "title")
    list_display = ("control_id", "title")
    search_fields = ("control_id", "title")

"""Admin of the rules. Every save goes through the verb and needs a reason; rules are disabled, never deleted.

Django's own log of changes is written by the form, not by the change; the history shown here is the ledger's.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from governance.admin.replays import ReplayedRules
from governance.admin.rule_forms import RuleForm
from governance.admin.rule_history import RuleHistory
from governance.admin.rule_io import RuleFiles
from governance.errors import Refusal
from governance.rule_changes import change_rule
from governance.rule_content import LINKS
from governance.sign_in import actor_of


class RuleAdmin(RuleFiles, ReplayedRules, RuleHistory, admin.ModelAdmin):
    """What all kinds of rules have in common. `rule_fields` are the fields of the form, in order."""

    form = RuleForm
    change_form_template = "admin/governance/rule_form.html"
    change_list_template = "admin/governance/rule_list.html"
    actions = None
    rule_fields: tuple[str, ...] = ()
    save_on_top = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # disabled instead; versions and actions speak of it

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = (None, {"fields": self.rule_fields})
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [own, (_("This change"), {"fields": ("change_reason", "without_replay", "seen")})] if may else [own]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:  # decided under the verb's lock, after the form had found nothing wrong
            messages.error(request, refusal.sentence)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        version = change_rule(
            obj,
            actor=actor_of(request),
            reason=form.cleaned_data["change_reason"],
            links={name: form.cleaned_data[name] for name in LINKS.get(type(obj), ())},
            seen=form.cleaned_data["seen"] if change else None,
            replay=getattr(form, "replay", None),
        )
        if version is None:
            messages.info(request, _("Nothing was different, so there is no new version."))
        else:
            messages.info(request, _("Rulebook version {version} is in force.").format(version=version.version))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Links are saved by the verb already."""

"""Admin of the rulebook's versions: to read, to compare, and for admins to bring one back."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance import rulebook, version_diffs
from governance.admin.ledger import ReadOnlyAdmin
from governance.admin.replay_forms import ReviewForm
from governance.admin.replays import panel, replayed
from governance.errors import Refusal
from governance.models import RulebookVersion
from governance.rule_restores import SECTIONS, check_seen, plans_of, restore_version
from governance.sign_in import actor_of


class RestoreForm(ReviewForm):
    """The reason for bringing a version back, and the version in force when that was looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_seen(self) -> int:
        """Raises Conflict: who sees another comparison than the one confirmed must be told before anything else."""
        check_seen(self.cleaned_data["seen"])
        return self.cleaned_data["seen"]


class CompareForm(forms.Form):
    """Which version to compare with."""

    other = forms.IntegerField(label=gettext_lazy("Compare with version"), min_value=1, max_value=2**31 - 1)


@admin.register(RulebookVersion)
class RulebookVersionAdmin(ReadOnlyAdmin):
    change_form_template = "admin/governance/rulebook_version.html"
    fields = ("version", "created_at", "changed_by", "reason", "digest")
    list_display = ("version", "created_at", "changed_by", "reason")
    search_fields = ("reason", "changed_by")

    def get_urls(self) -> list[URLPattern]:
        guarded, name = self.admin_site.admin_view, "governance_rulebookversion"
        return [
            path("<int:number>/compare/", guarded(self.compare_view), name=f"{name}_compare"),
            path("<int:number>/restore/replay/", guarded(self.restore_replay_view), name=f"{name}_restore_replay"),
            path("<int:number>/restore/", guarded(self.restore_view), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def may_restore(self, request: HttpRequest) -> bool:
        """Whether somebody may bring a version back: who may add and change rules of every kind."""
        names = (
            f"governance.{verb}_{model._meta.model_name}" for model in SECTIONS.values() for verb in ("add", "change")
        )
        return request.user.has_perms(list(names))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, object_id or "")
        more = {"rules": rules_of(version), **self._places(request, version)} if version else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | more)

    def compare_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Two versions side by side, the older one first. Without another one: the one before."""
        version = self._version(request, number)
        form = CompareForm(request.GET if "other" in request.GET else None)
        wanted = form.cleaned_data["other"] if form.is_valid() else max(version.version - 1, 1)
        other = RulebookVersion.objects.filter(version=wanted).first()
        if other is None:
            messages.warning(request, _("There is no version {version}.").format(version=wanted))
            other = version
        before, after = sorted((version, other), key=lambda one: one.version)
        context = self._context(request, version) | {
            "title": _("From version {before} to version {after}").format(before=before.version, after=after.version),
            "before": before,
            "after": after,
            "pair": [before, after],
            "sections": version_diffs.compare(json.loads(before.content), json.loads(after.content)),
        }
        return TemplateResponse(request, "admin/governance/version_diff.html", context)

    def restore_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """What it takes to bring a version back; and, confirmed with a reason, that."""
        version = self._version(request, number)
        if not self.may_restore(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._restore_page(request, version, self._restore_form(version))
        form = self._restore_form(version, request.POST, asked_by_id=str(request.user.pk))
        try:
            if not form.is_valid():
                return self._restore_page(request, version, form)
            made = restore_version(
                version,
                form.plans,
                seen=form.cleaned_data["seen"],
                actor=actor_of(request),
                reason=form.cleaned_data["change_reason"],
                replay=form.replay,
            )
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            form = self._restore_form(version, initial={"change_reason": request.POST.get("change_reason", "")})
            return self._restore_page(request, version, form, refusal.status)
        if made is None:
            messages.info(request, _("Nothing was different, so there is no new version."))
        else:
            messages.success(
                request,
                _("The rules are those of version {number} again: version {version} is in force.").format(
                    number=number, version=made.version
                ),
            )
        return redirect("admin:governance_rulebookversion_changelist")

    def restore_replay_view(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """Replay the rules as that version had them. Nothing is brought back by it."""
        version = self._version(request, number)
        if not self.may_restore(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:governance_rulebookversion_restore", number)
        return replayed(self, request, self._restore_form(version, request.POST))

    def _restore_form(self, version: RulebookVersion, data: Any = None, **kwargs: Any) -> RestoreForm:
        about = f"return to version {version.version}", version
        return RestoreForm(data, plans=plans_of(version), about=about, **kwargs)

    def _restore_page(
        self, request: HttpRequest, version: RulebookVersion, form: RestoreForm, status: int = 200
    ) -> HttpResponse:
        form.initial["seen"] = rulebook.latest_version()
        plans = form.plans
        wrong = any(plan.wrong for plan in plans)
        context = self._context(request, version) | {
            "title": _("Bring back version {version}").format(version=version.version),
            "plans": [plan for plan in plans if plan.of("new", "changed", "wrong")],
            "form": form,
            "wrong": wrong,
            "is_open": not wrong and any(plan.of("new", "changed") for plan in plans),
            **panel(request, reverse("admin:governance_rulebookversion_restore_replay", args=[version.version])),
        }
        return TemplateResponse(request, "admin/governance/version_restore.html", context, status=status)

    def _version(self, request: HttpRequest, number: int) -> RulebookVersion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = RulebookVersion.objects.filter(version=number).first() if number < 2**31 else None
        if version is None:
            raise Http404
        return version

    def _context(self, request: HttpRequest, version: RulebookVersion) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "version": version,
            **self._places(request, version),
        }

    def _places(self, request: HttpRequest, version: RulebookVersion) -> dict[str, Any]:
        """Where one may go from a version."""
        latest = rulebook.latest_version()
        return {
            "latest": latest,
            "is_latest": version.version == latest,
            "compare_url": reverse("admin:governance_rulebookversion_compare", args=[version.version]),
            "restore_url": reverse("admin:governance_rulebookversion_restore", args=[version.version])
            if self.may_restore(request) and version.version != latest
            else "",
            "compare_form": CompareForm(auto_id="compare_%s"),
        }


def rules_of(version: RulebookVersion) -> dict[str, Any]:
    """Every rule of a version, its levels from the lowest to the highest."""
    content = json.loads(version.content)
    return content | {"levels": sorted(content["levels"].items(), key=lambda level: level[1])}

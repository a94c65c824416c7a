"""Replays in admin: the panel wherever rules are saved, the look before that, and the list of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from governance.admin.ledger import ReadOnlyAdmin
from governance.admin.replay_answers import answer, over_what, what_was_drafted
from governance.admin.replay_forms import DraftForm, WindowForm
from governance.errors import Conflict, Refusal
from governance.models import Replay
from governance.replay_exports import export_changes
from governance.replays import ask_replay, cancel_replay, note_viewed, work_on
from governance.rule_content import KINDS
from governance.rulebook import NoRulebook
from governance.sign_in import actor_of

AT_ONCE = 2000  # so many actions are replayed while the page waits, which is a second or so
SECONDS_AT_ONCE = 3.0  # and not longer: then a worker goes on


class ReplayedRules:
    """Mixed in before the admin of a kind of rules: a panel that replays the draft in the form, whose answer must be
    seen before the draft is saved, or knowingly left out.
    """

    def get_urls(self: Any) -> list[Any]:
        urls = super().get_urls()  # type: ignore[misc]
        if self.model not in KINDS:
            return urls
        view, name = self.admin_site.admin_view(self.replay_view), f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("add/replay/", view, name=f"{name}_replay_new"),
            path("<path:object_id>/replay/", view, name=f"{name}_replay"),
        ]
        return own + urls

    def get_form(self: Any, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        if self.model not in KINDS:
            return form
        return type(form.__name__, (DraftForm, form), {"asked_by_id": str(request.user.pk)})

    def render_change_form(self: Any, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        rule = kwargs.get("obj")
        if self.model in KINDS and self._may_draft(request, rule):
            context |= panel(request, self._replay_url(rule))
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def _may_draft(self: Any, request: HttpRequest, rule: Any) -> bool:
        return self.has_change_permission(request, rule) if rule else self.has_add_permission(request)

    def _replay_url(self: Any, obj: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_replay"
        return reverse(name, args=[obj.pk]) if obj else reverse(f"{name}_new")

    def replay_view(self: Any, request: HttpRequest, object_id: str | None = None) -> HttpResponseBase:
        """Replay the rule as the form has it now. Nothing of the rule is saved, and no reason is asked for."""
        rule = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and rule is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self._may_draft(request, rule):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("../change/" if rule else "..")
        kind = type("Draft", (self.get_form(request, rule, change=rule is not None),), {"asked_by_id": ""})
        return replayed(self, request, kind(request.POST, request.FILES, instance=rule))


def panel(request: HttpRequest, url: str) -> dict[str, Any]:
    """What _replay_panel.html needs, in a form whose drafts are replayed at that address."""
    window_form = WindowForm(request.POST if "replay_window" in request.POST else None)
    return {"replay_url": url, "window_form": window_form}


def replayed(model_admin: Any, request: HttpRequest, form: Any) -> HttpResponseBase:
    """The answer to what a DraftForm drafts, without a reason: nothing of it is saved."""
    asked = WindowForm(request.POST)
    form.fields["change_reason"].required = False
    try:
        if not form.is_valid() & asked.is_valid():
            return refused(model_admin, request, _complaints(form, asked))
        replay = _asked(request, form, asked)
    except Refusal as refusal:
        return refused(model_admin, request, [(None, refusal.sentence)])
    except NoRulebook as exc:
        return refused(model_admin, request, [(None, str(exc))])
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("admin:governance_replay_change", replay.pk)
    return _shown(request, replay)


def _asked(request: HttpRequest, form: Any, asked: WindowForm) -> Replay:
    subject, rule = form.about()
    replay = ask_replay(form.draft(), subject=subject, rule=rule, window=asked.window(), actor=actor_of(request))
    return work_on(replay.pk, seconds=SECONDS_AT_ONCE) if replay.total <= AT_ONCE else replay


def _complaints(*forms: Any) -> list[tuple[Any, str]]:
    return [
        (form[name] if name in form.fields else None, error)
        for form in forms
        for name, errors in form.errors.items()
        for error in errors
    ]


def refused(model_admin: Any, request: HttpRequest, complaints: Sequence[tuple[Any, str]]) -> HttpResponse:
    """What must be corrected before there is anything to replay: the field, or None, and the sentence."""
    context: dict[str, Any] = {"complaints": complaints}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "admin/governance/_replay_refused.html", context)
    context |= model_admin.admin_site.each_context(request)
    context |= {"title": _("Nothing was replayed"), "opts": model_admin.opts}
    return TemplateResponse(request, "admin/governance/replay_refused.html", context, status=400)


def _shown(request: HttpRequest, replay: Replay) -> HttpResponse:
    """The answer as a part of a page."""
    note_viewed(replay, actor=actor_of(request))
    return render(request, "admin/governance/_replay_result.html", answer(replay, _below(request)))


def _below(request: HttpRequest) -> int | None:
    """Where the page of changes begins, from the address."""
    given = request.GET.get("below", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    """The answers, for thirty days."""

    change_form_template = "admin/governance/replay_page.html"
    list_display = ("subject", "result", "over", "state", "asked_by", "asked_at")
    list_filter = ("state", "rule_kind")
    search_fields = ("subject", "asked_by")
    fields = ("subject",)

    @admin.display(description=gettext_lazy("Come out differently"))
    def result(self, replay: Replay) -> str:
        return _("{changed} of {done}").format(changed=f"{replay.changed:,}", done=f"{replay.done:,}")

    @admin.display(description=gettext_lazy("Held against"))
    def over(self, replay: Replay) -> str:
        return over_what(replay)

    def get_urls(self) -> list[Any]:
        def named(name: str, view: Any) -> Any:
            return path(f"<int:pk>/{name}/", self._for_readers(view), name=f"governance_replay_{name}")

        own = [named("part", self.part_view), named("cancel", self.cancel_view), named("download", self.download_view)]
        return own + super().get_urls()

    def _for_readers(self, view: Any) -> Any:
        """The view for those who may see replays. A part of a page whose reader is signed out leads to the sign-in."""
        guarded = self.admin_site.admin_view(view)

        def look(request: HttpRequest, pk: int) -> HttpResponseBase:
            if request.htmx and not self.admin_site.has_permission(request):  # type: ignore[attr-defined]
                return HttpResponseClientRedirect(reverse("admin:login"))
            return guarded(request, pk)

        look.__qualname__ = view.__qualname__
        return look

    def _replay(self, request: HttpRequest, pk: int) -> Replay:
        replay = self.get_object(request, str(pk))
        if replay is None:
            raise Http404(_("There is no such replay. They are kept for thirty days."))
        if not self.has_view_permission(request, replay):
            raise PermissionDenied
        return replay

    def part_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The answer as it stands, for the panel and for its progress bar."""
        return _shown(request, self._replay(request, pk))

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop it. Whoever may change a rule may stop a replay."""
        replay = self._replay(request, pk)
        if not request.user.has_perm("governance.change_policy") or request.method != "POST":
            raise PermissionDenied
        try:
            cancel_replay(pk, actor=actor_of(request))
        except Conflict as refusal:
            if not request.htmx:  # type: ignore[attr-defined]
                messages.error(request, refusal.sentence)
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect("admin:governance_replay_change", pk)
        replay.refresh_from_db()
        return _shown(request, replay)

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Every change as CSV. Asking what it would be takes nothing away."""
        replay = self._replay(request, pk)
        if request.method == "HEAD":
            return HttpResponse(content_type="text/csv; charset=utf-8")
        lines = export_changes(replay, actor=actor_of(request))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="replay-{pk}.csv"'
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        replay = self.get_object(request, object_id or "")
        context = extra_context or {}
        if replay is not None:
            note_viewed(replay, actor=actor_of(request))
            context |= answer(replay, _below(request)) | {"drafted": what_was_drafted(replay)}
        return super().changeform_view(request, object_id, form_url, context)

"""Rules out to a file and in from one, in admin: upload, look at what it would change, replay, confirm with a reason.

Between the two steps the rows travel in the page, signed: nothing is kept on the server, two tabs do not disturb
each other, and what is confirmed is what was shown.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance import rule_files, rule_tables
from governance.admin.replay_forms import ReviewForm
from governance.admin.replays import panel, refused, replayed
from governance.errors import Conflict, InvalidFile, Refusal
from governance.rule_content import KINDS
from governance.rule_exports import file_of, name_of
from governance.rule_files import FORMATS, Table
from governance.rule_imports import Plan, import_rules, plan_of
from governance.rulebook import NoRulebook, latest_version
from governance.sign_in import actor_of

_HOUR = 60 * 60  # seconds a comparison may be confirmed
_MAX_DRAFT = 2 * 1024 * 1024  # characters in the page; Django reads forms up to 2.5 MB
_SALT = "foureyes.rule-import"


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("CSV or XLSX file"),
        max_length=None,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=format_lazy(
            gettext_lazy("At most 1 MB and {rows} rows. Nothing is changed by uploading it."),
            rows=f"{rule_files.MAX_ROWS:,}",
        ),
    )


class ImportForm(ReviewForm):
    """The reason for what was looked at, and what that was. `seen`: what the rows were compared with then."""

    upload = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._seen = seen

    def clean(self) -> None:
        """Raises Conflict: who sees another comparison than the one confirmed must be told before anything else."""
        self.plans[0].check_seen(self._seen)


@dataclass(frozen=True)
class Upload:
    """A file as it was read, and what its rows were compared with when a person looked."""

    file: str
    digest: str
    table: Table
    seen: Sequence[str]

    def signed(self, request: HttpRequest, model: type[Model]) -> str:
        """As a text for the page, good for an hour, for this person and this kind of rules."""
        text = signing.dumps(
            [self.file, self.digest, self.table, self.seen, self._for(request, model)], salt=_SALT, compress=True
        )
        if len(text) > _MAX_DRAFT:
            raise InvalidFile(_("There is too much text in the file. Nothing was changed. Split it."))
        return text

    @classmethod
    def opened(cls, text: str, request: HttpRequest, model: type[Model]) -> Upload:
        """Back from the page. Raises Conflict."""
        try:
            file, digest, (header, rows), seen, whose = signing.loads(text, salt=_SALT, max_age=_HOUR)
        except signing.BadSignature:
            whose = None
        if whose != cls._for(request, model):
            raise Conflict(
                _("This comparison is older than an hour, or not yours. Nothing was changed. Upload the file again.")
            )
        return cls(file, digest, Table(header, [(number, cells) for number, cells in rows]), seen)

    @staticmethod
    def _for(request: HttpRequest, model: type[Model]) -> list[str]:
        return [str(request.user.pk), str(model._meta.model_name)]


class RuleFiles:
    """Mixed into a rule's ModelAdmin: export and import, on the list of rules (rule_list.html)."""

    def get_urls(self: Any) -> list[URLPattern]:
        name = f"governance_{self.opts.model_name}"
        return [
            path("export/<str:kind>/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            path("import/replay/", self.admin_site.admin_view(self.import_replay_view), name=f"{name}_import_replay"),
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def may_import(self: Any, request: HttpRequest) -> bool:
        """Whether somebody may take rules of this kind over from a file: who adds and changes them one by one."""
        names = (f"{self.opts.app_label}.{verb}_{self.opts.model_name}" for verb in ("add", "change"))
        return request.user.has_perms(list(names))

    def changelist_view(self: Any, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {
            "may_import": self.may_import(request),
            "import_url": reverse(f"admin:governance_{self.opts.model_name}_import"),
            "exports": [
                (kind.upper(), reverse(f"admin:governance_{self.opts.model_name}_export", args=[kind]))
                for kind in FORMATS
            ],
        }
        return super().changelist_view(request, (extra_context or {}) | more)  # type: ignore[misc]

    def export_view(self: Any, request: HttpRequest, kind: str) -> HttpResponse:
        """Every rule of the kind as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in FORMATS:
            return HttpResponse("There is no such format.", status=404, content_type="text/plain")
        try:
            name = f"foureyes-{name_of(self.model)}-version-{latest_version()}.{kind}"
        except NoRulebook:
            name = f"foureyes-{name_of(self.model)}.{kind}"
        answer = HttpResponse(file_of(self.model, kind), content_type=FORMATS[kind])
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def import_view(self: Any, request: HttpRequest) -> HttpResponse:
        """Upload, look, confirm."""
        if not self.may_import(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._upload_page(request, UploadForm())
        if "upload" in request.POST:
            return self._confirmed(request)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            if int(request.META.get("CONTENT_LENGTH") or 0) > rule_files.MAX_BYTES:
                form.errors["file"] = form.error_class(
                    [_("The file is larger than 1 MB. Split it. Nothing was changed.")]
                )
            return self._upload_page(request, form, status=400)
        file = form.cleaned_data["file"]
        data = file.read()
        try:
            table = rule_files.read(data)
            plan = plan_of(self.model, table)
            upload = Upload(_tame(file.name), hashlib.sha256(data).hexdigest(), table, plan.seen)
            return self._review_page(request, plan, upload)
        except InvalidFile as refusal:
            form.add_error("file", refusal.sentence)
            return self._upload_page(request, form, status=refusal.status)

    def import_replay_view(self: Any, request: HttpRequest) -> HttpResponseBase:
        """Replay the file that the page carries. Nothing of it is saved."""
        if not self.may_import(request) or self.model not in KINDS:
            raise PermissionDenied
        if request.method != "POST":
            return redirect("..")
        try:
            upload = Upload.opened(request.POST.get("upload", ""), request, self.model)
        except Conflict as refusal:
            return refused(self, request, [(None, refusal.sentence)])
        return replayed(self, request, self._import_form(plan_of(self.model, upload.table), upload, request.POST))

    def _import_form(self: Any, plan: Plan, upload: Upload, data: Any = None, **kwargs: Any) -> ImportForm:
        with translation.override(None):  # a replay's subject is kept, so it is English
            about = f"import of {upload.file} ({plan.kind})", self.model()
        return ImportForm(data, plans=[plan], about=about, seen=upload.seen, **kwargs)

    def _confirmed(self: Any, request: HttpRequest) -> HttpResponse:
        try:
            upload = Upload.opened(request.POST["upload"], request, self.model)
        except Conflict as refusal:
            messages.error(request, refusal.sentence)
            return self._upload_page(request, UploadForm(), status=refusal.status)
        plan = plan_of(self.model, upload.table)
        whose = str(request.user.pk) if self.model in KINDS else ""  # what catalogues say decides nothing
        form = self._import_form(plan, upload, request.POST, asked_by_id=whose)
        try:
            if not form.is_valid():
                return self._review_page(request, plan, upload, form)
            version = import_rules(
                plan,
                actor=actor_of(request),
                reason=form.cleaned_data["change_reason"],
                file=upload.file,
                digest=upload.digest,
                seen=upload.seen,
                replay=form.replay,
            )
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            plan = plan_of(self.model, upload.table)  # as it is now
            return self._review_page(request, plan, replace(upload, seen=plan.seen), status=refusal.status)
        if version is None:
            messages.info(request, _("Nothing was different, so there is no new version."))
        else:
            messages.success(
                request,
                _("{changed} changed, {new} new: rulebook version {version} is in force.").format(
                    changed=len(plan.changed), new=len(plan.new), version=version.version
                ),
            )
        return redirect(f"admin:governance_{self.opts.model_name}_changelist")

    def _upload_page(self: Any, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": _("Import {rules}").format(rules=self.opts.verbose_name_plural),
            "opts": self.opts,
            "form": form,
            "columns": rule_tables.columns(self.model),
            "keys": rule_tables.KEYS[self.model],
        }
        return TemplateResponse(request, "admin/governance/rule_import.html", context, status=status)

    def _review_page(
        self: Any, request: HttpRequest, plan: Plan, upload: Upload, form: ImportForm | None = None, status: int = 200
    ) -> HttpResponse:
        signed = upload.signed(request, self.model)
        if form is None:
            reason = request.POST.get("change_reason", "")
            form = self._import_form(plan, upload, initial={"upload": signed, "change_reason": reason})
        context = self.admin_site.each_context(request) | {
            "title": _("What {file} would change").format(file=upload.file),
            "opts": self.opts,
            "plans": [plan],
            "plan": plan,
            "file": upload.file,
            "form": form,
            "upload_form": UploadForm(),
            "is_open": bool(plan.of("new", "changed")) and not plan.wrong,
        }
        if self.model in KINDS:
            context |= panel(request, reverse(f"admin:governance_{self.opts.model_name}_import_replay"))
        return TemplateResponse(request, "admin/governance/rule_import_review.html", context, status=status)


def _tame(name: str) -> str:
    """A file's name for a page and the ledger: no path, nothing invisible, not long."""
    seen = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if unicodedata.category(c)[0] != "C")
    return seen.strip()[-100:] or "a file without a name"

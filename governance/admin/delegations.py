"""Who acts for whom, in admin: to read, to arrange for somebody who cannot, and to end with a reason."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from governance.admin.ledger import ReadOnlyAdmin
from governance.delegations import MAX_REASON, delegate, end_delegation
from governance.errors import Refusal
from governance.local_time import shown
from governance.models import Delegation, Person
from governance.roles import DECIDING_ROLES
from governance.sign_in import actor_of


class ReasonForm(forms.Form):
    """Why an admin ends it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=MAX_REASON, help_text=gettext_lazy("Kept in the ledger.")
    )


class DelegationForm(forms.Form):
    """A delegation for somebody who cannot arrange it themselves."""

    person = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Who is away"))
    delegate = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Who acts for them"))
    starts_at = forms.DateTimeField(required=False, help_text=gettext_lazy("Empty: from now on."))
    ends_at = forms.DateTimeField(help_text=gettext_lazy("Year-month-day hour:minute, at most 90 days later."))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=MAX_REASON, help_text=gettext_lazy("Kept in the ledger.")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].label, self.fields["ends_at"].label = (
            _("From ({zone})").format(zone=zone),
            _("Until ({zone})").format(zone=zone),
        )
        deciding = Person.objects.filter(is_active=True, role__in=DECIDING_ROLES).order_by("username")
        for name in ("person", "delegate"):
            cast(Any, self.fields[name]).queryset = deciding


@admin.register(Delegation)
class DelegationAdmin(ReadOnlyAdmin):
    list_display = ("person", "delegate", "starts_at", "ends_at", "ended_at", "reason", "end")
    list_select_related = ("person", "delegate")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("person__username", "delegate__username", "reason")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("governance.add_delegation")

    @admin.display(description="")
    def end(self, row: Delegation) -> str:
        if row.ended_at or row.ends_at <= timezone.now():
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:governance_delegation_end", args=[row.pk]), pgettext("verb", "End")
        )

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/end/", wrap(self.end_page), name="governance_delegation_end"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The same verb a person calls for themselves on their page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DelegationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                made = delegate(
                    actor=actor_of(request),
                    by=cast(Person, request.user),
                    person=given["person"],
                    to=given["delegate"],
                    starts_at=given["starts_at"],
                    ends_at=given["ends_at"],
                    reason=given["reason"],
                )
            except Refusal as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(
                    request,
                    _("{delegate} acts for {person} until {when}.").format(
                        delegate=made.delegate, person=made.person, when=shown(made.ends_at)
                    ),
                )
                return redirect("admin:governance_delegation_changelist")
        return self._ask(request, form, title=_("Let somebody act for a person who is away"), button=_("Save"))

    def end_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ends it, with a reason."""
        if not request.user.has_perm("governance.change_delegation"):
            raise PermissionDenied
        row = get_object_or_404(Delegation.objects.select_related("person", "delegate"), pk=pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            by = cast(Person, request.user)
            try:
                end_delegation(row.pk, actor=actor_of(request), by=by, reason=form.cleaned_data["reason"])
            except Refusal as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(
                    request,
                    _("{delegate} no longer acts for {person}.").format(delegate=row.delegate, person=row.person),
                )
                return redirect("admin:governance_delegation_changelist")
        return self._ask(request, form, title=_("End: {row}").format(row=row), button=_("End delegation"))

    def _ask(self, request: HttpRequest, form: forms.Form, *, title: str, button: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "button": button,
            "back": reverse("admin:governance_delegation_changelist"),
        }
        return TemplateResponse(request, "admin/ask.html", context)

"""Admin of chat channels through their verb, with a test; and of what was sent, with another try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.admin.bounded import BoundedAdmin, by_index, number_in
from governance.admin.ledger import BigReadOnlyAdmin
from governance.errors import InvalidChannel, Refusal
from governance.sign_in import actor_of
from reviews.models import Channel, Notice
from reviews.notices.channels import check_channel, masked, save_channel
from reviews.notices.deliveries import retry_notice
from reviews.notices.kinds import KINDS
from reviews.notices.sending import Undeliverable, send_test


class ChannelForm(forms.ModelForm):
    """A channel. The URL it has is not sent to the browser; one that is typed takes its place."""

    new_url = forms.CharField(
        required=False,
        label=gettext_lazy("URL"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "vTextField"}),
    )

    class Meta:
        model = Channel
        fields = ("name", "kind", "team", "is_enabled")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["new_url"].help_text = (
            _("Now {where} Leave it empty to keep that.").format(where=masked(self.instance))
            if self.instance.url
            else _("The incoming webhook, https only. It is a secret: it is shown in part, and never logged.")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.url = cleaned.get("new_url", "").strip() or self.instance.url
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                check_channel(self.instance)
            except InvalidChannel as exc:
                self.add_error("new_url" if "url" in exc.errors else None, exc.sentence)


class _Asked:
    """A page that says what will happen and does it on POST, outside any transaction."""

    admin_site: Any

    def _asked(
        self, request: HttpRequest, *, permission: str, title: str, says: str, button: str, back: str, do: Any
    ) -> Any:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        if request.method == "POST":
            try:
                messages.success(request, do())
            except Refusal as refused:
                messages.error(request, refused.sentence)
            except Undeliverable as failed:
                messages.error(request, _("Nothing was delivered. {failed}").format(failed=failed))
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "says": says,
            "button": button,
            "back": back,
        }
        return TemplateResponse(request, "admin/reviews/asked.html", context)


@admin.register(Channel)
class ChannelAdmin(_Asked, BoundedAdmin):
    stream = "channel"
    actions = None
    form = ChannelForm
    fields = ("name", "kind", "new_url", "team", "is_enabled")
    list_display = ("name", "kind", "where", "team", "is_enabled", "test_link")
    list_filter = ("kind", "is_enabled")
    list_select_related = ("team",)
    search_fields = ("name",)

    @admin.display(description=gettext_lazy("where"))
    def where(self, channel: Channel) -> str:
        return masked(channel)

    @admin.display(description="")
    def test_link(self, channel: Channel) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:reviews_channel_test", args=[channel.pk]), _("Send a test")
        )

    def has_delete_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        return False  # channels are switched off; notices name them

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        save_channel(obj, actor=actor_of(request))

    def get_urls(self) -> list[Any]:
        test = self.admin_site.admin_view(self.test)
        return [path("<int:pk>/test/", test, name="reviews_channel_test"), *super().get_urls()]

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        channel = get_object_or_404(Channel, pk=pk)

        def do() -> str:
            send_test(channel)
            return _("A test was sent to {name}.").format(name=channel.name)

        return self._asked(
            request,
            permission="reviews.change_channel",
            title=_("Send a test to {name}").format(name=channel.name),
            says=_("One message that says it is a test goes to {where} now.").format(where=masked(channel)),
            button=_("Send a test"),
            back=reverse("admin:reviews_channel_changelist"),
            do=do,
        )


class _Status(admin.SimpleListFilter):
    """Where a notice stands."""

    title, parameter_name = gettext_lazy("status"), "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waits", _("Waits")), ("sent", _("Sent or not needed")), ("failed", _("Failed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        chosen: dict[str, dict[str, Any]] = {
            "waits": {"sent_at": None, "failed_at": None},
            "sent": {"sent_at__isnull": False},
            "failed": {"failed_at__isnull": False},
        }
        if self.value() == "waits":
            return by_index(queryset, **chosen["waits"])
        return queryset.filter(**chosen.get(self.value() or "", {}))


class _Kind(admin.SimpleListFilter):
    """What it is about, from the words there are: a look at the table for them would read all of it."""

    title, parameter_name = gettext_lazy("kind"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, str(KINDS[kind].title)) for kind in sorted(KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(_Asked, BigReadOnlyAdmin):
    list_display = ("id", "about", "receiver", "number", "created_at", "status", "attempts", "error", "retry_link")
    list_filter = (_Status, _Kind, "channel")
    list_select_related = ("person", "channel")
    search_fields = ("action__id",)
    search_help_text = gettext_lazy("an action's number")
    fields = readonly_fields = (
        *("about", "person", "channel", "action", "created_at", "send_at"),
        *("status", "attempts", "sent_at", "failed_at", "error", "retry_link"),
    )

    def is_answered(self, name: str, value: str) -> bool:
        return name in ("q", "channel__id__exact") or (name, value) == ("status", "waits")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term.strip():
            return queryset, False
        number = number_in(search_term)
        return (queryset.none() if number is None else queryset.filter(action_id=number)), False

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def about(self, notice: Notice) -> str:
        return str(KINDS[notice.kind].title) if notice.kind in KINDS else notice.kind

    @admin.display(description=gettext_lazy("action"), ordering="action_id")
    def number(self, notice: Notice) -> int | None:
        return notice.action_id

    @admin.display(description=gettext_lazy("to"))
    def receiver(self, notice: Notice) -> str:
        return str(notice.channel or notice.person)

    @admin.display(description=gettext_lazy("status"))
    def status(self, notice: Notice) -> str:
        if notice.failed_at:
            return _("Failed")
        if notice.sent_at:
            return _("Not needed") if notice.error else _("Sent")
        return _("Tried, waits") if notice.attempts else _("Waits")

    @admin.display(description="")
    def retry_link(self, notice: Notice) -> str:
        if not notice.failed_at:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:reviews_notice_retry", args=[notice.pk]), _("Try again")
        )

    def get_urls(self) -> list[Any]:
        retry = self.admin_site.admin_view(self.retry)
        return [path("<int:pk>/retry/", retry, name="reviews_notice_retry"), *super().get_urls()]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice, pk=pk)

        def do() -> str:
            retry_notice(notice.pk, actor=actor_of(request))
            return _("The worker tries it again.")

        return self._asked(
            request,
            permission="reviews.change_notice",
            title=_("Try notice {number} again").format(number=notice.pk),
            says=_("It failed: {error} The worker sends it again, up to eight times.").format(error=notice.error),
            button=_("Try again"),
            back=reverse("admin:reviews_notice_changelist"),
            do=do,
        )

"""Admin of people and teams. Saving goes through the verbs; nobody is deleted."""

from __future__ import annotations

from typing import Any

from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from governance.account_security import MAX_REASON, remove_second_factor
from governance.admin.bounded import BoundedAdmin
from governance.errors import InvalidAccount, Refusal
from governance.models import Person
from governance.people import change_person, check_link, check_password, create_person, save_team
from governance.second_factor import has_second_factor
from governance.sign_in import actor_of


class PersonForm(forms.ModelForm):
    """A person, with an optional new password."""

    new_password = forms.CharField(
        required=False,
        label=gettext_lazy("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Leave it empty to keep the present one."),
    )
    second_factor = forms.CharField(
        required=False,
        max_length=MAX_REASON,
        label=gettext_lazy("Take away the second step of their sign-in"),
        help_text=gettext_lazy(
            "Say why, when their phone is lost; the reason is kept in the ledger. They sign in with the password"
            " alone until they set it up again, and every session of theirs ends. Empty: leave it as it is."
        ),
    )

    class Meta:
        model = Person
        fields = (
            "username",
            "first_name",
            "last_name",
            "email",
            "role",
            "approval_level",
            "groups",
            "same_as",
            "is_active",
        )
        labels = {"groups": gettext_lazy("Teams"), "same_as": gettext_lazy("Same human being as")}
        help_texts = {"groups": gettext_lazy("The person sees the actions of these teams.")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not (self.instance.pk and has_second_factor(self.instance)):
            self.fields.pop("second_factor", None)

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        if password:
            try:
                check_password(password, self.instance)
            except InvalidAccount as exc:
                raise forms.ValidationError(exc.errors["password"]) from None
        return password

    def clean_same_as(self) -> Person | None:
        main: Person | None = self.cleaned_data["same_as"]
        try:
            check_link(self.instance, main)
        except InvalidAccount as exc:
            raise forms.ValidationError(exc.errors["same_as"]) from None
        return main


@admin.register(Person)
class PersonAdmin(BoundedAdmin):
    stream = "person"
    actions = None
    form = PersonForm
    list_display = ("username", "shown", "role", "approval_level", "is_active", "last_login")
    list_filter = ("role", "is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ("groups",)

    @admin.display(description=gettext_lazy("shown name"))
    def shown(self, person: Person) -> str:
        return person.shown_name

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        return ("username",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Person | None = None) -> Any:
        fields = list(super().get_fields(request, obj))
        return fields if obj and has_second_factor(obj) else [name for name in fields if name != "second_factor"]

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return False  # people are deactivated; history names them

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        """Everything through the verbs. A new person's further fields follow as a change of their own."""
        password = form.cleaned_data.get("new_password") or None
        teams = list(form.cleaned_data["groups"])
        actor = actor_of(request)
        if not change:
            made = create_person(
                actor=actor,
                username=obj.username,
                role=obj.role,
                team=teams[0] if teams else None,
                password=password,
                email=obj.email,
                first_name=obj.first_name,
                last_name=obj.last_name,
            )
            obj.pk, obj._state.adding = made.pk, False
            obj.password, obj.approval_level = made.password, obj.approval_level or made.approval_level
            change_person(obj, actor=actor, teams=teams or None)
        else:
            change_person(obj, actor=actor, teams=teams, password=password)
            if reason := form.cleaned_data.get("second_factor"):
                try:
                    remove_second_factor(obj, actor=actor, reason=reason)
                except Refusal as refused:
                    messages.error(request, refused.sentence)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The teams are saved by the verb already."""


# Groups have an admin of ours; the library's own would write around the verbs.
admin.site.unregister([Group, Authenticator, UserSession])


@admin.register(Group)
class TeamAdmin(BoundedAdmin):
    """Teams are Django groups. What people may do follows from their role, not from here."""

    stream = "team"
    actions = None
    list_display = ("name",)
    search_fields = ("name",)
    fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        save_team(obj, actor=actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

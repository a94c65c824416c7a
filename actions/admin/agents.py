"""Admin of agents and keys, through the verbs."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions.agent_keys import issue_key, revoke_key
from actions.agents import block_agent, change_agent, ensure_agent, line_of, release_agent
from actions.kill_switch import switch_all
from actions.models import Agent, AgentKey, KillSwitch, Sample
from governance.admin.bounded import BoundedAdmin
from governance.characters import plain
from governance.errors import Refusal
from governance.frozen_words import number
from governance.models import Person
from governance.rulebook import NoRulebook
from governance.sign_in import actor_of

# As many of an agent's samples are counted on its page.
_SAMPLES = 500


class ReasonForm(forms.Form):
    """The reason every switch asks for."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept in the ledger, shown to agents."),
    )


class _Asks:
    """Admin pages that ask for a reason and then call one verb."""

    admin_site: Any
    model: Any

    def ask(
        self,
        request: HttpRequest,
        *,
        title: str,
        button: str,
        back: str,
        verb: Any,
        form: type[forms.Form] = ReasonForm,
    ) -> HttpResponse:
        """Show the form; on POST call `verb(actor=…, **cleaned)` and go back with its sentence, or show the refusal."""
        if not request.user.has_perm(f"{self.model._meta.app_label}.change_agent"):
            raise PermissionDenied
        bound = form(request.POST or None)
        if request.method == "POST" and bound.is_valid():
            try:
                said = verb(actor=actor_of(request), **bound.cleaned_data)
            except Refusal as exc:
                bound.add_error(None, exc.sentence)
            else:
                messages.success(request, said)
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": bound,
            "button": button,
            "back": back,
        }
        return TemplateResponse(request, "admin/ask.html", context)


class KeyInline(admin.TabularInline):
    """The keys of an agent: never the key itself, which nobody has any more."""

    model = AgentKey
    fields = readonly_fields = (
        "public_id",
        "issued_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "end",
    )
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="")
    def end(self, key: AgentKey) -> str:
        if key.pk is None or key.revoked_at:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:actions_agent_revoke", args=[key.agent_id, key.pk]), _("Revoke")
        )


class AgentForm(forms.ModelForm):
    """An agent as an admin sees it."""

    class Meta:
        model = Agent
        fields = ("agent_id", "name", "agent_type", "team", "owner", "is_active")
        help_texts = {
            "agent_type": gettext_lazy(
                "Chooses the threshold it is held to. Supervised: a person follows its work. Autonomous:"
                " nobody watches while it works. Unregistered: its id came in a submission and nobody has vouched for"
                " it yet; choosing another type registers it. An agent cannot change this itself."
            )
        }


@admin.register(Agent)
class AgentAdmin(_Asks, BoundedAdmin):
    stream = "agent"
    actions = None
    form = AgentForm
    list_display = ("agent_id", "name", "agent_type", "team", "owner", "known_since", "is_active", "blocked_at")
    list_filter = ("agent_type", "is_active", ("blocked_at", admin.EmptyFieldListFilter), "team")
    search_fields = ("agent_id", "name")
    list_select_related = ("team", "owner", "registered_by")
    fields = (
        "agent_id",
        "name",
        "agent_type",
        "line",
        "team",
        "owner",
        "is_active",
        "known_since",
        "sampled",
        "blocked_at",
        "blocked_by",
        "blocked_reason",
    )
    readonly_fields = ("line", "known_since", "sampled", "blocked_at", "blocked_by", "blocked_reason")
    change_form_template = "admin/actions/agent/change_form.html"
    change_list_template = "admin/actions/agent/change_list.html"

    @admin.display(description=gettext_lazy("known since"), ordering="created_at")
    def known_since(self, agent: Agent) -> str:
        """When it came, and how: by a person's hand, or in a submission."""
        if agent.pk is None:
            return "-"
        day = f"{agent.created_at:%Y-%m-%d}"
        if agent.registered_by:
            return _("{day}, with the key of {agent}").format(day=day, agent=agent.registered_by.agent_id)
        return _("{day}, made by a person").format(day=day)

    @admin.display(description=gettext_lazy("samples"))
    def sampled(self, agent: Agent) -> SafeString | str:
        """How many of its approvals by the rules people looked at afterwards, and where they had a concern."""
        looked = list(
            Sample.objects.filter(action__agent=agent, looked_at__isnull=False).order_by("-pk")[: _SAMPLES + 1]
        )
        concerns = [one for one in looked[:_SAMPLES] if one.finding == Sample.Finding.CONCERN]
        is_cut = len(looked) > _SAMPLES
        number = _("{number} and more").format(number=_SAMPLES) if is_cut else str(len(looked))
        said = _("{number} looked at afterwards, {concerns} of concern").format(number=number, concerns=len(concerns))
        latest = [(reverse("action", args=[one.action_id]), one.action_id, plain(one.note)) for one in concerns[:10]]
        return format_html("{}{}", said, format_html_join("", '<br><a href="{}">#{}</a> {}', latest))

    @admin.display(description=gettext_lazy("threshold in force"))
    def line(self, agent: Agent) -> str:
        """The line its next submission is held to, and which rule draws it."""
        if agent.pk is None:
            return _("The one of its type, unless a threshold names this agent.")
        try:
            held_to = line_of(agent)
        except NoRulebook as exc:
            return _("A person decides everything: {why}").format(why=exc)
        review, deny = number(held_to.review_from), number(held_to.deny_from or 0)
        says = _("A person decides from a score of {review} on; nothing is refused by its score alone.")
        if held_to.deny_from is not None:
            says = _(
                "A person decides from a score of {review} on; from {deny} on it is refused without asking anybody."
            )
        return format_html(
            '{}<br>{} {} {}<a href="{}">{}</a>',
            says.format(review=review, deny=deny),
            _("It is the line of {whom}:").format(whom=held_to.applies_to),
            held_to.reason or _("no threshold names it or its type, so the guide's holds."),
            _("Where another agent's key speaks for it, that agent's line holds as well. ")
            if agent.registered_by
            else "",
            reverse("admin:governance_threshold_changelist"),
            _("All thresholds"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "agent_id") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Agent | None = None) -> Any:
        return (KeyInline,) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:
        return False  # agents are retired; history names them

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        actor = actor_of(request)
        if change:
            change_agent(obj, actor=actor)
        else:
            made = ensure_agent(
                actor=actor,
                agent_id=obj.agent_id,
                name=obj.name,
                team=obj.team.name,
                owner=obj.owner,
                agent_type=obj.agent_type,
            )
            obj.pk = made.pk
            obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keys are issued and revoked on pages of their own; nothing in the formset is written."""
        for formset in formsets:
            formset.save(commit=False)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("kill-switch/", wrap(self.kill_switch), name="actions_agent_kill_switch"),
            path("<int:pk>/issue-key/", wrap(self.issue), name="actions_agent_issue"),
            path("<int:pk>/revoke-key/<int:key_pk>/", wrap(self.revoke), name="actions_agent_revoke"),
            path("<int:pk>/block/", wrap(self.block), name="actions_agent_block"),
            path("<int:pk>/release/", wrap(self.release), name="actions_agent_release"),
            *super().get_urls(),
        ]

    def issue(self, request: HttpRequest, pk: int) -> HttpResponse:
        agent = get_object_or_404(Agent, pk=pk)
        back = reverse("admin:actions_agent_change", args=[pk])

        def verb(*, actor: Any) -> str:
            text = issue_key(
                actor=actor, agent_id=agent.agent_id, team=agent.team.name, issued_by=cast(Person, request.user)
            )[1]
            return _("The key of {agent_id}, shown this once: {text}").format(agent_id=agent.agent_id, text=text)

        return self.ask(
            request,
            title=_("Issue a key to {agent}").format(agent=agent),
            button=_("Issue key"),
            back=back,
            verb=verb,
            form=forms.Form,
        )

    def revoke(self, request: HttpRequest, pk: int, key_pk: int) -> HttpResponse:
        key = get_object_or_404(AgentKey, pk=key_pk, agent_id=pk)

        def verb(*, actor: Any, reason: str) -> str:
            revoke_key(key.pk, actor=actor, reason=reason)
            return _("Key {public_id} is revoked; its next request is refused.").format(public_id=key.public_id)

        back = reverse("admin:actions_agent_change", args=[pk])
        return self.ask(
            request, title=_("Revoke key {key}").format(key=key.public_id), button=_("Revoke key"), back=back, verb=verb
        )

    def block(self, request: HttpRequest, pk: int) -> HttpResponse:
        said = _("Blocked {agent}.")
        return self._switch(request, pk, block_agent, title=_("Block {agent}"), word=_("Block"), said=said)

    def release(self, request: HttpRequest, pk: int) -> HttpResponse:
        said = _("Released {agent}.")
        return self._switch(request, pk, release_agent, title=_("Release {agent}"), word=_("Release"), said=said)

    def _switch(self, request: HttpRequest, pk: int, switch: Any, *, title: str, word: str, said: str) -> HttpResponse:
        agent = get_object_or_404(Agent, pk=pk)

        def verb(*, actor: Any, reason: str) -> str:
            switch(agent.pk, actor=actor, reason=reason)
            return said.format(agent=agent.agent_id)

        back = reverse("admin:actions_agent_change", args=[pk])
        return self.ask(request, title=title.format(agent=agent), button=word, back=back, verb=verb)

    def kill_switch(self, request: HttpRequest) -> HttpResponse:
        on = KillSwitch.objects.filter(blocked=True).exists()

        def verb(*, actor: Any, reason: str) -> str:
            switch_all(blocked=not on, actor=actor, reason=reason)
            return _("Every agent may submit again.") if on else _("Every agent is blocked.")

        word = _("Release every agent") if on else _("Block every agent")
        back = reverse("admin:actions_agent_changelist")
        return self.ask(request, title=word, button=word, back=back, verb=verb)

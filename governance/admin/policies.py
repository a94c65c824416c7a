"""Admin of policies and thresholds."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance import conditions, frozen_words
from governance.admin.policy_desk import PolicyDesk
from governance.admin.policy_forms import PolicyForm, ThresholdForm
from governance.admin.rules import RuleAdmin
from governance.frozen_words import number
from governance.local_time import shown
from governance.models import AgentType, Policy, Threshold
from governance.policy_templates import BY_SLUG
from governance.risk import REVIEW_LINE


class ValidityFilter(admin.SimpleListFilter):
    """Where now is in the policy's window."""

    title = gettext_lazy("validity")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", _("In force now")), ("later", _("Not yet")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Policy]) -> QuerySet[Policy]:
        now = timezone.now()
        if self.value() == "later":
            return queryset.filter(valid_from__gt=now)
        if self.value() == "over":
            return queryset.filter(valid_until__lte=now)
        if self.value() == "now":
            return queryset.filter(is_enabled=True).exclude(valid_from__gt=now).exclude(valid_until__lte=now)
        return queryset


@admin.register(Policy)
class PolicyAdmin(PolicyDesk):
    form = PolicyForm
    change_form_template = "admin/governance/policy_form.html"
    change_list_template = "admin/governance/policy_list.html"
    list_display = ("name", "does", "severity", "answered_for_by", "validity", "serves", "is_enabled")
    list_filter = ("effect", "mode", "severity", ValidityFilter, "is_enabled")
    list_select_related = ("owner",)
    search_fields = ("name", "condition", "reason", "controls__control_id")
    groups = (
        (gettext_lazy("What it does"), ("name", "effect", "mode", "severity")),
        (gettext_lazy("When it applies"), ("condition",)),
        (gettext_lazy("Why, and who answers for it"), ("reason", "owner", "controls")),
        (gettext_lazy("For how long"), (("valid_from", "valid_until"), "is_enabled", "priority")),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        of_every_rule = super().get_fieldsets(request, obj)[1:]
        return [*((title, {"fields": fields}) for title, fields in self.groups), *of_every_rule]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).prefetch_related("controls")

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        template = BY_SLUG.get(request.GET.get("template", "")) if object_id is None else None
        context = self.desk(request) | {"begun_with": template} | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if conditions.leaves_open(conditions.compile(obj.condition)):
            messages.warning(
                request,
                _(
                    "An action without what the condition asks for gets no answer from this policy, and then a person"
                    " must decide it. To mean “only if it is there”, write has(action.details.amount) && … first."
                ),
            )
        if obj.is_enabled and obj.mode == Policy.Mode.ENFORCE and obj.owner is None:
            messages.warning(request, _("This policy is enforced and nobody answers for it. Name an owner."))

    # -- Columns -------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Effect"), ordering="effect")
    def does(self, policy: Policy) -> str:
        if policy.mode == Policy.Mode.ENFORCE:
            return format_html("<b>{}</b>", policy.get_effect_display())
        return format_html('{} <span class="quiet">({})</span>', policy.get_effect_display(), _("observed only"))

    @admin.display(description=gettext_lazy("Owner"), ordering="owner__username")
    def answered_for_by(self, policy: Policy) -> str:
        if policy.owner:
            return str(policy.owner)
        is_missed = policy.is_enabled and policy.mode == Policy.Mode.ENFORCE
        return format_html('<span class="{}">{}</span>', "missed" if is_missed else "quiet", _("nobody"))

    @admin.display(description=gettext_lazy("Validity"), ordering="valid_from")
    def validity(self, policy: Policy) -> str:
        """Where now is in its window, and the end of it that matters."""
        now, begins, ends = timezone.now(), policy.valid_from, policy.valid_until
        if begins and now < begins:
            return _("not yet: from {when}").format(when=shown(begins))
        if ends and now >= ends:
            return _("over since {when}").format(when=shown(ends))
        return _("in force until {when}").format(when=shown(ends)) if ends else _("in force")

    @admin.display(description=gettext_lazy("Controls"))
    def serves(self, policy: Policy) -> str:
        return ", ".join(control.control_id for control in policy.controls.all()) or "–"


@admin.register(Threshold)
class ThresholdAdmin(RuleAdmin):
    form = ThresholdForm
    list_display = ("whose", "decided_from", "refused_from", "reason", "is_enabled")
    list_filter = ("agent_type", "is_enabled")
    list_select_related = ("team",)
    search_fields = ("agent_id", "reason")

    @admin.display(description=gettext_lazy("for whom"), ordering="agent_type")
    def whose(self, threshold: Threshold) -> str:
        return frozen_words.line(threshold.name)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        whom = _(
            "Either a kind of agents, or one agent by its id. The agent's own line beats its kind's, and the line for"
            " its team beats the one for any team. A kind without a line keeps the guide's 70."
        )
        lines = _(
            "A score is compared with these lines after it is worked out. Policies come on top: a denial or a demand"
            " for approval holds at any score."
        )
        return [
            (_("For whom"), {"fields": ("agent_type", "agent_id", "team"), "description": whom}),
            (_("The lines"), {"fields": ("review_from", "deny_from", "reason", "is_enabled"), "description": lines}),
            *super().get_fieldsets(request, obj)[1:],
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.is_enabled and obj.agent_type == AgentType.UNREGISTERED and obj.review_from > REVIEW_LINE:
            messages.warning(
                request,
                _(
                    "Agents nobody has registered now pass without a person up to {review_from}; the guide's line is"
                    " {review_line}. Anybody with a key can name a new agent."
                ).format(review_from=number(obj.review_from), review_line=number(REVIEW_LINE)),
            )

    @admin.display(description=gettext_lazy("A person decides from"), ordering="review_from")
    def decided_from(self, line: Threshold) -> str:
        return number(line.review_from)

    @admin.display(description=gettext_lazy("Refused from"), ordering="deny_from")
    def refused_from(self, line: Threshold) -> str:
        return _("never") if line.deny_from is None else number(line.deny_from)

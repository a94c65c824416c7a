"""What the admin of policies can do besides saving: check and try a draft, start from a template, duplicate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance import policy_trial
from governance.admin.rules import RuleAdmin
from governance.condition_reference import SECTIONS
from governance.models import Control, Policy
from governance.policies import Policy as Applied
from governance.policy_templates import BY_SLUG, TEMPLATES
from governance.policy_trial import CannotTry

SEE_ALL = "actions.view_all_teams"  # past actions of every team are shown here

# Of a form that was sent to be tried: what the page of its own does not ask for again.
_KEPT = ("name", "effect", "mode", "reason", "valid_from", "valid_until", "policy")

_OF_A_TEMPLATE = ("name", "condition", "effect", "mode", "severity", "reason")
_OF_A_COPY = ("condition", "effect", "severity", "reason", "owner", "valid_from", "valid_until", "priority")


class PolicyDesk(RuleAdmin):
    """Mixed into the admin of policies."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("try/", wrap(require_POST(self.try_view)), name="governance_policy_try"),
            path("templates/", wrap(self.templates_view), name="governance_policy_templates"),
        ]
        return [*own, *super().get_urls()]

    def may_write(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    # -- Trying --------------------------------------------------------------------------------------------

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Check the condition that was sent, and try it on the action that was named. Nothing is written.

        A fragment for the script of the form; a page of its own for everybody else.
        """
        if not self.may_write(request):
            raise PermissionDenied
        found = self._tried(request)
        if request.headers.get("X-Fragment"):
            return TemplateResponse(request, "admin/governance/_policy_trial.html", found)
        context = self.admin_site.each_context(request) | self.desk(request) | found
        context |= {
            "title": _("Try a policy"),
            "opts": self.opts,
            "sent": request.POST,
            "kept": [(name, request.POST[name]) for name in _KEPT if name in request.POST],
        }
        return TemplateResponse(request, "admin/governance/policy_trial.html", context)

    def _tried(self, request: HttpRequest) -> dict[str, Any]:
        sent = request.POST
        condition = sent.get("condition", "")
        found: dict[str, Any] = {
            "check": policy_trial.check(condition),
            "condition": condition,
            "mode": sent.get("mode"),
        }
        number = (sent.get("try_number") or sent.get("try_recent") or "").strip()
        if not number:
            return found
        if not request.user.has_perm(SEE_ALL):
            return found | {"cannot": _("Trying shows an action of any team, and you may not see all teams' actions.")}
        if not number.isdecimal() or len(number) > 18:
            return found | {"cannot": _("An action is named by its number.")}
        stored = Policy.objects.filter(pk=sent["policy"]).first() if sent.get("policy", "").isdecimal() else None
        try:
            trial = policy_trial.try_on(_draft(sent), condition, int(number), instead_of=stored.name if stored else "")
        except CannotTry as exc:
            return found | {"cannot": str(exc)}
        return found | {"trial": trial}

    def desk(self, request: HttpRequest) -> dict[str, Any]:
        """What the form and the page of its own show around a condition."""
        may_see = request.user.has_perm(SEE_ALL)
        return {
            "reference": SECTIONS,
            "may_try": self.may_write(request),
            "may_see_actions": may_see,
            "recent": policy_trial.recent() if may_see else [],
            "try_url": reverse("admin:governance_policy_try"),
        }

    # -- Beginning with something --------------------------------------------------------------------------

    def templates_view(self, request: HttpRequest) -> HttpResponse:
        """The templates, to be read and begun with."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        names = dict(Control.objects.filter(control_id__in=_controls_named()).values_list("control_id", "title"))
        context = self.admin_site.each_context(request) | {
            "title": _("Start a policy from a template"),
            "opts": self.opts,
            "templates": [
                (template, [(control, names.get(control, "")) for control in template.controls])
                for template in TEMPLATES
            ],
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/governance/policy_templates.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new policy begins with a template, with another policy, or with nothing; and with who writes it."""
        begun: dict[str, Any] = {"owner": request.user.pk, "mode": Policy.Mode.OBSERVE}
        template, copied = BY_SLUG.get(request.GET.get("template", "")), request.GET.get("copy", "")
        if template:
            controls = Control.objects.filter(control_id__in=template.controls)
            begun |= {name: getattr(template, name) for name in _OF_A_TEMPLATE}
            return begun | {"controls": list(controls)}
        source = Policy.objects.filter(pk=copied).first() if copied.isdecimal() else None
        if source:
            begun |= {name: getattr(source, name) for name in _OF_A_COPY}
            return begun | {"name": f"{source.name[:90]} (copy)", "controls": list(source.controls.all())}
        return begun


def _controls_named() -> set[str]:
    return {control for template in TEMPLATES for control in template.controls}


def _draft(sent: Any) -> Applied:
    """The policy as far as it is typed. What is wrong or missing yet does not keep it from being tried."""
    effect = sent.get("effect")
    return Applied(
        name=sent.get("name") or _("This policy"),
        effect=effect if effect in Policy.Effect.values else Policy.Effect.REQUIRE_APPROVAL.value,
        mode=Policy.Mode.ENFORCE.value,
        reason=sent.get("reason") or "(no reason is written yet)",
        program=None,
        valid_from=_moment(sent.get("valid_from")),
        valid_until=_moment(sent.get("valid_until")),
    )


def _moment(text: str | None) -> Any:
    try:
        return forms.DateTimeField(required=False).clean(text)
    except ValidationError:
        return None

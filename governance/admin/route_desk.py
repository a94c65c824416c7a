"""What the admin of routes can do besides saving: say who could approve on a route, stored or drafted, and warn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from governance import conditions, past_actions, policies, policy_trial, risk, route_checks, rulebook
from governance import route_preview as previews
from governance.admin.rules import RuleAdmin
from governance.condition_reference import SECTIONS
from governance.errors import InvalidRule
from governance.models import Route
from governance.past_actions import PastAction
from governance.route_preview import Sample, Seat, highest_score, preview
from governance.route_rules import RouteRule, make
from governance.rule_content import Draft, item_of
from governance.rulebook import NoRulebook

SEE_ALL = "actions.view_all_teams"  # past actions of every team are shown here


class SampleForm(forms.Form):
    """What the route is looked at for: a past action, or a score and a team."""

    preview_recent = forms.CharField(required=False)
    preview_number = forms.CharField(required=False)
    preview_score = forms.FloatField(label=gettext_lazy("or a score"), required=False, min_value=0, max_value=100)
    preview_team = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        label=gettext_lazy("by an agent of"),
        required=False,
        empty_label=gettext_lazy("any team"),
    )


def rule_of(row: Route) -> RouteRule:
    """The route of a row as it is applied."""
    return make(item_of(Draft(row)))


def warnings_of(row: Route, seats: list[Seat] | None = None) -> list[str]:
    """Why an enabled route could not be met today, for the highest score it catches."""
    if not row.is_enabled:
        return []
    sample = Sample(highest_score(row.score_below), row.team_id)
    return preview(rule_of(row).route, sample, seats).problems


class RouteDesk(RuleAdmin):
    """Mixed into the admin of routes."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("preview/", wrap(require_POST(self.draft_view)), name="governance_route_preview_draft"),
            path("<int:pk>/preview/", wrap(self.stored_view), name="governance_route_preview"),
        ]
        return [*own, *super().get_urls()]

    def draft_view(self, request: HttpRequest) -> HttpResponse:
        """Who could approve on the route as the form has it now. Nothing is written.

        A fragment for the script of the form; a page of its own for everybody else.
        """
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        form = self.get_form(request)(request.POST)
        form.is_valid()  # whatever is missing yet, the stages may be looked at
        if problem := " ".join(form.errors.get("stages", ())):
            found: dict[str, Any] = {"cannot": problem}
        else:
            found = self._looked_at(request, form.instance, request.POST)
        if request.headers.get("X-Fragment"):
            return TemplateResponse(request, "admin/governance/_route_preview.html", found)
        return self._page(request, found | {"title": _("Who could approve on this draft")})

    def stored_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who could approve on a stored route."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(_("There is no such route."))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        found = self._looked_at(request, row, request.GET)
        return self._page(
            request,
            found
            | self.sampling(request, request.GET)
            | {"title": _("Who could approve: {row}").format(row=row), "route": row},
        )

    def _page(self, request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
        context = self.admin_site.each_context(request) | found | {"opts": self.opts}
        return TemplateResponse(request, "admin/governance/route_preview.html", context)

    def _looked_at(self, request: HttpRequest, row: Route, sent: Any) -> dict[str, Any]:
        asked = SampleForm(sent)
        if not asked.is_valid():
            return {"cannot": _("A score is a number from 0 to 100.")}
        try:
            route_checks.check(row)
        except InvalidRule as exc:
            return {"cannot": " ".join(exc.errors.values())}
        given = asked.cleaned_data
        number = given["preview_number"].strip() or given["preview_recent"]
        if number:
            return self._for_action(request, row, number)
        score = given["preview_score"]
        team = row.team or given["preview_team"]
        sample = Sample(highest_score(row.score_below) if score is None else score, team.pk if team else None)
        return {
            "preview": preview(rule_of(row).route, sample),
            "score": score,
            "below": row.score_below,
            "team": team,
        }

    def _for_action(self, request: HttpRequest, row: Route, number: str) -> dict[str, Any]:
        if not request.user.has_perm(SEE_ALL):
            return {"cannot": _("This shows an action of any team, and you may not see all teams' actions.")}
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            return {"cannot": _("An action is named by its number.")}
        past = past_actions.source().one(int(number))
        if past is None:
            return {"cannot": _("There is no action {number}.").format(number=number)}
        team = Group.objects.filter(name=past.facts.team).first()
        owners = past_actions.source().owners(past.action_id)
        rule = rule_of(row)
        sample = Sample(past.score, team.pk if team else None, owners)
        return {
            "preview": preview(rule.route, sample),
            "past": past,
            "score": past.score,
            "team": team,
            "has_owner": bool(owners),
            "fits": _fits(rule, past),
        }

    def sampling(self, request: HttpRequest, sent: Any) -> dict[str, Any]:
        """What a sample can be chosen from."""
        may_see = request.user.has_perm(SEE_ALL)
        return {"sample": SampleForm(sent), "recent": policy_trial.recent() if may_see else [], "may_see": may_see}

    def desk(self, request: HttpRequest) -> dict[str, Any]:
        """What the form shows around its fields."""
        return self.sampling(request, None) | {
            "reference": SECTIONS,
            "may_try": self.has_add_permission(request) or self.has_change_permission(request),
            "try_url": reverse("admin:governance_policy_try"),
            "preview_url": reverse("admin:governance_route_preview_draft"),
        }

    def all_seats(self) -> list[Seat]:
        """Looked up once for a whole list."""
        return previews.seats()


def _fits(rule: RouteRule, past: PastAction) -> bool | None:
    """Whether the action meets the route's own terms by the rules in force; None when nobody can say."""
    try:
        assessment = risk.assess(past.facts, rulebook.current().mapping)
    except NoRulebook:
        return None
    if not rule.may_take(past.facts, assessment.score):
        return False
    if not rule.condition:
        return True
    values = conditions.activation(policies.values_of(past.facts, assessment))
    answer = conditions.evaluate(rule.program, values)
    return answer if isinstance(answer, bool) else None

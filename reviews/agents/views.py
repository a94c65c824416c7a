"""The pages of agents: the listing, one of them, and the switches that stop them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from actions.agents import block_agent, release_agent
from actions.kill_switch import switch_all
from actions.models import Agent
from governance.errors import Refusal
from governance.sign_in import actor_of
from reviews.agents.case import AgentCase, switch_on
from reviews.agents.filters import AgentFilter
from reviews.agents.forms import SwitchAllForm, SwitchForm
from reviews.agents.rows import PAGE_SIZE, RECENT, in_order, rows_of, with_last_seen
from reviews.agents.scope import KINDS, visible_to
from reviews.answers import page_or_part
from reviews.gates import person_of, same_site_only, signed_in
from reviews.keyset import Page
from reviews.rendering import plain

_MAY_SWITCH = "actions.change_agent"


@signed_in
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """The agents of the person's teams, a page of them."""
    return _listing_page(request)


@signed_in
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One agent: who it is, what it is held to, what it did, and its switch."""
    return _agent_page(request, _visible_agent(request, pk))


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop one agent. Only a POST does."""
    return _switch_one(request, pk, block_agent, blocks=True)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let one agent go again. Only a POST does."""
    return _switch_one(request, pk, release_agent, blocks=False)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponseBase:
    """Stop every agent, or let them go again. Only a POST does."""
    if request.method != "POST":
        return redirect("agents")
    if not request.user.has_perm(_MAY_SWITCH):
        raise PermissionDenied
    form = SwitchAllForm(request.POST)
    if not form.is_valid():
        return _listing_page(request, form=form, alert=form.sentence, status=400)
    blocks = form.cleaned_data["to"] == "block"
    stood = switch_on() is not None
    try:
        switch_all(blocked=blocks, actor=actor_of(request), reason=form.cleaned_data["reason"])
    except Refusal as refused:
        return _listing_page(request, form=form, alert=refused.sentence, status=refused.status)
    if stood == blocks:
        said = _("Every agent was blocked already. Nothing was changed.") if blocks else _("No switch was on.")
        messages.info(request, said)
    elif blocks:
        messages.success(request, _("Every agent is blocked. Whatever they ask from now on is rejected."))
    else:
        messages.success(request, _("The kill switch is released. Agents that are not blocked themselves may submit."))
    return redirect("agents")


def _switch_one(request: HttpRequest, pk: int, verb: Callable[..., Agent], *, blocks: bool) -> HttpResponseBase:
    found = _visible_agent(request, pk)
    if request.method != "POST":
        return redirect("agent", pk=pk)
    if not request.user.has_perm(_MAY_SWITCH):
        raise PermissionDenied
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _agent_page(request, found, form=form, alert=form.sentence, status=400)
    stood = found.blocked_at is not None
    try:
        verb(found.pk, actor=actor_of(request), reason=form.cleaned_data["reason"])
    except Refusal as refused:
        again = _visible_agent(request, pk)
        return _agent_page(request, again, form=form, alert=refused.sentence, status=refused.status)
    name = {"agent": plain(found.agent_id)}
    if stood == blocks:
        said = _("%(agent)s was blocked already. Nothing was changed.") if blocks else _("%(agent)s was not blocked.")
        messages.info(request, said % name)
    elif blocks:
        messages.success(request, _("%(agent)s is blocked. Whatever it asks from now on is rejected.") % name)
    else:
        messages.success(request, _("%(agent)s is released. Its next submission is judged by the rules again.") % name)
    return redirect("agent", pk=pk)


def _visible_agent(request: HttpRequest, pk: int) -> Agent:
    """The agent, if it is one of the person's teams; a stranger's id does not exist."""
    agents = visible_to(person_of(request)).select_related("registered_by__team")
    found = agents.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _agent_page(
    request: HttpRequest, found: Agent, *, form: SwitchForm | None = None, alert: str = "", status: int = 200
) -> HttpResponse:
    person = person_of(request)
    case = AgentCase(found, person, timezone.now())
    known = found.registered_by_id and visible_to(person).filter(pk=found.registered_by_id).exists()
    context = {
        "section": "agents",
        "case": case,
        "agent": found,
        "activity": case.activity,
        "switch": case.switch,
        "form": form or SwitchForm(),
        "alert": alert,
        "knows_sender": bool(known),
    }
    return render(request, "agents/record.html", context, status=status)


def _listing_page(
    request: HttpRequest, *, form: SwitchAllForm | None = None, alert: str = "", status: int = 200
) -> HttpResponse:
    person = person_of(request)
    seen = visible_to(person)
    filters = AgentFilter(request.GET, seen)
    found = in_order(with_last_seen(filters.qs, person), filters.used.get("order", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    params = request.GET.copy()
    params.pop("page", None)
    context: dict[str, Any] = {
        "section": "agents",
        "filter": filters,
        "rows": rows_of(list(page), person),
        "number": page.paginator.count,
        "page": Page(
            list(page),
            newer=f"page={page.previous_page_number()}" if page.has_previous() else "",
            older=f"page={page.next_page_number()}" if page.has_next() else "",
        ),
        "of_latest": RECENT,
        "query": params.urlencode(),
        "kinds": list(KINDS.values()),
        "switch": switch_on(),
        "may_switch": person.has_perm(_MAY_SWITCH),
        "sees_all": person.has_perm("actions.view_all_teams"),
        "has_team": person.has_perm("actions.view_all_teams") or person.groups.exists(),
        "form": form or SwitchAllForm(),
        "alert": alert,
    }
    template = page_or_part(request, "agents/listing.html", "agents/_results.html")
    return render(request, template, context, status=status)

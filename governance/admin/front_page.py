"""Admin's front page and its side: what needs attention, then what there is to do, by job, a sentence each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.admin.attention import notes_for
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    Policy,
    Route,
    RulebookVersion,
    Threshold,
)

# Job: its name, and its kinds in order (by the name of the model) with what each is for.
JOBS: dict[str, tuple[Promise, dict[str, Promise]]] = {
    "rules": (
        _("Rules"),
        {
            "Policy": _("Conditions of your own that deny an action, send it to a person, or let it pass."),
            "Threshold": _("From which score a person decides, for a kind of agents or for one agent."),
            "Route": _("Who must approve a pending action, in which stages, and by when."),
            "ActionTypeRule": _("How risky each type of action is, and which techniques and controls it maps to."),
            "EvidenceRule": _("Words in an action's own text that raise its score."),
            "IndicatorRule": _("What an agent declares about its action, and how much that raises the score."),
            "LevelScore": _("The score each of the four levels starts from."),
            "Replay": _("What a draft of a rule would have changed among past actions."),
            "RulebookVersion": _("Every version of the rules, who made it and why."),
        },
    ),
    "catalogues": (
        _("Catalogues"),
        {
            "Technique": _("What attackers do: MITRE ATT&CK, MITRE ATLAS, OWASP ASI."),
            "Control": _("What protects: NIST SP 800-53."),
            "Mitigation": _("Which control is published as mitigating which technique."),
            "CatalogueRelease": _("Which release of each catalogue was read, and when."),
        },
    ),
    "agents": (
        _("Agents"),
        {
            "Agent": _("Who may submit actions: keys, owner, team, and the switch that blocks one or all."),
            "AgentKey": _("The keys of the agents; the keys themselves are not kept."),
            "Action": _("Every action as it was submitted, to read."),
            "Outcome": _("What agents reported after acting, to read."),
        },
    ),
    "people": (
        _("People"),
        {
            "Person": _("Who signs in, with which role, up to which score."),
            "Delegation": _("Who acts for whom while they are away."),
            "Group": _("Who sees whose actions."),
        },
    ),
    "oversight": (
        _("Oversight"),
        {
            "BreakGlass": _("Approvals one senior gave alone, and what somebody else found afterwards."),
            "Sample": _("What the rules approved and a person looked at afterwards."),
            "Canary": _("Tests planted among what waits, and who caught them."),
        },
    ),
    "operations": (
        _("Operations"),
        {
            "LedgerEntry": _("Everything that happened, in order; nothing in it can be changed. Verify it here."),
            "Notice": _("What was sent to whom, what waits, and what could not be sent."),
            "Channel": _("Chat rooms that are told what waits, by their incoming webhook."),
        },
    ),
}

# The portal's own pages on a job's subject: their address and what they are called.
PAGES: dict[str, tuple[tuple[str, Promise], ...]] = {
    "rules": (("rules", _("The rules, to read")),),
    "catalogues": (("catalogue", _("The catalogue, to read")),),
    "agents": (("agents", _("Agents at work")), ("actions", _("All actions"))),
    "people": (("away", _("Away")),),
    "oversight": (("oversight", _("How people decide")),),
    "operations": (
        ("admin:governance_ledgerentry_verify", _("Verify the ledger")),
        ("dashboard", _("Dashboard")),
        ("history", _("History")),
    ),
}
# Pages that only some may see.
_WANTS = {
    "oversight": "reviews.view_oversight",
    "admin:governance_ledgerentry_verify": "governance.view_ledgerentry",
}

_COUNTED = (Policy, Threshold, Route, ActionTypeRule, EvidenceRule, IndicatorRule)

_apps_of = admin.site.get_app_list
_index = admin.site.index


def jobs(request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
    """Django's list of apps, regrouped by job. One app's page stays as it is."""
    apps = _apps_of(request, app_label)
    if app_label:
        return apps
    waiting = {model["object_name"]: model for app in apps for model in app["models"]}
    listed = []
    for anchor, (name, kinds) in JOBS.items():
        models = [waiting.pop(kind) | {"says": says} for kind, says in kinds.items() if kind in waiting]
        listed.append(_job(anchor, name, models))
    listed.append(_job("more", _("More"), list(waiting.values())))
    return [job for job in listed if job["models"]]


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
    """The front page: what needs attention, the jobs, how many rules are enabled, which version is in force."""
    counted = {model.__name__: _counts(model) for model in _COUNTED}
    listed = jobs(request)
    for job in listed:
        job["pages"] = _pages(job["app_label"], request.user)
        for model in job["models"]:
            model |= counted.get(model["object_name"], {})
    version = RulebookVersion.objects.defer("content").order_by("-version").first()
    context = {"app_list": listed, "version": version, "attention": notes_for(request.user)}
    return _index(request, context | (extra_context or {}))


def _job(anchor: str, name: Any, models: list[dict[str, Any]]) -> dict[str, Any]:
    # Django's template of the side links an app's name to its page; a job has a place on the front page instead.
    return {"name": name, "app_label": anchor, "app_url": f"{reverse('admin:index')}#{anchor}", "models": models}


def _pages(anchor: str, person: Any) -> list[tuple[str, Any]]:
    """The pages of a job that the person may see. They stand a storey above, so they are named, not imported."""
    found = []
    for name, words in PAGES.get(anchor, ()):
        if name in _WANTS and not person.has_perm(_WANTS[name]):
            continue
        try:
            found.append((reverse(name), words))
        except NoReverseMatch:
            continue
    return found


def _counts(model: Any) -> dict[str, int]:
    return model.objects.aggregate(total=Count("pk"), enabled=Count("pk", filter=Q(is_enabled=True)))

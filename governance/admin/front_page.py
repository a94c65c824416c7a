"""Admin's front page and its side: what there is to do, by job, each with one sentence what it is for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    Policy,
    Route,
    RulebookVersion,
    Threshold,
)

# Job: its kinds in order (by the name of the model), and what each is for.
JOBS: dict[str, dict[str, str]] = {
    "Rules": {
        "Policy": "Conditions of your own that deny an action, send it to a person, or let it pass.",
        "Threshold": "From which score a person decides, for a kind of agents or for one agent.",
        "Route": "Who must approve a pending action, in which stages, and by when.",
        "ActionTypeRule": "How risky each type of action is, and which techniques and controls it maps to.",
        "EvidenceRule": "Words in an action's own text that raise its score.",
        "IndicatorRule": "What an agent declares about its action, and how much that raises the score.",
        "LevelScore": "The score each of the four levels starts from.",
        "Replay": "What a draft of a rule would have changed among past actions.",
        "RulebookVersion": "Every version of the rules, who made it and why.",
    },
    "Catalogues": {
        "Technique": "What attackers do: MITRE ATT&CK, MITRE ATLAS, OWASP ASI.",
        "Control": "What protects: NIST SP 800-53.",
        "Mitigation": "Which control is published as mitigating which technique.",
        "CatalogueRelease": "Which release of each catalogue was read, and when.",
    },
    "Agents": {
        "Agent": "Who may submit actions: keys, owner, team, and the switch that blocks one or all.",
        "AgentKey": "The keys of the agents; the keys themselves are not kept.",
        "Action": "Every action as it was submitted, to read.",
        "Outcome": "What agents reported after acting, to read.",
    },
    "Oversight": {
        "Canary": "Tests planted among what waits, and who caught them.",
        "BreakGlass": "Approvals one senior gave alone, and what somebody else found afterwards.",
        "Sample": "What the rules approved and a person looked at afterwards.",
    },
    "People": {
        "Person": "Who signs in, with which role, up to which score.",
        "Delegation": "Who acts for whom while they are away.",
        "Group": "Who sees whose actions.",
    },
    "Notices": {
        "Channel": "Chat rooms that are told what waits, by their incoming webhook.",
        "Notice": "What was sent to whom, what waits, and what could not be sent.",
    },
    "Ledger": {
        "LedgerEntry": "Everything that happened, in order; nothing in it can be changed.",
    },
}
_REST = "More"

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
    for job, kinds in JOBS.items():
        models = [waiting.pop(kind) | {"says": says} for kind, says in kinds.items() if kind in waiting]
        listed.append(_job(job, models))
    listed.append(_job(_REST, list(waiting.values())))
    return [job for job in listed if job["models"]]


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
    """The front page: the jobs, how many rules of each kind are enabled, and which version is in force."""
    counted = {model.__name__: _counts(model) for model in _COUNTED}
    listed = jobs(request)
    for job in listed:
        for model in job["models"]:
            model |= counted.get(model["object_name"], {})
    version = RulebookVersion.objects.defer("content").order_by("-version").first()
    return _index(request, {"app_list": listed, "version": version} | (extra_context or {}))


def _job(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    # Django's template of the side links an app's name to its page; a job has a place on the front page instead.
    anchor = name.lower()
    return {"name": name, "app_label": anchor, "app_url": f"{reverse('admin:index')}#{anchor}", "models": models}


def _counts(model: Any) -> dict[str, int]:
    return model.objects.aggregate(total=Count("pk"), enabled=Count("pk", filter=Q(is_enabled=True)))

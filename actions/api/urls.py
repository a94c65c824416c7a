"""The addresses of the agents' API. No trailing slashes, no redirects (wire-contract rule 10).

Two families of addresses answer with the same objects: the guide's `/api/v1/actions…` and the published clients'
older ones.
"""

from __future__ import annotations

from django.urls import path, re_path

from actions.api import rules_views, views
from actions.models import Outcome

complete = views.Report.as_view(kind=Outcome.Kind.COMPLETED)
fail = views.Report.as_view(kind=Outcome.Kind.FAILED)
status = views.Status.as_view()
cancel = views.Cancel.as_view()
people_decide = views.PeopleDecide.as_view()
listing = views.Listing.as_view()
lenient_submit = views.Submit.as_view(lenient=True)

urlpatterns = [
    path("health", views.Health.as_view(), name="api-health"),
    path("api/deployment-info", views.DeploymentInfo.as_view(), name="api-deployment-info"),
    # The guide's family
    path("api/v1/actions/submit", views.Submit.as_view(), name="api-submit"),
    path("api/v1/actions/preflight", rules_views.Preflight.as_view(), name="api-preflight"),
    path("api/v1/actions", listing, name="api-actions"),
    path("api/v1/actions/<int:action_id>", views.Detail.as_view(sdk_words=True), name="api-action"),
    path("api/v1/actions/<int:action_id>/status", status, name="api-status"),
    path("api/v1/actions/<str:action_id>/complete", complete, name="api-complete"),
    path("api/v1/actions/<str:action_id>/fail", fail, name="api-fail"),
    path("api/v1/actions/<int:action_id>/cancel", cancel, name="api-cancel"),
    path("api/v1/actions/<int:action_id>/approve", people_decide, name="api-approve"),
    path("api/v1/actions/<int:action_id>/reject", people_decide, name="api-reject"),
    # The published clients' family
    path("api/authorization/agent-action", lenient_submit, name="api-agent-action-submit"),
    path(
        "api/authorization/agent-action/preflight",
        rules_views.Preflight.as_view(lenient=True),
        name="api-agent-action-preflight",
    ),
    path(
        "api/governance/policies/evaluate-realtime",
        rules_views.EvaluateRealtime.as_view(),
        name="api-evaluate-realtime",
    ),
    path("api/sdk/agent-action", lenient_submit, name="api-sdk-agent-action"),
    path("api/agent-action", lenient_submit, name="api-agent-action-alias"),
    path("api/agent-action/status/<int:action_id>", status, name="api-agent-action-status"),
    path("api/agent-action/<int:action_id>", views.Detail.as_view(), name="api-agent-action"),
    path("api/agent-action/<str:action_id>/complete", complete, name="api-agent-action-complete"),
    path("api/agent-action/<str:action_id>/fail", fail, name="api-agent-action-fail"),
    path("api/agent-action/<int:action_id>/cancel", cancel, name="api-agent-action-cancel"),
    path("api/agent-action/<int:action_id>/approve", people_decide, name="api-agent-action-approve"),
    path("api/agent-action/<int:action_id>/reject", people_decide, name="api-agent-action-reject"),
    path("api/authorization/approve/<int:action_id>", people_decide, name="api-authorization-approve"),
    path("api/authorization/deny/<int:action_id>", people_decide, name="api-authorization-deny"),
    path("api/agent-activity", listing, name="api-agent-activity"),
    path("api/sdk/approval/<int:action_id>", views.Approval.as_view(), name="api-approval"),
    path("api/sdk/kill-switch/status", views.KillSwitchStatus.as_view(), name="api-kill-switch"),
    re_path(r"^api/", views.NotHere.as_view(), name="api-not-here"),
]

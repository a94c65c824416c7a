"""What a standing approval covers: asked at submission, by a preflight, and by people before they give one. Read only.

It stands in for people only where nothing but a line or a policy's wish for people calls them. Where the rules failed,
a condition had no answer, the score is critical, or a person is asked for each time, people look each time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.contract import facts_of
from actions.models import Action, StandingApproval
from governance import conditions, policies
from governance.conditions import Activation
from governance.errors import InvalidRule
from governance.models import AgentType
from governance.risk import Assessment


def why_people_each_time(action: Action) -> str:
    """Why no standing approval may ever stand in for people here, as a sentence; empty when one may."""
    if action.verdict["outcome"] != "pending":
        return _("The rules did not leave this action to people.")
    if action.verdict["degraded"]:
        return _("Not every rule could be evaluated for this action, so people look each time.")
    if action.risk_level == "critical":
        return _("A critical action is decided by people each time.")
    if asked := action.assessment.get("review_reasons"):
        return _("People look each time: {asked}").format(asked=asked[0])
    if action.agent_id is None or action.agent_id != action.principal_id:
        return _("The agent submits with another agent's key, so people look each time.")
    return ""


def values_of(action: Action) -> Activation:
    """What a condition may look at of an action: stored, or only weighed."""
    facts = facts_of(
        action.payload,
        agent_id=action.agent.agent_id,
        team=action.team.name,
        agent_type=action.verdict.get("threshold", {}).get("agent_type") or AgentType.SUPERVISED,
        at=action.created_at,
    )
    seen: dict[str, Any] = {**action.assessment, "factors": (), "review_reasons": ()}
    return conditions.activation(policies.values_of(facts, Assessment(**seen)))


def holds(condition: str, values: Activation) -> bool:
    """Whether the condition is true. What has no answer is not; what can no longer be read covers nothing."""
    try:
        program = conditions.compile(condition)
    except InvalidRule:
        return False
    return conditions.evaluate(program, values) is True


def is_like(action: Action, *, action_type: str, score_up_to: float, route: dict[str, Any]) -> bool:
    """Whether an action is of the type and below the score, and would take exactly the route that was taken."""
    return action.action_type == action_type and action.risk_score <= score_up_to and action.route == route


def in_force(at: datetime | None = None) -> QuerySet[StandingApproval]:
    """The standing approvals that may be used at that moment (now)."""
    at = at or timezone.now()
    active = StandingApproval.objects.filter(status=StandingApproval.Status.ACTIVE, uses__lt=F("max_uses"))
    return active.filter(valid_from__lte=at, valid_until__gt=at)


def covering(action: Action) -> tuple[int, ...]:
    """The standing approvals that cover a weighed action, oldest first. Costs one statement, and that only for an
    action that waits for people who may be stood in for.
    """
    if why_people_each_time(action):
        return ()
    possible = in_force(action.created_at).filter(
        agent=action.principal_id,
        action_type=action.action_type,
        score_up_to__gte=action.risk_score,
        example__principal=action.principal_id,
        example__team=action.team_id,
    )
    found = [one for one in possible.order_by("pk") if action.route == one.route]
    if not found:
        return ()
    values = values_of(action)
    return tuple(one.pk for one in found if holds(one.condition, values))

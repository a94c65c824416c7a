"""The source of past actions for governance.past_actions: rows read back as the facts they were judged by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Min

from actions.contract import facts_of
from actions.models import Action
from governance.models import AgentType
from governance.past_actions import PastAction, Span, Window

_COLUMNS = (
    "pk",
    "content",
    "verdict",
    "risk_score",
    "created_at",
    "agent__agent_id",
    "agent__agent_type",
    "team__name",
    "principal__agent_id",
    "principal__agent_type",
)


class Actions:
    """governance.past_actions.Source over the table of actions."""

    def one(self, action_id: int) -> PastAction | None:
        row = Action.objects.filter(pk=action_id).values_list(*_COLUMNS).first()
        return _past(row) if row else None

    def owners(self, action_id: int) -> frozenset[int]:
        row = Action.objects.select_related("agent__owner", "principal__owner").get(pk=action_id)
        owners = (row.agent.owner, row.principal.owner)
        return frozenset(owner.identity for owner in owners if owner is not None)

    def span(self, window: Window) -> Span:
        rows = _of(window).values("pk")
        if window.latest is not None:
            rows = rows.order_by("-pk")[: window.latest]
        found = rows.aggregate(number=Count("pk"), lowest=Min("pk"), highest=Max("pk"))
        return Span(found["number"], found["lowest"] or 0, found["highest"] or 0)

    def page(self, window: Window, below: int | None, limit: int) -> Sequence[PastAction]:
        rows = _of(window).order_by("-pk")
        if below is None or window.lowest is None:
            rows = rows if below is None else rows.filter(pk__lt=below)
            return [_past(row) for row in rows.values_list(*_COLUMNS)[:limit]]
        # As many ids as rows may come, instead of a LIMIT: PostgreSQL would read the whole window for each page where
        # it has no statistics of a table yet, or keeps a plan for any values. Ids have gaps, but few.
        while below > window.lowest:
            first = max(window.lowest, below - limit)
            if page := rows.filter(pk__gte=first, pk__lt=below).values_list(*_COLUMNS):
                return [_past(row) for row in page]
            below = first
        return []


def _of(window: Window) -> Any:
    rows = Action.objects.filter(is_canary=False).order_by()
    if window.since is not None:
        rows = rows.filter(created_at__gte=window.since)
    if window.until is not None:
        rows = rows.filter(created_at__lt=window.until)
    if window.lowest is not None:
        rows = rows.filter(pk__gte=window.lowest)
    return rows


def _past(row: tuple[Any, ...]) -> PastAction:
    action_id, content, verdict, score, created_at, agent_id, agent_type, team, *principal = row
    principal_id, principal_type = principal if principal[0] != agent_id else ("", "")
    facts = facts_of(
        json.loads(content),
        agent_id=agent_id,
        team=team,
        # What the agent was called then; actions older than the types keep what it is called now.
        agent_type=verdict.get("threshold", {}).get("agent_type") or agent_type or AgentType.SUPERVISED,
        at=created_at,
        principal_id=principal_id,
        principal_type=principal_type,
    )
    return PastAction(action_id, facts, outcome=verdict["outcome"], score=score)

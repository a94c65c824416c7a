"""A status poll in one statement: the key, and the action if it is this agent's.

Agents poll every two to five seconds while they wait (wire-contract section 5), so this is the busiest address.
Looking the key up in the same statement keeps a revocation effective at once.
"""

from __future__ import annotations

from typing import Any

from django.db.models import FilteredRelation, Q
from rest_framework.request import Request

from actions.agent_keys import public_id_of, touch_key
from actions.api.authentication import ApiKeyAuthentication, check, presented_key
from actions.models import Action, Agent, AgentKey
from governance.errors import Unauthorized
from governance.statements import Question, stored

# What status_answer reads of an action; the heavy columns stay where they are.
_COLUMNS = (
    "id agent_name action_type resource risk_score risk_level verdict route state escalated deadline"
    " decided_via decided_at decided_by_name reason created_at updated_at correlation_id conditions"
    " supersedes_id edited_by_id"
).split()
_KEY = ("id", "public_id", "digest", "expires_at", "revoked_at", "last_used_at")
MAX_ID = 2**63 - 1  # beyond it no database has a row, and drivers raise


class PollingAuthentication(ApiKeyAuthentication):
    """Like ApiKeyAuthentication, with the action of the address in `request.auth.asked` (None if not theirs)."""

    def authenticate(self, request: Request) -> tuple[Agent, AgentKey]:
        text = presented_key(request)
        public_id = public_id_of(text) if text else None
        if text is None or public_id is None:
            raise Unauthorized
        row = _look_up(public_id, int(request.parser_context["kwargs"]["action_id"]))
        key = check(stored(AgentKey, _KEY, [row[name] for name in _KEY]) if row else None, text)
        touch_key(key)
        key.asked = _action(row)  # type: ignore[attr-defined]
        return Agent(pk=row["agent_id"]), key


def _theirs(action_id: Any) -> Q:
    """The action of the address, unless it is a canary: for_agent, said for this join."""
    return Q(agent__submissions__pk=action_id, agent__submissions__is_canary=False)


_NAMES = (*_KEY, "agent_id", "asked__agent__agent_id", *(f"asked__{name}" for name in _COLUMNS))
_LOOK_UP = Question(
    lambda public_id, action_id: (
        AgentKey.objects.filter(public_id=public_id)
        .order_by()
        .annotate(asked=FilteredRelation("agent__submissions", condition=_theirs(action_id)))
        .values_list(*_NAMES)
    ),
    public_id=str,
    action_id=int,
)


def _look_up(public_id: str, action_id: int) -> dict[str, Any]:
    row = _LOOK_UP.first(public_id=public_id, action_id=action_id if action_id <= MAX_ID else -1)
    return dict(zip(_NAMES, row, strict=True)) if row else {}


def _action(row: dict[str, Any]) -> Action | None:
    if row["asked__id"] is None:
        return None
    action = stored(Action, _COLUMNS, [row[f"asked__{name}"] for name in _COLUMNS])
    action.agent = Agent(agent_id=row["asked__agent__agent_id"])
    return action

"""What an agent intends to do, as the portal wants it described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .errors import InvalidActionError


@dataclass
class AgentAction:
    """One intended action (guide, "Step 1: Submit an Action").

    The first eight fields are the guide's, in the order of its reference client; `description` and
    `tool_name` are the two the guide requires of plain REST calls. The portal derives what is left out, but
    a reviewer decides better on a description somebody wrote. Limits are the portal's; it answers 422
    naming the field.
    """

    #: Stable name of the agent; required, not blank.
    agent_id: str
    #: Name shown to reviewers; required, not blank.
    agent_name: str
    #: For example "query" or "data_modification" (guide, "Action Types"); required, not blank.
    action_type: str
    #: What is acted upon, for example "customer_profiles".
    resource: str | None = None
    #: Which one of them, for example "CUST-12345".
    resource_id: str | None = None
    #: The parameters of the action. Keys are text, values are what JSON can hold.
    action_details: Mapping[str, Any] | None = None
    #: Why, for whom, under which ticket.
    context: Mapping[str, Any] | None = None
    #: Hints such as {"pii_involved": True}. They can raise the risk, never lower it.
    risk_indicators: Mapping[str, Any] | None = None
    #: One sentence for the reviewer.
    description: str | None = None
    #: The tool that will run, for example "customer_database".
    tool_name: str | None = None
    #: The number of an action of yours that was denied, and whose place this one takes.
    supersedes: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The fields that are set, ready to be sent. Raises `InvalidActionError`."""
        for name in ("agent_id", "agent_name", "action_type"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise InvalidActionError(f"{name} must be text that is not blank; nothing was sent.")
        for name in ("resource", "resource_id", "description", "tool_name"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise InvalidActionError(f"{name} must be text; nothing was sent.")
        for name in ("action_details", "context", "risk_indicators"):
            if not isinstance(getattr(self, name), (Mapping, type(None))):
                raise InvalidActionError(f"{name} must be a dictionary; nothing was sent.")
        if type(self.supersedes) not in (int, type(None)):
            raise InvalidActionError("supersedes must be the number of an action; nothing was sent.")
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in given.items()
            if value is not None
        }

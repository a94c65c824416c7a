"""An agent proves itself with its API key, as a Bearer token or in X-API-Key."""

from __future__ import annotations

import hmac
from itertools import islice
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from actions.agent_keys import digest_of, public_id_of, touch_key
from actions.models import Agent, AgentKey, KillSwitch, StandingApproval
from governance.actors import Actor
from governance.errors import Unauthorized
from governance.models import Person, RulebookVersion
from governance.statements import Question, stored


def presented_key(request: Request) -> str | None:
    """The key of a request. Raises Unauthorized when the two headers carry different ones."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    header = request.headers.get("X-API-Key", "").strip()
    if bearer and header and not hmac.compare_digest(bearer.encode(), header.encode()):
        raise Unauthorized(
            "Unauthorized: Authorization and X-API-Key carry different keys. Send one, or the same in both."
        )
    return bearer or header or None


_KEY = ("id", "public_id", "digest", "expires_at", "revoked_at", "last_used_at", "agent_id")
_AGENT = (
    "agent_id",
    "name",
    "agent_type",
    "owner_id",
    "is_active",
    "blocked_at",
    "blocked_by",
    "blocked_reason",
    "team_id",
)
_TEAM = ("id", "name")
_OWNER = ("id", "username")

# Whether anything was allowed to the agent in advance; when and what exactly is asked only where it could help.
_ALLOWED = StandingApproval.objects.filter(
    agent=OuterRef("agent_id"), status=StandingApproval.Status.ACTIVE, uses__lt=F("max_uses")
)

# A key with all that deciding about its request needs, in one statement: agent, team, rules version, switch.
_LOOK_UP = Question(
    lambda public_id: (
        AgentKey.objects.filter(public_id=public_id)
        .order_by()
        .annotate(
            rules_version=Subquery(RulebookVersion.objects.order_by("-version").values("version")[:1]),
            switched_off=Subquery(KillSwitch.objects.filter(blocked=True).values("reason")[:1]),
            has_standing=Exists(_ALLOWED),
        )
        .values_list(
            *("rules_version", "switched_off", "has_standing"),
            *_KEY,
            *(f"agent__{name}" for name in _AGENT),
            *(f"agent__team__{name}" for name in _TEAM),
            *(f"agent__owner__{name}" for name in _OWNER),
        )
    ),
    public_id=str,
)


def _look_up(public_id: str) -> AgentKey | None:
    row = _LOOK_UP.first(public_id=public_id)
    if row is None:
        return None
    values = iter(row)
    rules_version, switched_off, has_standing = islice(values, 3)
    key = stored(AgentKey, _KEY, islice(values, len(_KEY)))
    agent = stored(Agent, ("id", *_AGENT), (key.agent_id, *islice(values, len(_AGENT))))
    agent.team = stored(Group, _TEAM, islice(values, len(_TEAM)))
    agent.owner = stored(Person, _OWNER, values) if agent.owner_id else None
    key.agent = agent
    key.rules_version, key.switched_off = rules_version, switched_off  # type: ignore[attr-defined]
    key.has_standing = bool(has_standing)  # type: ignore[attr-defined]
    return key


def check(key: AgentKey | None, text: str) -> AgentKey:
    """The key, if the text opens it. One sentence for unknown, wrong, expired and revoked alike (threats AC32)."""
    stored = key.digest if key is not None else "0" * 64
    opens = hmac.compare_digest(stored, digest_of(text))
    if key is None or not opens or key.revoked_at is not None:
        raise Unauthorized
    if key.expires_at is not None and key.expires_at <= timezone.now():
        raise Unauthorized
    return key


class ApiKeyAuthentication(BaseAuthentication):
    """`request.user` is the agent, `request.auth` its key."""

    def authenticate(self, request: Request) -> tuple[Agent, AgentKey]:
        text = presented_key(request)
        public_id = public_id_of(text) if text else None
        if text is None or public_id is None:
            raise Unauthorized
        key = check(_look_up(public_id), text)
        touch_key(key)
        return key.agent, key

    def authenticate_header(self, request: Request) -> str:
        # Without this DRF answers 403 where 401 is meant (wire-contract rule 12).
        return 'Bearer realm="foureyes"'


def actor_of(request: Request) -> Actor:
    """The agent behind a request, as the ledger remembers it."""
    key: Any = request.auth
    return Actor(
        kind="agent",
        id=key.agent.agent_id,
        name=key.agent.name or key.agent.agent_id,
        auth="api_key",
        key_id=key.public_id,
        ip=request.META.get("REMOTE_ADDR"),
        request_id=request._request.correlation_id,  # type: ignore[attr-defined]
    )

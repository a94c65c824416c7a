"""VERBS about API keys: issue, revoke, touch. And how a key is made and checked.

`ascend_<8 id>_<43 base62>_<6 checksum>`: the id finds the row, SHA-256 of the whole key opens it. 43 base62 characters
are 256 bits, so a slow hash would protect nothing and cost every request (ASVS 5.0 6.5.2). Base62 and underscores only:
the published client's log mask covers exactly those (wire-contract 3.1).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.agents import ensure_agent
from actions.models import Agent, AgentKey
from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidAccount, ReasonRequired
from governance.models import Person

# Two live keys let an agent change over without a gap; a third would be one that nobody remembers.
MAX_LIVE_KEYS = 2
_ALPHABET = string.digits + string.ascii_letters
_FORMAT = re.compile(r"ascend_([0-9A-Za-z]{8})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\Z")
_TOUCH_EVERY = timedelta(minutes=1)


def public_id_of(key: str) -> str | None:
    """The public id inside a well-formed key with a right checksum; None saves the database a look at typing errors."""
    match = _FORMAT.match(key)
    return match[1] if match and key[-6:] == _checksum(key[:-7]) else None


def digest_of(key: str) -> str:
    """What is stored of a key: hex SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue_key(
    *,
    actor: Actor,
    agent_id: str,
    name: str = "",
    team: str | None = None,
    owner: Person | None = None,
    issued_by: Person | None = None,
    expires_at: datetime | None = None,
) -> tuple[AgentKey, str]:
    """Make a key for an agent, registering the agent when it is new. The key itself is returned once and not kept.

    `issued_by` is the person who makes it, if one does: they never decide an action that comes with it.

    Raises InvalidAccount when the agent has two live keys already, or when the expiry is not in the future.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidAccount(_("The expiry is not in the future. No key was made."))
    public_id = _random(8)
    start = f"ascend_{public_id}_{_random(43)}"
    text = f"{start}_{_checksum(start)}"
    with transaction.atomic():
        agent = ensure_agent(actor=actor, agent_id=agent_id, name=name, team=team, owner=owner)
        # The agent's row is the lock behind which its keys are counted.
        Agent.objects.select_for_update().get(pk=agent.pk)
        if agent.keys.live().count() >= MAX_LIVE_KEYS:
            raise InvalidAccount(
                _("{agent_id} has {max_live_keys} live keys already. Revoke one first. No key was made.").format(
                    agent_id=agent_id, max_live_keys=MAX_LIVE_KEYS
                )
            )
        key = AgentKey(
            agent=agent, public_id=public_id, digest=digest_of(text), issued_by=issued_by, expires_at=expires_at
        )
        key.save(force_insert=True)
        ledger.append(
            "key.issued",
            actor=actor,
            stream=f"agent:{agent.pk}",
            subject={"kind": "key", "id": public_id},
            data={
                "public_id": public_id,
                "agent_id": agent.agent_id,
                "expires_at": ledger.timestamp(expires_at) if expires_at else None,
            },
            team_id=agent.team_id,
        )
    return key, text


def revoke_key(key_id: int, *, actor: Actor, reason: str) -> AgentKey:
    """End a key; the next request with it is refused. Revoking twice changes nothing. Raises ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        key = AgentKey.objects.select_for_update(of=("self",)).select_related("agent").get(pk=key_id)
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            ledger.append(
                "key.revoked",
                actor=actor,
                stream=f"agent:{key.agent_id}",
                subject={"kind": "key", "id": key.public_id},
                data={"public_id": key.public_id, "agent_id": key.agent.agent_id, "reason": reason},
                team_id=key.agent.team_id,
            )
    return key


def touch_key(key: AgentKey) -> None:
    """Note that a key was used: at most once a minute, outside the request's transaction, and not in the ledger."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= _TOUCH_EVERY:
        # A note for people. A database too busy to take it must not cost the agent its answer.
        with contextlib.suppress(OperationalError):
            AgentKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(start: str) -> str:
    """Six base62 characters of CRC-32: a typing error or a cut is told apart from a wrong key, by scanners too."""
    number, digits = zlib.crc32(start.encode()), ""
    for _place in range(6):
        number, digit = divmod(number, 62)
        digits += _ALPHABET[digit]
    return digits

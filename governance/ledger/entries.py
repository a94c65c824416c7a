"""One entry: who did what to which subject, chained to the entry before it in its stream.

Rule of the house: take every lock first, write the entry last, all in the transaction of the change itself.
If the entry cannot be written, the change does not happen.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from governance.actors import Actor
from governance.ledger.canonical import canonical_entry, leaf_hash, timestamp
from governance.ledger.kinds import KINDS
from governance.models import LedgerEntry
from governance.statements import insert


def append(
    kind: str,
    *,
    actor: Actor,
    stream: str,
    subject: dict[str, str],
    data: dict[str, Any],
    action_id: int | None = None,
    team_id: int | None = None,
    policy: dict[str, Any] | None = None,
    risk: dict[str, Any] | None = None,
    at: datetime | None = None,
    opens_stream: bool = False,
) -> LedgerEntry:
    """Write one ledger entry. Must be called inside the transaction of the change it records.

    `kind` is one of kinds.KINDS. `data` holds strings, booleans, null, lists, objects and integers up to 2^53-1;
    numbers with a fraction go in as text. `opens_stream` says that the caller just created the subject, so the
    stream cannot have entries and need not be read.

    Raises KeyError for an unknown kind, TypeError without an actor, RuntimeError outside a transaction.
    """
    if kind not in KINDS:
        raise KeyError(f"{kind} is not in governance/ledger/kinds.py")
    if not isinstance(actor, Actor):
        raise TypeError(f"a ledger entry needs an Actor, not {actor!r}")
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs in the transaction of the change it records")

    seq, prev = (1, None) if opens_stream else _next_place(stream)
    at = at or datetime.now(UTC)
    body = canonical_entry(
        {
            "v": 1,
            "id": entry_id(at),
            "o": settings.LEDGER_ORIGIN,
            "app": {"version": settings.VERSION},
            "type": kind,
            "ts": timestamp(at),
            "stream": stream,
            "seq": seq,
            "prev": prev,
            "req": actor.request_id,
            "actor": actor.as_entry(),
            "subject": subject,
            "policy": policy,
            "risk": risk,
            "data": data,
        }
    )
    entry = LedgerEntry(
        stream=stream,
        seq=seq,
        prev=prev,
        leaf=leaf_hash(body),
        body=body,
        ts=at,
        type=kind,
        actor_kind=actor.kind,
        actor_id=actor.id[:255],
        actor_name=actor.name[:255],
        subject=f"{subject['kind']}:{subject['id']}"[:300],
        action_id=action_id,
        team_id=team_id,
    )
    insert(entry)
    return entry


def entry_id(at: datetime) -> str:
    """A UUIDv7 (RFC 9562, section 5.7): sortable by time, unguessable within a millisecond."""
    millis = int(at.timestamp() * 1000) & (2**48 - 1)
    value = (millis << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _next_place(stream: str) -> tuple[int, str | None]:
    """The next sequence number of a stream and the leaf it links to; nobody else can take it until we commit.

    An action's stream is already guarded by its locked row; the others have no row of their own, so PostgreSQL
    takes a lock by name. SQLite's transaction has the whole database.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [stream])
    last = LedgerEntry.objects.filter(stream=stream).order_by("-seq").values_list("seq", "leaf").first()
    return (1, None) if last is None else (last[0] + 1, last[1])


__all__ = ["append", "entry_id", "leaf_hash", "timestamp"]

"""Who acts. A verb takes an Actor, never a request; every ledger entry names one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Kind = Literal["agent", "person", "system"]

# How long a password given for one request counts (threats AC31). Longer than any transaction, shorter than a coffee.
CONFIRMED_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Actor:
    """An agent, a person or the system, with the name to be remembered when the row is long gone.

    `auth` says how the actor proved itself (`api_key`, `password`, `command`), `session` and `key_id` which
    credential it was; neither ever holds the credential itself. `confirmed_at` is when a person gave their password
    again for this very request, and None where nobody asked for it.
    """

    kind: Kind
    id: str
    name: str
    auth: str | None = None
    key_id: str | None = None
    session: str | None = None
    ip: str | None = None
    request_id: str | None = None
    confirmed_at: datetime | None = None

    def during(self, request_id: str | None, ip: str | None = None) -> Actor:
        """The same actor, acting within one request."""
        return replace(self, request_id=request_id, ip=ip or self.ip)

    def is_confirmed(self, at: datetime) -> bool:
        """Whether the person proved themselves again shortly before that moment."""
        return self.confirmed_at is not None and timedelta(0) <= at - self.confirmed_at <= CONFIRMED_FOR

    def as_entry(self) -> dict[str, Any]:
        """The actor block of a ledger entry."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "auth": self.auth,
            "auth_at": _stamp(self.confirmed_at),
            "key_id": self.key_id,
            "session": self.session,
            "ip": self.ip,
        }


def _stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def system(name: str) -> Actor:
    """The portal itself acting: a sweeper, a command, a migration."""
    return Actor(kind="system", id=name, name=name, auth="system")


def command(name: str) -> Actor:
    """Somebody with a shell on the host; the operating system is the only witness to who."""
    return Actor(kind="system", id=f"command:{name}", name=f"manage.py {name}", auth="command")

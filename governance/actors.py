"""Who acts. A verb takes an Actor, never a request; every ledger entry names one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["agent", "person", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """An agent, a person or the system, with the name to be remembered when the row is long gone.

    `auth` says how the actor proved itself (`api_key`, `password`, `command`), `session` and `key_id` which
    credential it was; neither ever holds the credential itself.
    """

    kind: Kind
    id: str
    name: str
    auth: str | None = None
    key_id: str | None = None
    session: str | None = None
    ip: str | None = None
    request_id: str | None = None

    def during(self, request_id: str | None, ip: str | None = None) -> Actor:
        """The same actor, acting within one request."""
        return replace(self, request_id=request_id, ip=ip or self.ip)

    def as_entry(self) -> dict[str, Any]:
        """The actor block of a ledger entry."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "auth": self.auth,
            "key_id": self.key_id,
            "session": self.session,
            "ip": self.ip,
        }


def system(name: str) -> Actor:
    """The portal itself acting: a sweeper, a command, a migration."""
    return Actor(kind="system", id=name, name=name, auth="system")


def command(name: str) -> Actor:
    """Somebody with a shell on the host; the operating system is the only witness to who."""
    return Actor(kind="system", id=f"command:{name}", name=f"manage.py {name}", auth="command")

"""VERB: write_down. Whoever takes data out of the portal is written down, before the first line leaves."""

from __future__ import annotations

from typing import Any

from governance import ledger
from governance.actors import Actor


def write_down(kind: str, *, actor: Actor, rows: int, filters: dict[str, str], **more: Any) -> None:
    """Append that so many rows under these filters leave with this actor, inside the transaction that counted them."""
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{actor.id}",
        subject={"kind": "person", "id": actor.id},
        data={"rows": rows, "filters": filters, **more},
    )

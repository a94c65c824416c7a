"""The ledger's own guards, declared where the ledger is."""

from __future__ import annotations

from governance.guards import AppendOnly, install, missing, register, remove


def register_guards() -> None:
    """Called once when the app is ready."""
    register(
        AppendOnly("governance_ledgerentry", keys=[["id"], ["stream", "seq"], ["leaf"]]),
        AppendOnly("governance_rulebookversion", keys=[["version"]]),
    )


__all__ = ["install", "missing", "register_guards", "remove"]

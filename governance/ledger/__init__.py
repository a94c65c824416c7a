"""The append-only record of everything."""

from governance.ledger.entries import append, timestamp

__all__ = ["append", "timestamp"]

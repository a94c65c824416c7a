"""What the ledger calls a session. PURE."""

from __future__ import annotations

import hashlib


def session_name(key: str) -> str:
    """A hash of its key, since the key itself is as good as a password."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]

"""Which of the actions that the rules approved a person looks at afterwards: one in so many, chosen by a key.

The key never leaves the portal, so no agent can tell beforehand which of its actions will be seen; and the choice is
no dice roll, so that nobody inside can redraw it either.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac


def is_drawn(action_id: int, digest: str) -> bool:
    """Whether this action is a sample. SAMPLE_ONE_IN says how many go on one; 0 or less draws none."""
    one_in: int = settings.SAMPLE_ONE_IN
    if one_in < 1:
        return False
    mark = salted_hmac("foureyes/sample/v1", f"sample\n{digest}\n{action_id}", algorithm="sha256").digest()
    return int.from_bytes(mark) % one_in == 0

"""What a recorded decision is told by: for the person to keep, and to find in the ledger."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from governance.local_time import shown
from reviews.models import Verdict, Vote

# Marks the message that a decision was recorded by.
RECEIPT = "receipt"
_LEAF = re.compile(r"[0-9a-f]{64}\Z")


class Receipt:
    """What a recorded decision is told by: its words, and the number of the ledger's entry, which is long."""

    def __init__(self, whole: str):
        found = _LEAF.search(whole)
        self.leaf = found.group() if found else ""
        self.words = whole.removesuffix(self.leaf).rstrip()


def receipt_of(vote: Vote, who: str) -> str:
    """What was done, when, and where the ledger has it: for the person to keep."""
    settled, approving = getattr(vote, "settled", True), vote.verdict == Verdict.APPROVE
    if settled:
        said = (
            _("{who} approved action {action} at {when}. Ledger receipt {receipt}")
            if approving
            else _("{who} rejected action {action} at {when}. Ledger receipt {receipt}")
        )
    else:
        said = (
            _("{who} voted to approve action {action} at {when}. It still waits for others. Ledger receipt {receipt}")
            if approving
            else _(
                "{who} voted to reject action {action} at {when}. It still waits for others. Ledger receipt {receipt}"
            )
        )
    return said.format(
        who=who,
        action=vote.action_id,
        when=shown(vote.created_at, "%Y-%m-%d %H:%M:%S"),
        receipt=getattr(getattr(vote, "entry", None), "leaf", ""),
    )

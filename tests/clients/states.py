"""An action in every state there is a verb for, and what the wire contract says about each (its section 5)."""

from __future__ import annotations

from typing import NamedTuple

from ascend import AscendClient

from tests.clients.circumstances import add_escalation, everybody_blocked, without_patience
from tests.clients.rest import Rest
from tests.support.person import Browser
from tests.support.portal import LivePortal

TYPED = 'Not before Friday: "four eyes" & <two> signatures.'
DRILL = "A drill."
CALLED_OFF = "The customer called it off."
TAKEN_BACK = "Wrong account."
WAITING = ("pending", "approved", "rejected", "executed", "failed", "cancelled", "revoked", "changes_requested")


class Row(NamedTuple):
    """A row of the contract's table: one state in every vocabulary, and whether the agent may act now."""

    status: str
    decision: str
    raw_status: str
    details: str
    approval: str
    may_act: bool = False


ROWS = {
    "auto_approved": Row("approved", "approved", "auto_approved", "auto_approved", "approved", may_act=True),
    "pending": Row("pending_approval", "pending", "pending_approval", "pending", "pending"),
    "approved": Row("approved", "approved", "approved", "approved", "approved", may_act=True),
    "rejected": Row("rejected", "denied", "rejected", "denied", "rejected"),
    "blocked": Row("rejected", "denied", "denied", "denied", "rejected"),
    "expired": Row("rejected", "denied", "expired", "timeout", "rejected"),
    "changes_requested": Row("rejected", "denied", "requires_modification", "requires_modification", "rejected"),
    "executed": Row("executed", "approved", "executed", "approved", "approved"),
    "cancelled": Row("rejected", "denied", "cancelled", "denied", "rejected"),
    "revoked": Row("rejected", "denied", "cancelled", "denied", "rejected"),
    "escalated": Row("pending_approval", "pending", "escalated", "escalated", "pending"),
    "failed": Row("approved", "approved", "execution_failed", "approved", "approved"),
}
# No verb leads here yet; clients must understand them all the same.
ROWS_TO_COME = {
    "executing": Row("approved", "approved", "executing", "approved", "approved", may_act=True),
    "outcome_unknown": Row("approved", "approved", "outcome_unknown", "approved", "approved"),
}


def one_of_each(
    portal: LivePortal, rest: Rest, ascend: AscendClient, senior: Browser, admin: Browser
) -> dict[str, str]:
    """The id of an action in each state of ROWS, reached as real ones get there."""
    with without_patience(portal) as hasty:
        expired = Rest(hasty).submit()["id"]
    with everybody_blocked(admin, DRILL):
        blocked = rest.submit()["id"]
    ids = {name: str(rest.submit()["id"]) for name in WAITING}
    for name in ("approved", "executed", "failed", "revoked"):
        senior.approve(ids[name])
    senior.make_move(ids["revoked"], "revoke", reason=TAKEN_BACK)
    answer = rest.call("POST", f"/api/v1/actions/{ids['cancelled']}/cancel", json={"reason": CALLED_OFF})
    assert answer.status_code == 200, answer.text
    add_escalation(portal, resource="the vault")
    escalated = str(rest.submit(resource="the vault")["id"])
    senior.make_move(escalated, "escalate", reason="Nobody looks.")
    senior.reject(ids["rejected"], TYPED)
    senior.send_back(ids["changes_requested"], TYPED)
    assert ascend.log_action_completed(ids["executed"])["success"]
    assert ascend.log_action_failed(ids["failed"], "no such account")["success"]
    return {
        **ids,
        "auto_approved": str(rest.submit(action_type="query")["id"]),
        "expired": str(expired),
        "escalated": escalated,
        "blocked": str(blocked),
    }
